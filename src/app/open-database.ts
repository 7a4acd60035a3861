// Opens the database of a composed house: embedded with its journal, or PostgreSQL, with every slice's tables.
import { join } from 'node:path'
import type { JoinableSql, Log, PubSub, Slice, Sql } from '../kernel/index.ts'
import { openJournalledSql } from '../ledger/index.ts'
import type { JournalledSql } from '../ledger/index.ts'
import {
  makeJoinableSql,
  migrateUp,
  openLocalPubSub,
  openPglite,
  openPostgres,
  openPostgresPubSub,
  openReadSql,
  openRecordJournal,
  platformSlice,
  systemClock,
  systemDigest,
  systemRandom,
} from '../platform/index.ts'
import type { OpenSql, ReadSql, SqlStats } from '../platform/index.ts'
import type { AppConfig } from './config.ts'
import { appFault } from './errors.ts'
import type { Telemetry } from './telemetry/index.ts'

/** Connections of one process; transactions beyond that wait. */
const POSTGRES_POOL_SIZE = 10

/** File systems of the kernel: making folders there can spin for ever instead of failing. */
const KERNEL_FOLDER = /^\/(?:proc|sys)(?:\/|$)/

export interface Database {
  /** What every room works on. */
  readonly sql: JoinableSql
  /** A replica, for reads that may lag; undefined without one. */
  readonly readSql?: Sql
  readonly journal: JournalledSql | undefined
  readonly pubSub: PubSub
  stats(): Promise<SqlStats>
  close(): Promise<void>
}

/** @param slices whose tables are brought up, in this order */
export async function openDatabase(
  config: AppConfig,
  slices: readonly Slice[],
  log: Log,
  telemetry?: Pick<Telemetry, 'watchDatabase'>,
): Promise<Database> {
  if (KERNEL_FOLDER.test(config.dataFolder)) {
    throw appFault(
      'APP_OPTION_INVALID',
      `expected a data folder on a disk, got ${config.dataFolder}`,
    )
  }
  const { databaseUrl } = config
  const opened =
    databaseUrl === undefined
      ? await openPglite({ folder: join(config.dataFolder, 'db'), clock: systemClock })
      : await openPostgres({ url: databaseUrl, poolSize: POSTGRES_POOL_SIZE })
  const sql = telemetry?.watchDatabase(opened) ?? opened
  try {
    await migrateUp(sql, [
      platformSlice,
      ...slices.flatMap(({ name, migrations }) => (migrations ? [{ name, migrations }] : [])),
    ])
    return databaseUrl === undefined
      ? await withJournal(sql, join(config.dataFolder, 'journal'), log)
      : withPubSub(sql, databaseUrl, openReplica(config, sql, log))
  } catch (error) {
    await sql.close()
    throw error
  }
}

function openReplica({ readDatabaseUrl }: AppConfig, primary: Sql, log: Log): ReadSql | undefined {
  if (readDatabaseUrl === undefined) return undefined
  const terms = { primary, log, clock: systemClock, poolSize: POSTGRES_POOL_SIZE }
  return openReadSql({ ...terms, url: readDatabaseUrl })
}

function withPubSub(sql: OpenSql, url: string, readSql: ReadSql | undefined): Database {
  const pubSub = openPostgresPubSub(url)
  return {
    sql: makeJoinableSql(sql),
    ...(readSql === undefined ? {} : { readSql }),
    journal: undefined,
    pubSub,
    stats: () => sql.stats(),
    async close() {
      await pubSub.close()
      await readSql?.close()
      await sql.close()
    },
  }
}

/** The embedded database answers only what is in the journal too; a server has replication for that. */
async function withJournal(opened: OpenSql, folder: string, log: Log): Promise<Database> {
  const records = await openRecordJournal(folder)
  const ports = { sql: opened, digest: systemDigest, random: systemRandom, journal: records }
  const journal = await openJournalledSql(ports)
  const { restoredCount, contradictions } = journal.report
  if (restoredCount > 0) log.warn('entries restored from the journal', { restoredCount })
  for (const [tenantId, reason] of contradictions)
    log.error('a log and its journal contradict each other', { tenantId, reason })
  return {
    sql: makeJoinableSql(journal, journal),
    journal,
    pubSub: openLocalPubSub(),
    stats: () => opened.stats(),
    async close() {
      await opened.close()
      await records.close()
    },
  }
}
