// What both engines say at the start of a transaction, and the rules they share.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Sql, SqlScope, SqlTx, TransactionTerms } from '../kernel/index.ts'
import { platformFault } from './errors.ts'
import { sqlLiteral, storableText } from './sql-values.ts'

/** A transaction open longer than this is rolled back: nothing that waits for the world belongs in one. */
export const TRANSACTION_LIMIT_MS = 60_000

/** The role under which a tenant's statements run; row security applies to it. */
export const APP_ROLE = 'seaworthy_app'

export interface SqlStats {
  readonly engine: 'pglite' | 'postgres'
  readonly committed: number
  readonly rolledBack: number
  /** Transactions waiting for a turn or a connection. */
  readonly waiting: number
  /** PGlite only: WAL bytes since the last checkpoint, flushes, checkpoints and vacuums. */
  readonly walBytes?: number
  readonly syncs?: number
  readonly checkpoints?: number
  readonly vacuums?: number
  /** PostgreSQL only: connections of the pool. */
  readonly connections?: { readonly busy: number; readonly idle: number }
  /** PostgreSQL only: connections that broke while idle. */
  readonly lostConnections?: number
}

export interface TransactionOptions extends TransactionTerms {
  /** Instead of TRANSACTION_LIMIT_MS; for migrations, which may rewrite large tables. */
  readonly limitMs?: number
}

/** An open database. `close` waits for the transactions under way; afterwards every call rejects. */
export interface OpenSql extends Sql {
  transaction<T>(
    scope: SqlScope,
    work: (tx: SqlTx) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>
  close(): Promise<void>
  stats(): Promise<SqlStats>
  /** Frees dead rows and refreshes statistics; embedded also takes a checkpoint. For after an erasure. */
  maintain(): Promise<void>
}

const BEGIN = 'begin isolation level read committed'

/** The statements a transaction begins with. */
export function openingOf(scope: SqlScope, { asksOnce }: TransactionTerms): readonly string[] {
  const begin = asksOnce === true ? `${BEGIN} read only` : BEGIN
  return scope === 'system' ? [begin] : [begin, ...tenantSettings(scope.tenantId)]
}

/** Sets whose rows the rest of a transaction sees, whatever was set in it before. */
export function scopeText(scope: SqlScope): string {
  if (scope === 'system') return "set local role none; set local seaworthy.tenant = ''"
  return tenantSettings(scope.tenantId).join('; ')
}

function tenantSettings(tenantId: string): readonly string[] {
  const setting = sqlLiteral(tenantSettingOf(tenantId))
  return [`set local role ${APP_ROLE}`, `set local seaworthy.tenant = ${setting}`]
}

/** What row security reads. @throws PLATFORM_VALUE_REFUSED */
export function tenantSettingOf(tenantId: string): string {
  // An unset setting reads as the empty text, so an empty tenant would mean "nobody in particular".
  if (tenantId === '')
    throw platformFault('PLATFORM_VALUE_REFUSED', 'expected a tenant id, got an empty text')
  return storableText(tenantId)
}

/** Detects a transaction inside another, which would wait for itself for ever. */
export class NestingGuard {
  readonly #current = new AsyncLocalStorage<{ isOpen: boolean }>()

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#current.getStore()?.isOpen === true) {
      throw platformFault(
        'PLATFORM_TRANSACTION_NESTED',
        'expected the open transaction to be passed on',
      )
    }
    const mark = { isOpen: true }
    try {
      return await this.#current.run(mark, work)
    } finally {
      mark.isOpen = false
    }
  }
}
