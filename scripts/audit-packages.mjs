/**
 * Asks the registry for known holes in what we ship: `npm run audit-packages`. Ends with 1 when one of them is serious, and says
 * loudly when the registry does not answer that question, which is no verdict.
 */
import { spawnSync } from 'node:child_process'

const PATIENCE_MS = 120_000

const words = ['audit', '--omit=dev', '--audit-level=high', '--json']
const { stdout, stderr } = spawnSync('npm', words, { encoding: 'utf8', timeout: PATIENCE_MS })
// by how serious they are
const counts = parsed(stdout)?.metadata?.vulnerabilities
if (counts === undefined) {
  const reason = parsed(stdout)?.message ?? (stderr.trim().split('\n')[0] || 'npm does not say why')
  console.warn(`\n  NOT AUDITED  the registry does not say which packages have known holes: ${reason}\n`)
} else {
  const { high = 0, critical = 0, total = 0 } = counts
  console.log(`known holes in shipped packages: ${total}, of these high or critical ${high + critical}`)
  if (high + critical > 0) {
    console.error('run npm audit --omit=dev to see them, and raise what it names')
    process.exitCode = 1
  }
}

/** Undefined when it is no JSON. */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
