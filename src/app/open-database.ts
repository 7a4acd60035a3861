// Opens the database of a composed house: embedded with its journal, or PostgreSQL, with every slice's tables.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JoinableSql, Log, PubSub, Slice, Sql } from '../kernel/index.ts'
import { openJournalledSql, sealStoredPayloads } from '../ledger/index.ts'
import type { ErasureRegister, JournalledSql, PayloadKeys } from '../ledger/index.ts'
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
import { openErasureRegister } from './erasure-register.ts'
import { openPayloadKeys } from './payload-keys.ts'
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
  /** What payloads in it are sealed with. */
  readonly payloadKeys: PayloadKeys
  /** What has to stay erased in it, outside of it. */
  readonly register: ErasureRegister
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
  const bare =
    databaseUrl === undefined
      ? await openPglite({
          folder: join(config.dataFolder, 'db'),
          clock: systemClock,
          ...keptCluster(import.meta.url),
        })
      : await openPostgres({ url: databaseUrl, poolSize: POSTGRES_POOL_SIZE })
  const sql = telemetry?.watchDatabase(bare) ?? bare
  try {
    await migrateUp(sql, [
      platformSlice,
      ...slices.flatMap(({ name, migrations }) => (migrations ? [{ name, migrations }] : [])),
    ])
    const payloadKeys = await openPayloadKeys(config, slices)
    const register = await openErasureRegister(config, { clock: systemClock, log })
    const opened = { sql, payloadKeys, register }
    return databaseUrl === undefined
      ? await withJournal(opened, join(config.dataFolder, 'journal'), log)
      : withPubSub(opened, databaseUrl, openReplica(config, sql, log))
  } catch (error) {
    await sql.close()
    throw error
  }
}

/** In a checkout, whose tests and readers begin many databases; `npm ci` throws it away with the packages. */
function keptCluster(here: string): { kept?: string } {
  const packages = fileURLToPath(new URL('../../node_modules', here))
  const isCheckout = here.endsWith('.ts') && existsSync(packages)
  return isCheckout ? { kept: join(packages, '.cache', 'seaworthy', 'postgres') } : {}
}

function openReplica({ readDatabaseUrl }: AppConfig, primary: Sql, log: Log): ReadSql | undefined {
  if (readDatabaseUrl === undefined) return undefined
  const terms = { primary, log, clock: systemClock, poolSize: POSTGRES_POOL_SIZE }
  return openReadSql({ ...terms, url: readDatabaseUrl })
}

interface Opened {
  readonly sql: OpenSql
  readonly payloadKeys: PayloadKeys
  readonly register: ErasureRegister
}

function withPubSub(
  { sql, payloadKeys, register }: Opened,
  url: string,
  readSql: ReadSql | undefined,
): Database {
  const pubSub = openPostgresPubSub(url)
  return {
    sql: makeJoinableSql(sql),
    ...(readSql === undefined ? {} : { readSql }),
    journal: undefined,
    payloadKeys,
    register,
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
async function withJournal(opened: Opened, folder: string, log: Log): Promise<Database> {
  const { sql, payloadKeys, register } = opened
  const records = await openRecordJournal(folder)
  const ports = { digest: systemDigest, random: systemRandom, journal: records }
  const journal = await openJournalledSql({ ...opened, ...ports })
  const { restoredCount, contradictions, clearCount, destroyedCount } = journal.report
  const sealedCount = await sealStoredPayloads(sql, payloadKeys)
  if (sealedCount > 0) log.warn('payloads sealed that lay in clear', { sealedCount })
  // A journal that contradicts the tables is evidence, whatever payloads it holds; keys that were destroyed are none.
  const isOutdated = clearCount > 0 && contradictions.size === 0
  if (isOutdated || destroyedCount > 0) await records.forget()
  if (restoredCount > 0) log.warn('entries restored from the journal', { restoredCount })
  for (const [tenantId, reason] of contradictions)
    log.error('a log and its journal contradict each other', { tenantId, reason })
  return {
    sql: makeJoinableSql(journal, journal),
    journal,
    payloadKeys,
    register,
    pubSub: openLocalPubSub(),
    stats: () => sql.stats(),
    async close() {
      await sql.close()
      await records.close()
    },
  }
}
