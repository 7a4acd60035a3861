// Places outside the database that keep signed checkpoints: a file that only grows, and annotated tags of a git repository.
import { canonicalize, parseStrictJson, utf8Bytes, utf8Text } from '../kernel/index.ts'
import type { CommandContext } from '../client/index.ts'
import { ledgerFault } from './errors.ts'
import type { SignedCheckpoint } from './model.ts'

const FILE_LIMIT_BYTES = 64 * 1024 * 1024
const GIT_TIMEOUT_MS = 30_000
const GIT_OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024

export interface Anchor {
  readonly kind: 'file' | 'git'
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

/** Tags `ledger/<last part of the origin>/<size>`, whose message is the note; pushing them is the operator's. */
export function gitAnchor(context: CommandContext, repository: string): Anchor {
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
  const folderOf = (origin: string): string => `ledger/${origin.split('/').at(-1)}`
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
