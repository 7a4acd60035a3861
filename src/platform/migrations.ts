// Brings the tables of all slices up or down, one file per transaction, and notices edited files.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { messageOf, type SqlTx } from '../kernel/index.ts'
import { systemClock } from './clock.ts'
import { platformFault } from './errors.ts'
import { sqlStateOf } from './sql-faults.ts'
import type { OpenSql } from './sql-scope.ts'

/** The part of a slice record that migrations need. */
export interface MigrationSlice {
  readonly name: string
  /** Folder of `NNNN-name.up.sql` and `NNNN-name.down.sql`, numbered from 0001 without gaps. */
  readonly migrations: URL
}

export interface AppliedMigration {
  readonly slice: string
  readonly version: number
  /** `0001-tenant` */
  readonly name: string
  /** SHA-256 of the up file, hexadecimal. */
  readonly sha256: string
}

interface MigrationFile extends AppliedMigration {
  readonly up: string
  readonly down: string
}

/** This room's own tables; always migrated first. */
export const platformSlice: MigrationSlice = {
  name: 'platform',
  migrations: new URL('./migrations/', import.meta.url),
}

/** A migration may rewrite large tables, so it gets longer than other transactions. */
const MIGRATION_LIMIT_MS = 60 * 60_000

const LOCK = `select pg_advisory_xact_lock(hashtextextended('seaworthy.migration', 0))`

/**
 * Applies what is missing, in the order of the slices given, platform first. Running it again, or from
 * several processes at once, is harmless.
 * @returns what was applied now
 * @throws PLATFORM_MIGRATION_CHANGED, PLATFORM_MIGRATION_UNKNOWN, PLATFORM_MIGRATION_FAILED
 */
export async function migrateUp(
  sql: Pick<OpenSql, 'transaction'>,
  slices: readonly MigrationSlice[],
): Promise<AppliedMigration[]> {
  const files = withPlatform(slices).flatMap(readMigrations)
  const known = await sql.transaction('system', async (tx) => {
    await tx.query(LOCK)
    await tx.query(`create table if not exists platform_migration (
      slice text not null, version int not null, name text not null, sha256 text not null,
      applied_at timestamptz not null, primary key (slice, version))`)
    return readApplied(tx)
  })
  refuseDifferences(known, files)
  const applied: AppliedMigration[] = []
  for (const file of files) {
    if (known.some((row) => row.slice === file.slice && row.version === file.version)) continue
    const isNew = await runFile(sql, file, file.up, (tx) => recordMigration(tx, file))
    if (isNew) applied.push(file)
  }
  return applied
}

/**
 * Takes one slice back to a version (0: none of its tables), or everything with 'empty'.
 * @returns what was taken back, latest first
 */
export async function migrateDown(
  sql: Pick<OpenSql, 'transaction'>,
  slices: readonly MigrationSlice[],
  to: { readonly slice: string; readonly version: number } | 'empty',
): Promise<AppliedMigration[]> {
  const all = withPlatform(slices)
  const files = all.flatMap(readMigrations)
  const known = await sql.transaction('system', readApplied)
  refuseDifferences(known, files)
  const undone: AppliedMigration[] = []
  for (const file of files.toReversed()) {
    const isWanted = to === 'empty' || (file.slice === to.slice && file.version > to.version)
    if (!isWanted) continue
    if (!known.some((row) => row.slice === file.slice && row.version === file.version)) continue
    const isDone = await runFile(sql, file, file.down, (tx) => forgetMigration(tx, file))
    if (isDone) undone.push(file)
  }
  return undone
}

function withPlatform(slices: readonly MigrationSlice[]): MigrationSlice[] {
  return [platformSlice, ...slices.filter((slice) => slice.name !== platformSlice.name)]
}

/** Runs one file if `claim` says that it is this process' turn. */
async function runFile(
  sql: Pick<OpenSql, 'transaction'>,
  file: MigrationFile,
  script: string,
  claim: (tx: SqlTx) => Promise<boolean>,
): Promise<boolean> {
  const work = async (tx: SqlTx): Promise<boolean> => {
    await tx.query(LOCK)
    if (!(await claim(tx))) return false
    await tx.query(script)
    return true
  }
  try {
    return await sql.transaction('system', work, { limitMs: MIGRATION_LIMIT_MS })
  } catch (error) {
    throw platformFault(
      'PLATFORM_MIGRATION_FAILED',
      `expected ${file.slice}/${file.name} to run, got: ${messageOf(error)}`,
      { cause: error, details: { sqlstate: sqlStateOf(error) ?? null } },
    )
  }
}

async function recordMigration(tx: SqlTx, file: MigrationFile): Promise<boolean> {
  const rows = await tx.query(
    `insert into platform_migration (slice, version, name, sha256, applied_at)
     values ($1, $2, $3, $4, $5) on conflict do nothing returning version`,
    [file.slice, file.version, file.name, file.sha256, new Date(systemClock.nowMs()).toISOString()],
  )
  return rows.length === 1
}

async function forgetMigration(tx: SqlTx, file: MigrationFile): Promise<boolean> {
  const rows = await tx.query(
    'delete from platform_migration where slice = $1 and version = $2 returning version',
    [file.slice, file.version],
  )
  return rows.length === 1
}

async function readApplied(tx: SqlTx): Promise<AppliedMigration[]> {
  return tx.query<AppliedMigration & Record<string, unknown>>(
    'select slice, version, name, sha256 from platform_migration order by slice, version',
    [],
  )
}

function refuseDifferences(
  known: readonly AppliedMigration[],
  files: readonly MigrationFile[],
): void {
  const slices = new Set(files.map((file) => file.slice))
  for (const row of known) {
    // Tables of slices that this call does not name are none of its business.
    if (!slices.has(row.slice)) continue
    const file = files.find((each) => each.slice === row.slice && each.version === row.version)
    if (file === undefined) {
      throw platformFault(
        'PLATFORM_MIGRATION_UNKNOWN',
        `expected a file for the applied migration ${row.slice}/${row.name}, got none`,
      )
    }
    if (file.sha256 !== row.sha256) {
      throw platformFault(
        'PLATFORM_MIGRATION_CHANGED',
        `expected ${row.slice}/${row.name}.up.sql with SHA-256 ${row.sha256}, got ${file.sha256}`,
      )
    }
  }
}

function readMigrations(slice: MigrationSlice): MigrationFile[] {
  const names = readdirSync(fileURLToPath(slice.migrations)).sort()
  const misnamed = names.find((name) => !/^\d{4}-[a-z0-9-]+\.(up|down)\.sql$/.test(name))
  if (misnamed !== undefined) {
    throw platformFault(
      'PLATFORM_MIGRATION_UNKNOWN',
      `expected names like 0001-words.up.sql in the migrations of ${slice.name}, got ${misnamed}`,
    )
  }
  const ups = names.filter((name) => name.endsWith('.up.sql'))
  return ups.map((upName, at) => {
    const name = upName.slice(0, -'.up.sql'.length)
    const version = Number(name.slice(0, 4))
    if (version !== at + 1 || !names.includes(`${name}.down.sql`)) {
      throw platformFault(
        'PLATFORM_MIGRATION_UNKNOWN',
        `expected ${slice.name}/${name} to be number ${at + 1} and to have a down file`,
      )
    }
    const up = readFileSync(new URL(upName, slice.migrations), 'utf8')
    const down = readFileSync(new URL(`${name}.down.sql`, slice.migrations), 'utf8')
    const sha256 = createHash('sha256').update(up).digest('hex')
    return { slice: slice.name, version, name, sha256, up, down }
  })
}
