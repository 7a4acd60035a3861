// The commands that take a first-version ledger in and give it back: they hold the database themselves, as no server does.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, rename, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { EXIT, harmlessText, messageOf, utf8Text } from '../../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import { ledgerSlice, parseV1Description, V1_DEFAULTS, V1Migration } from '../../ledger/index.ts'
import type {
  ExportFile,
  MigratedLog,
  MigrationFile,
  MigrationReport,
  MigrationStatus,
  MigrationTerms,
  StreamHash,
} from '../../ledger/index.ts'
import { appFault } from '../errors.ts'
import { withLedger } from './ledger-house.ts'

/** Whole tables are read and written in one transaction. */
const TRANSACTION_LIMIT_MS = 4 * 60 * 60_000
const WAIT_DEFAULT_SECONDS = 10
const DESCRIPTION_LIMIT_BYTES = 64 * 1024
const MIGRATION_FILE = '0007-v1.up.sql'

type Run = (
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
) => Promise<CommandOutcome>

export const runMigrateUp: Run = (context, _args, options) =>
  withMigration(context, options, async (migration, terms) => {
    const acceptsBroken = options['acceptBroken'] === true
    return present(await migration.up({ ...terms, acceptsBroken }))
  })

export const runMigrateDown: Run = (context, _args, options) =>
  withMigration(context, options, async (migration, terms) => {
    const path = options['export']
    if (typeof path !== 'string')
      throw appFault('APP_OPTION_INVALID', 'expected --export FILE for a copy of everything')
    const file = exportFile(context.files.resolve(path))
    return present(await migration.down({ ...terms, file }))
  })

export const runMigrateStatus: Run = (context, _args, options) =>
  withMigration(context, options, async (migration, terms) =>
    present(await migration.status(terms.description)),
  )

async function withMigration(
  context: CommandContext,
  options: OptionValues,
  work: (migration: V1Migration, terms: MigrationTerms) => Promise<CommandOutcome>,
): Promise<CommandOutcome> {
  const { v1, wait } = options
  const description =
    typeof v1 === 'string'
      ? parseV1Description(utf8Text(await context.files.read(v1, DESCRIPTION_LIMIT_BYTES)))
      : V1_DEFAULTS
  const waitMs = readSeconds(wait) * 1_000
  const migrationFile = await readMigrationFile()
  return withLedger(context, options, TRANSACTION_LIMIT_MS, (house) => {
    const migration = new V1Migration({ ...house, migrationFile, openHash: streamHash })
    const { tenantId } = house
    return work(migration, { description, tenantId, actor: 'operator', waitMs })
  })
}

function readSeconds(text: unknown): number {
  if (text === undefined) return WAIT_DEFAULT_SECONDS
  const seconds = typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (seconds > 0) return seconds
  throw appFault('APP_OPTION_INVALID', 'expected --wait to be whole seconds from 1 to 9999')
}

async function readMigrationFile(): Promise<MigrationFile> {
  const bytes = await readFile(new URL(MIGRATION_FILE, ledgerSlice.migrations))
  return { name: MIGRATION_FILE, sha256: createHash('sha256').update(bytes).digest('hex') }
}

function streamHash(): StreamHash {
  const hash = createHash('sha256')
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => new Uint8Array(hash.digest()),
  }
}

/** Lines on the disk: what was written is flushed before anybody reads it back. */
export function exportFile(path: string): ExportFile {
  return {
    path: basename(path),
    exists: async () => (await stat(path).catch(() => undefined)) !== undefined,
    async write(lines) {
      try {
        // A copy that was cut off never has the name that it was asked for.
        const partial = `${path}.partial`
        const file = await open(partial, 'w', 0o600)
        try {
          for await (const line of lines) await file.write(`${line}\n`)
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(partial, path)
      } catch (error) {
        if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) throw error
        const reason = `expected to write ${path}: ${messageOf(error)}`
        throw appFault('APP_FILE_UNWRITABLE', reason, { cause: error })
      }
    },
    lines: () => createInterface({ input: createReadStream(path), crlfDelay: Infinity }),
  }
}

function present(answer: MigrationReport | MigrationStatus): CommandOutcome {
  const { table, state, file, logs } = answer
  const rows = logs.reduce((sum, log) => sum + log.rows, 0)
  const lines = [
    `${table}: ${STATE_WORDS[state]}${'isChanged' in answer && !answer.isChanged ? ', and was before' : ''}`,
    `${rows} records in ${logs.length} ${logs.length === 1 ? 'log' : 'logs'}`,
    ...logs.flatMap(logLines),
    `${file.name} sha256: ${file.sha256}`,
  ]
  return { exit: EXIT.ok, data: { rows, ...answer }, text: harmlessText(lines.join('\n')) }
}

const STATE_WORDS = {
  v1: 'a ledger of the first version, not taken in',
  up: 'taken in and sealed',
  down: 'given back; the logs that took it in are archived',
  absent: 'there is no such table',
} as const

function logLines(log: MigratedLog): readonly string[] {
  const { tenantId, rows, imported, head, exportSha256, exportRoot, brokenRows, seq } = log
  return [
    `  ${tenantId}: ${rows} records${imported > 0 ? `, ${imported} of them now` : ''}, entry ${seq} says so`,
    `    head of the first version: ${head ?? 'none'}`,
    `    export sha256: ${exportSha256}, root ${exportRoot}`,
    ...(brokenRows > 0
      ? [`    BROKEN in ${brokenRows} places before it was taken in; entry ${seq} lists them`]
      : []),
  ]
}
