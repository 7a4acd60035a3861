// The migration of first-version ledgers: up, down, status, each safe to repeat.
import { SeaworthyError } from '../../kernel/index.ts'
import type { SqlTx } from '../../kernel/index.ts'
import { ledgerFault } from '../errors.ts'
import type { SignedCheckpoint } from '../model.ts'
import type { V1Description } from './description.ts'
import { giveBack } from './down.ts'
import type { DownTerms } from './down.ts'
import type { MigratedLog, MigrationReport, MigrationStatus, UpTerms, V1Ports } from './model.ts'
import { readMigrated } from './status.ts'
import { hasTable, selectV1State, selectV1Tenants } from './store.ts'
import { takeIn, presentLog } from './up.ts'

/** SQLSTATE of a lock that was not had in time. */
const LOCK_TIMED_OUT = '55P03'

export class V1Migration {
  readonly #ports: V1Ports

  constructor(ports: V1Ports) {
    this.#ports = ports
  }

  /**
   * Takes the ledger in, or finds that it was. What was committed is signed afterwards, so a repetition after a crash
   * signs what the crash left unsigned.
   * @throws LEDGER_V1_BROKEN, LEDGER_V1_BUSY, LEDGER_V1_DESCRIPTION_REFUSED, LEDGER_V1_REFUSED
   */
  async up(terms: UpTerms): Promise<MigrationReport> {
    const { description, tenantId } = terms
    await this.#openTenants(description, tenantId)
    const logs = await this.#inTx((tx) => takeIn(this.#ports, tx, terms))
    return this.#report(description, 'up', logs)
  }

  /** @throws LEDGER_EXPORT_REFUSED, LEDGER_V1_BUSY, LEDGER_V1_REFUSED */
  async down(terms: DownTerms): Promise<MigrationReport> {
    const logs = await this.#inTx((tx) => giveBack(this.#ports, tx, terms))
    return this.#report(terms.description, 'down', logs)
  }

  async status({ table }: V1Description): Promise<MigrationStatus> {
    const state = await this.#inTx((tx) => selectV1State(tx, table))
    const isThere = await this.#inTx((tx) => hasTable(tx, table))
    const logs = await this.#readLogs(table)
    const { migrationFile: file } = this.#ports
    return { table, state: state ?? (isThere ? 'v1' : 'absent'), file, logs }
  }

  /** Tenants of the first version may be new here; making them known changes nothing else. */
  async #openTenants(description: V1Description, tenantId: string): Promise<void> {
    const tenants = await this.#inTx(async (tx) => {
      const isUp = (await selectV1State(tx, description.table)) === 'up'
      const isThere = !isUp && (await hasTable(tx, description.table))
      return isThere ? selectV1Tenants(tx, description, tenantId) : []
    })
    for (const each of tenants) await this.#ports.openTenant(each)
  }

  async #report(
    { table }: V1Description,
    state: 'up' | 'down',
    done: readonly MigratedLog[] | undefined,
  ): Promise<MigrationReport> {
    const logs = done ?? (await this.#readLogs(table))
    const checkpoints: SignedCheckpoint[] = []
    for (const { tenantId } of logs) checkpoints.push(await this.#ports.ledger.checkpoint(tenantId))
    const { migrationFile: file } = this.#ports
    return { table, state, isChanged: done !== undefined, file, logs, checkpoints }
  }

  async #readLogs(table: string): Promise<readonly MigratedLog[]> {
    const entries = await this.#inTx((tx) => readMigrated(tx, this.#ports, table))
    return entries.map(({ log, v1 }) => presentLog(v1, 0, log.seq))
  }

  async #inTx<T>(work: (tx: SqlTx) => Promise<T>): Promise<T> {
    try {
      return await this.#ports.sql.transaction('system', work)
    } catch (error) {
      const isTimedOut =
        error instanceof SeaworthyError && error.details['sqlstate'] === LOCK_TIMED_OUT
      if (!isTimedOut) throw error
      throw ledgerFault('LEDGER_V1_BUSY', 'expected nobody to hold the table or a log for long', {
        cause: error,
      })
    }
  }
}
