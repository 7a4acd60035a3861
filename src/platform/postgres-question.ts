// A transaction on PostgreSQL whose work asks once and only reads: it is over with the answer.
import type pg from 'pg'
import type { SqlScope, SqlTx, SqlValue } from '../kernel/index.ts'
import { platformFault } from './errors.ts'
import { faultOfDriver } from './sql-faults.ts'
import { APP_ROLE, tenantSettingOf, TRANSACTION_LIMIT_MS } from './sql-scope.ts'
import { sqlParameter, type SqlParameter } from './sql-values.ts'
import { askWhole, type WholeQuery } from './whole-query.ts'

export class PostgresQuestion implements SqlTx {
  readonly #client: pg.ClientBase
  readonly #settings: WholeQuery['settings']
  #answer: Promise<Record<string, unknown>[]> | undefined
  #isEnded = false

  constructor(client: pg.ClientBase, settings: WholeQuery['settings']) {
    this.#client = client
    this.#settings = settings
  }

  async query<Row = Record<string, unknown>>(
    text: string,
    values: readonly SqlValue[] = [],
  ): Promise<Row[]> {
    if (this.#isEnded || this.#answer !== undefined)
      throw platformFault('PLATFORM_TRANSACTION_ENDED', 'expected an open transaction')
    const parameters = values.map(sqlParameter)
    this.#answer = this.#ask(text, parameters)
    return (await this.#answer) as Row[]
  }

  async commit(): Promise<void> {
    this.#isEnded = true
    const failure = await this.#failure()
    if (failure === undefined) return
    if (failure.code === 'PLATFORM_DATABASE_UNREACHABLE') throw failure
    throw platformFault('PLATFORM_TRANSACTION_ENDED', 'a statement of the transaction had failed')
  }

  /** Nothing is left to undo. @returns false when the connection is no longer usable */
  async rollback(): Promise<boolean> {
    this.#isEnded = true
    return (await this.#failure())?.code !== 'PLATFORM_DATABASE_UNREACHABLE'
  }

  async #failure(): Promise<ReturnType<typeof faultOfDriver> | undefined> {
    return this.#answer?.then(() => undefined, faultOfDriver)
  }

  async #ask(text: string, values: readonly SqlParameter[]): Promise<Record<string, unknown>[]> {
    try {
      return await askWhole(this.#client, { settings: this.#settings, text, values })
    } catch (error) {
      throw faultOfDriver(error)
    }
  }
}

/** @throws PLATFORM_VALUE_REFUSED */
export function questionSettings(
  scope: SqlScope,
  limitMs: number = TRANSACTION_LIMIT_MS,
): WholeQuery['settings'] {
  const limit = String(Math.ceil(limitMs))
  return scope === 'system'
    ? [limit, '', 'none']
    : [limit, tenantSettingOf(scope.tenantId), APP_ROLE]
}
