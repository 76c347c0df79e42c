#!/usr/bin/env node
/** The package's command: runs the CLI on the Node that came with the packages, whatever Node started this. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const pinned = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
const own = Number(process.versions.node.split('.')[0]) >= 24
if (!existsSync(pinned) && !own) {
  process.stderr.write('adit: the packages are not installed yet. Run once in its folder: npm run prepare-machine\n')
  process.exit(1)
}
const cli = fileURLToPath(new URL('../src/cli/adit.ts', import.meta.url))
const child = spawn(existsSync(pinned) ? pinned : process.execPath, [cli, ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  process.stderr.write(`adit: ${pinned} cannot be started: ${error.message}\n`)
  process.exit(1)
})
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
