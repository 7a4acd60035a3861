// Places outside the database that keep signed checkpoints: a file that only grows, tags of a git repository, locked objects.
import {
  canonicalize,
  parseStrictJson,
  utf8Bytes,
  utf8Text,
  utf8TextLossy,
} from '../kernel/index.ts'
import type { CommandContext } from '../client/index.ts'
import { ledgerFault } from './errors.ts'
import type { SignedCheckpoint } from './model.ts'

const FILE_LIMIT_BYTES = 64 * 1024 * 1024
const GIT_TIMEOUT_MS = 30_000
const GIT_OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024
const LOCKED_LIMIT_COUNT = 20_000
/** A note with the cosignatures of a few witnesses has 1 to 10 kB. */
const NOTE_LIMIT_BYTES = 64 * 1024
const SIZE_DIGITS = 16
const DAY_MS = 86_400_000

export interface Anchor {
  readonly kind: 'file' | 'git' | 's3'
  readonly target: string
  /** Every note it keeps that could be one of this log, oldest first. */
  read(origin: string): Promise<readonly string[]>
  /** Says where the note is now. */
  add(signed: SignedCheckpoint): Promise<string>
}

/** One JSON document a line, each with a note; lines are added and never changed. */
export function fileAnchor({ files, ports }: CommandContext, path: string): Anchor {
  const readText = async (): Promise<string> =>
    (await files.exists(path)) ? utf8Text(await files.read(path, FILE_LIMIT_BYTES)) : ''
  return {
    kind: 'file',
    target: path,
    async read() {
      const lines = (await readText()).split('\n').filter((line) => line !== '')
      return lines.map((line, at) => noteOfLine(line, `${path}, line ${at + 1}`))
    },
    async add({ note }) {
      const at = new Date(ports.clock.nowMs()).toISOString()
      const line = `${canonicalize({ at, note })}\n`
      await files.write(files.resolve(path), utf8Bytes(`${await readText()}${line}`))
      return path
    },
  }
}

function noteOfLine(line: string, where: string): string {
  const value = parseStrictJson(line)
  const note =
    typeof value === 'object' && value !== null && 'note' in value ? value['note'] : undefined
  if (typeof note === 'string') return note
  throw ledgerFault('LEDGER_ENTRY_REFUSED', `expected a document with a note in ${where}`)
}

/** What is needed of a command to run git beside it. */
export interface GitPlace {
  readonly ports: Pick<CommandContext['ports'], 'spawn'>
  readonly files: Pick<CommandContext['files'], 'resolve'>
  readonly environmentValue: CommandContext['environmentValue']
  readonly signal: AbortSignal
}

/** Tags `ledger/<last part of the origin>/<size>`, whose message is the note; pushing them is the operator's. */
export function gitAnchor(context: GitPlace, repository: string): Anchor {
  const git = async (args: readonly string[], stdin = ''): Promise<string> => {
    const { spawn } = context.ports
    const who = ['-c', 'user.name=seaworthy', '-c', 'user.email=seaworthy@localhost']
    const ran = await spawn.run({
      file: 'git',
      args: ['-C', context.files.resolve(repository), ...who, ...args],
      cwd: context.files.resolve(repository),
      env: { PATH: context.environmentValue('PATH') ?? '', GIT_CONFIG_NOSYSTEM: '1' },
      stdin: utf8Bytes(stdin),
      timeoutMs: GIT_TIMEOUT_MS,
      outputLimitBytes: GIT_OUTPUT_LIMIT_BYTES,
      signal: context.signal,
    })
    if (ran.exitCode === 0) return utf8Text(ran.stdout.bytes)
    const said = utf8Text(ran.stderr.bytes).trim().slice(0, 500)
    throw ledgerFault('LEDGER_ANCHOR_FAILED', `git ${args[0]} in ${repository}: ${said}`)
  }
  return {
    kind: 'git',
    target: repository,
    async read(origin) {
      const pattern = `refs/tags/${folderOf(origin)}/`
      const order = ['--sort=version:refname', '--format=%(contents)%00']
      const text = await git(['for-each-ref', ...order, pattern])
      const notes = text.split('\0').map((note) => note.replace(/^\n/, ''))
      return notes.filter((note) => note.trim() !== '').map((note) => `${note.trimEnd()}\n`)
    },
    async add({ origin, size, note }) {
      const tag = `${folderOf(origin)}/${size}`
      await git(['tag', '--annotate', '--cleanup=verbatim', '--file=-', tag], note)
      return tag
    },
  }
}

export interface LockedTerms {
  /** `bucket` or `bucket/prefix`; the bucket must have Object Lock. */
  readonly bucket: string
  readonly endpoint: string | undefined
  /** For how long nobody can delete a checkpoint. */
  readonly retainDays: number
}

/** Objects `ledger/<last part of the origin>/<size>` in compliance mode; every version counts, also one that was written over. */
export async function lockedAnchor(
  { ports }: CommandContext,
  { bucket, endpoint, retainDays }: LockedTerms,
): Promise<Anchor & { close(): void }> {
  const store = await ports.openLockedStore({ bucket, endpoint })
  return {
    kind: 's3',
    target: bucket,
    async read(origin) {
      const prefix = `${folderOf(origin)}/`
      const versions = await store.readVersions(prefix, LOCKED_LIMIT_COUNT, NOTE_LIMIT_BYTES)
      return versions.map((bytes) => utf8TextLossy(bytes))
    },
    async add({ origin, size, note }) {
      const name = `${folderOf(origin)}/${String(size).padStart(SIZE_DIGITS, '0')}`
      await store.add(name, utf8Bytes(note), ports.clock.nowMs() + retainDays * DAY_MS)
      return name
    },
    close: () => {
      store.close()
    },
  }
}

function folderOf(origin: string): string {
  return `ledger/${origin.split('/').at(-1)}`
}
