// Drives the real command line as a child process, the way a shell would, and reads the one JSON document it answers.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../bin/seaworthy.js', import.meta.url))
const COMMAND_TIMEOUT_MS = 4 * 60_000
/** A server lives as long as the tests that ask it, which on a busy machine are many minutes. */
const SERVED_TIMEOUT_MS = 25 * 60_000
const SERVER_TIMEOUT_MS = 2 * 60_000

/** What every command answers with --json. */
export interface CommandEnvelope<Data> {
  readonly schemaVersion: number
  readonly ok: boolean
  readonly data: Data
  readonly error: {
    readonly code: string
    readonly message: string
    readonly hint: string
    readonly retryable: boolean
  }
  readonly meta: { readonly command: string; readonly version: string; readonly exit: number }
}

export interface ShellEnd {
  readonly exit: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandAnswer<Data> extends ShellEnd {
  readonly envelope: CommandEnvelope<Data>
  readonly data: Data
}

export interface CommandChild {
  readonly child: ChildProcess
  readonly ended: Promise<ShellEnd>
}

/** A folder with a data folder in it; nothing of the caller's own settings reaches the commands. */
export interface Workplace {
  readonly folder: string
  readonly dataFolder: string
  write(name: string, content: string | Uint8Array): string
  /** Starts a command without waiting for it. */
  start(words: readonly string[]): CommandChild
  /** Runs a command as a person would read it. */
  shell(words: readonly string[]): Promise<ShellEnd>
  /** Runs a command with --json and holds it to the shape of the envelope. */
  ask<Data>(words: readonly string[]): Promise<CommandAnswer<Data>>
  /** Runs a command that must be refused: the code it is refused with. */
  refusal(
    words: readonly string[],
  ): Promise<{ readonly exit: number | null; readonly code: string; readonly message: string }>
  /** @param words further words of the command */
  serve(words?: readonly string[]): Promise<ServedFolder>
  remove(): void
}

export interface ServedFolder {
  readonly url: string
  /** What it said so far. */
  told(): string
  stop(): Promise<ShellEnd>
  /** Without a word, as a machine that loses its power. */
  kill(): Promise<ShellEnd>
}

/** @param settings further environment variables of every command */
export function openWorkplace(
  dataFolder?: string,
  settings: Readonly<Record<string, string>> = {},
): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-journey-'))
  const data = dataFolder ?? join(folder, 'data')
  const start = (words: readonly string[]): CommandChild =>
    startCommand(folder, data, words, settings)
  const shell = async (words: readonly string[]): Promise<ShellEnd> => start(words).ended
  const ask = async <Data>(words: readonly string[]): Promise<CommandAnswer<Data>> =>
    readAnswer<Data>(words, await shell([...words, '--json']))
  return {
    folder,
    dataFolder: data,
    start,
    shell,
    ask,
    write(name, content) {
      const path = join(folder, name)
      mkdirSync(join(path, '..'), { recursive: true })
      writeFileSync(path, content)
      return path
    },
    async refusal(words) {
      const { envelope, exit } = await ask<unknown>(words)
      assert.equal(envelope.ok, false, `expected a refusal of ${words.join(' ')}`)
      return { exit, code: envelope.error.code, message: envelope.error.message }
    },
    serve: (more = []) => serveFolder(start(['serve', '--port', '0', ...more])),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function startCommand(
  folder: string,
  dataFolder: string,
  words: readonly string[],
  settings: Readonly<Record<string, string>>,
): CommandChild {
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: words[0] === 'serve' ? SERVED_TIMEOUT_MS : COMMAND_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    env: { PATH: process.env['PATH'], HOME: folder, SEAWORTHY_DATA: dataFolder, ...settings },
  })
  const { promise, resolve, reject } = Promise.withResolvers<ShellEnd>()
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  child.on('error', reject)
  child.on('close', (exit, signal) => {
    const [stdout, stderr] = [out, err].map((chunks) => Buffer.concat(chunks).toString('utf8'))
    resolve({ exit, signal, stdout: stdout ?? '', stderr: stderr ?? '' })
  })
  return { child, ended: promise }
}

/** The contract of every command: one JSON document on standard output, exit code in it, no stack anywhere. */
function readAnswer<Data>(words: readonly string[], end: ShellEnd): CommandAnswer<Data> {
  const told = `${words.join(' ')}\nexit ${end.exit} ${end.signal ?? ''}\n${end.stdout}\n${end.stderr}`
  assert.match(end.stdout, /^\{[^\n]*\}\n$/, `expected one JSON document from ${told}`)
  const envelope: CommandEnvelope<Data> = JSON.parse(end.stdout)
  const last = envelope.ok ? 'data' : 'error'
  assert.deepEqual(Object.keys(envelope), ['schemaVersion', 'ok', last, 'meta'], told)
  assert.equal(envelope.schemaVersion, 1)
  assert.equal(envelope.meta.exit, end.exit, told)
  assertNoStack(end.stdout)
  assertNoStack(end.stderr)
  if (!envelope.ok) {
    assert.match(envelope.error.code, /^[A-Z]+(_[A-Z0-9]+)+$/)
    assert.notEqual(envelope.error.message, '')
    assert.notEqual(envelope.error.hint, '')
    assert.equal(typeof envelope.error.retryable, 'boolean')
  }
  return { ...end, envelope, data: envelope.data }
}

/** A stack trace names functions and places of ours; a person can do nothing with it. */
export function assertNoStack(text: string): void {
  assert.doesNotMatch(text, /^\s+at .*[:(]\d+|\bat [\w.<>]+ \(|node:internal|\.ts:\d+:\d+/m)
}

async function serveFolder({ child, ended }: CommandChild): Promise<ServedFolder> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let told = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      told += chunk.toString('utf8')
      const url = /Serving on (http:\S+)/.exec(told)?.[1]
      if (url !== undefined) resolve(url)
    })
  const timer = setTimeout(() => child.kill('SIGKILL'), SERVER_TIMEOUT_MS)
  const url = await Promise.race([promise, ended.then(() => undefined)])
  clearTimeout(timer)
  assert.ok(url !== undefined, `expected a server, got: ${told}`)
  return {
    url,
    told: () => told,
    async stop() {
      child.kill('SIGTERM')
      return ended
    },
    async kill() {
      child.kill('SIGKILL')
      return ended
    },
  }
}
