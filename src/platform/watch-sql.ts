// Watches a database from outside: how long each transaction took and how it ended.
import { SeaworthyError } from '../kernel/index.ts'
import type { Clock, SqlScope, SqlTx } from '../kernel/index.ts'
import type { OpenSql, SqlStats, TransactionOptions } from './sql-scope.ts'

export const TRANSACTION_OUTCOMES = ['committed', 'rolled-back', 'unreachable'] as const
export type TransactionOutcome = (typeof TRANSACTION_OUTCOMES)[number]

export interface EndedTransaction {
  readonly outcome: TransactionOutcome
  /** From the call on, so that waiting for a connection counts. */
  readonly durationMs: number
}

export function watchSql(
  sql: OpenSql,
  clock: Pick<Clock, 'monotonicMs'>,
  tell: (ended: EndedTransaction) => void,
): OpenSql {
  return {
    engine: sql.engine,
    async transaction<T>(
      scope: SqlScope,
      work: (tx: SqlTx) => Promise<T>,
      options?: TransactionOptions,
    ): Promise<T> {
      const beganMs = clock.monotonicMs()
      const end = (outcome: TransactionOutcome): void =>
        tell({ outcome, durationMs: clock.monotonicMs() - beganMs })
      try {
        const result = await sql.transaction(scope, work, options)
        end('committed')
        return result
      } catch (error) {
        end(isUnreachable(error) ? 'unreachable' : 'rolled-back')
        throw error
      }
    },
    close: () => sql.close(),
    stats: (): Promise<SqlStats> => sql.stats(),
    maintain: () => sql.maintain(),
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof SeaworthyError && error.code === 'PLATFORM_DATABASE_UNREACHABLE'
}
