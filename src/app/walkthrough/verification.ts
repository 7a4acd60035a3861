// Verifies a bundle in a process of its own that may read files and nothing else: no network, no children, no writing.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const VERIFY_TIMEOUT_MS = 60_000

export interface SeparateVerification {
  readonly exit: number | null
  readonly output: string
}

/** Node's permission model denies the network to a process started with --permission. */
export function verifySeparately(bundlePath: string, trustPath: string): SeparateVerification {
  const source = new URL('../../verify/node-cli.ts', import.meta.url)
  const entry = existsSync(source) ? source : new URL('../../verify/node-cli.js', import.meta.url)
  const program = `const { runVerifyCli } = await import(${JSON.stringify(entry.href)})
process.exitCode = await runVerifyCli(process.argv.slice(1))`
  const flags = [
    '--permission',
    '--allow-fs-read=*',
    '--no-warnings',
    '--input-type=module',
    '-e',
    program,
    '--',
  ]
  const ran = spawnSync(process.execPath, [...flags, bundlePath, '--trust', trustPath], {
    env: {},
    encoding: 'utf8',
    timeout: VERIFY_TIMEOUT_MS,
  })
  return { exit: ran.status, output: `${ran.stdout}${ran.stderr}` }
}

/** Writes a copy with one bit of one byte changed, in the middle of the file. @returns where */
export function writeForgery(bundlePath: string, forgedPath: string): number {
  const bytes = readFileSync(bundlePath)
  const at = Math.floor(bytes.length / 2)
  bytes[at] = bytes[at]! ^ 1
  writeFileSync(forgedPath, bytes)
  return at
}
