// The ledger without the rest of the house, for commands of the operator that hold the database themselves.
import { join } from 'node:path'
import type { CommandContext, OptionValues } from '../../client/index.ts'
import type { Digest, Sql } from '../../kernel/index.ts'
import type {
  CheckpointGuard,
  ErasurePorts,
  ErasureRegister,
  JournalledSql,
  Ledger,
  PayloadKeys,
} from '../../ledger/index.ts'
import {
  ensureTenant,
  openLog,
  systemClock,
  systemDigest,
  systemVerifier,
} from '../../platform/index.ts'
import type { OpenSql } from '../../platform/index.ts'
import { readConfig } from '../config.ts'
import { erasingPorts, openErasures } from '../erasing.ts'
import { appFault } from '../errors.ts'
import { openInstallationKeys } from '../installation-keys.ts'
import { openDatabase } from '../open-database.ts'
import { openLedger } from '../open-ledger.ts'
import { slices } from '../rooms.ts'
import { openTracing } from '../telemetry/index.ts'

export interface LedgerHouse {
  readonly sql: Sql
  readonly ledger: Ledger
  readonly guard: CheckpointGuard
  readonly digest: Digest
  readonly payloadKeys: PayloadKeys
  readonly register: ErasureRegister
  readonly erasing: ErasurePorts
  readonly clock: typeof systemClock
  readonly verifier: typeof systemVerifier
  /** Of the embedded database. */
  readonly journal: JournalledSql | undefined
  readonly tenantId: string
  readonly openTenant: (tenantId: string) => Promise<void>
}

/**
 * Opens the database of the data folder, or the one that SEAWORTHY_DATABASE_URL names, for one command.
 * @param limitMs how long one transaction may last
 * @throws APP_OPTION_INVALID where a server stands between this machine and its database
 */
export async function withLedger<T>(
  context: CommandContext,
  options: OptionValues,
  limitMs: number,
  work: (house: LedgerHouse) => Promise<T>,
): Promise<T> {
  const text = (name: string): string | undefined => {
    const value = options[name]
    return typeof value === 'string' ? value : undefined
  }
  const config = await readConfig({ data: text('data'), tenant: text('tenant') })
  if (config.server !== undefined)
    throw appFault(
      'APP_OPTION_INVALID',
      'expected no SEAWORTHY_URL: this command holds the database itself, so run it beside it',
    )
  const log = openLog({ level: 'warn', clock: systemClock })
  const patient = { watchDatabase: (sql: OpenSql): OpenSql => withLimit(sql, limitMs) }
  const database = await openDatabase(config, slices, log, patient)
  try {
    const tracing = await openTracing(config, context.version, log)
    const keys = await openInstallationKeys(join(config.dataFolder, 'keys'))
    // A tenant alone: its first entry is for the command to say.
    const openTenant = async (tenantId: string): Promise<void> => {
      await ensureTenant(database.sql, tenantId, new Date(systemClock.nowMs()).toISOString())
    }
    const { version } = context
    const terms = { config, version, log, telemetry: undefined, tracing }
    const { sql, ledger, guard, register } = openLedger(database, terms, keys, openTenant)
    const kept = { ...database, register }
    await openErasures(kept, ledger, log).replay()
    const { tenantId } = config
    const { journal, payloadKeys } = database
    const erasing = erasingPorts(kept, ledger)
    const found = { journal, payloadKeys, register, erasing, digest: systemDigest }
    const ports = { ...found, clock: systemClock, verifier: systemVerifier }
    return await work({ sql, ledger, guard, ...ports, tenantId, openTenant })
  } finally {
    await database.close()
  }
}

function withLimit(sql: OpenSql, limitMs: number): OpenSql {
  return {
    engine: sql.engine,
    transaction: (scope, work, terms) => sql.transaction(scope, work, { limitMs, ...terms }),
    stats: () => sql.stats(),
    maintain: () => sql.maintain(),
    close: () => sql.close(),
  }
}
