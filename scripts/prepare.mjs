/**
 * Makes a checkout ready to run: installs the packages and builds the console when they are missing or stale.
 * Runs before `npm start` and `npm test`, on any Node from 20 with nothing installed; says what it does in one line,
 * and nothing when there is nothing to do. Two at once wait for each other.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
const inRoot = (...parts) => join(root, ...parts)
const binaries = inRoot('node_modules', '.bin')

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Node ${process.versions.node} is too old to install Adit. Install Node 20 or newer from nodejs.org, then try again.`)
}
await alone(() => {
  if (!packagesAreCurrent()) installPackages()
  if (existsSync(inRoot('console', 'index.html'))) buildConsoleWhenStale()
})

/** npm writes its own list of what stands in node_modules last of all: it agrees with the lock file, or the install is stale. */
function packagesAreCurrent() {
  const wanted = readJson(inRoot('package-lock.json'))?.packages
  const standing = readJson(inRoot('node_modules', '.package-lock.json'))?.packages
  if (!wanted) fail('package-lock.json is missing or damaged. Restore it: git checkout package-lock.json')
  if (!standing || !existsSync(join(binaries, process.platform === 'win32' ? 'node.cmd' : 'node'))) return false
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true
    return standing[path] ? standing[path].version === version : optional === true
  })
}

function installPackages() {
  say('installing packages (npm ci), a minute the first time …')
  // Not with the Node of node_modules: npm ci deletes it first.
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.endsWith(join('node_modules', '.bin')))
  run(
    'npm',
    ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
    { ...process.env, PATH: path.join(delimiter) },
    {
      missing: 'npm is not on the PATH. It comes with Node from nodejs.org; on Debian: apt-get install npm',
      failed: 'npm ci failed (its message is above). Without network, set a registry mirror: npm config set registry URL',
    },
  )
}

function buildConsoleWhenStale() {
  const hash = hashOf(['console', 'model', 'package-lock.json'])
  const stamp = inRoot('console', 'dist', '.sources')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  say('building the console …')
  const path = `${binaries}${delimiter}${process.env.PATH ?? ''}`
  run(
    'vite',
    ['build', '--config', 'console/vite.config.ts', '--logLevel', 'error'],
    { ...process.env, PATH: path },
    {
      missing: 'vite is missing. Delete node_modules and try again',
      failed: 'the console could not be built (the reason is above)',
    },
  )
  writeFileSync(stamp, hash)
}

function hashOf(places) {
  const hash = createHash('sha256')
  const add = (place) => {
    hash.update(`${place}\0`)
    hash.update(readFileSync(inRoot(place)))
  }
  for (const place of places) {
    if (place.includes('.')) add(place)
    else for (const file of filesIn(place)) add(file)
  }
  return hash.digest('hex')
}

function filesIn(folder) {
  return readdirSync(inRoot(folder), { withFileTypes: true })
    .filter(({ name }) => name !== 'dist' && name !== 'node_modules')
    .flatMap((entry) => (entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort()
}

/** npm's and vite's output goes to stderr: the output of `npm run --silent adit -- … --json` stays JSON. */
function run(command, args, env, reasons) {
  const { error, status } = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: ['ignore', process.stderr.fd, process.stderr.fd],
    shell: process.platform === 'win32',
  })
  if (error?.code === 'ENOENT') fail(reasons.missing)
  if (error || status !== 0) fail(reasons.failed)
}

/** One preparation of this checkout at a time. A lock whose owner is gone is taken over. */
async function alone(work) {
  const lock = join(tmpdir(), `adit-prepare-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`)
  for (let told = false; !take(lock); ) {
    if (!told) say(`waiting for another preparation of ${root} …`)
    told = true
    await new Promise((next) => setTimeout(next, 300))
  }
  process.on('exit', () => rmSync(lock, { recursive: true, force: true }))
  work()
}

function take(lock) {
  const owner = join(lock, 'pid')
  try {
    mkdirSync(lock)
    writeFileSync(owner, String(process.pid))
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') fail(`cannot write ${lock}: ${error.message}`)
  }
  if (isAbandoned(lock, owner)) rmSync(lock, { recursive: true, force: true })
  return false
}

function isAbandoned(lock, owner) {
  try {
    process.kill(Number(readFileSync(owner, 'utf8')), 0)
    return false
  } catch (error) {
    if (error.code !== 'ENOENT') return error.code === 'ESRCH'
  }
  try {
    return Date.now() - statSync(lock).mtimeMs > 5_000 // killed between making the lock and signing it
  } catch {
    return false
  }
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

function say(message) {
  process.stderr.write(`adit: ${message}\n`)
}

function fail(message) {
  say(message)
  process.exit(1)
}
