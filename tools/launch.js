// Behind npm start, npm test and npm run check: installs what is missing, then goes on with the pinned Node.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { continueOn, findPinnedNode, isNodeNewEnough, refuseOldNode } from '../bin/runtime.js'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What each npm script runs, relative to the root; the rest of the line is passed on. */
const TARGETS = {
  start: ['src/main.ts', 'start'],
  test: ['tools/test.ts'],
  check: ['tools/check.ts'],
  docs: ['tools/docs.ts'],
}

/** Why `npm ci` has to run, or undefined when node_modules already holds what the lock file names. */
function missingInstall() {
  const installedPath = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(installedPath)) return 'nothing is installed yet'
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages
  for (const [path, entry] of Object.entries(wanted)) {
    // Optional packages for other machines are rightly absent; one that is present must still be the locked one.
    const found = installed[path]
    const isAbsenceFine = path === '' || entry.optional === true || entry.devOptional === true
    if (found === undefined ? !isAbsenceFine : found.version !== entry.version) {
      return `${path} is not what package-lock.json names`
    }
  }
  return undefined
}

/** Runs `npm ci`; its output goes to stderr, so that stdout stays the program's own. */
function install(reason) {
  process.stderr.write(`Installing the packages of package-lock.json (${reason}) …\n`)
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund']
  const npm = process.env.npm_execpath
  const options = { cwd: root, stdio: ['ignore', 2, 2] }
  const done =
    npm === undefined
      ? spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
      : spawnSync(process.execPath, [npm, ...args], options)
  if (done.error !== undefined)
    process.stderr.write(`npm could not be started: ${done.error.message}\n`)
  if (done.status !== 0) process.exit(done.status ?? 1)
}

const [name, ...rest] = process.argv.slice(2)
const target = TARGETS[name]
if (target === undefined) {
  process.stderr.write(
    `usage: node tools/launch.js ${Object.keys(TARGETS).join('|')} [arguments]\n`,
  )
  process.exit(2)
}

const reason = missingInstall()
if (reason !== undefined) install(reason)

const pinned = findPinnedNode(import.meta.url)
const node = pinned ?? (isNodeNewEnough(process.versions.node) ? process.execPath : undefined)
if (node === undefined) {
  refuseOldNode()
} else {
  const [script, ...first] = target
  continueOn(node, [join(root, script), ...first, ...rest], {
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
    // Children that say `node` get the pinned one as well.
    PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
  })
}
