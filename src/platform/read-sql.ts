// Reads that may lag, on a replica of the database; on the database itself while the replica does not answer.
import { SeaworthyError } from '../kernel/index.ts'
import type { Clock, Log, Sql } from '../kernel/index.ts'
import { openPostgres } from './postgres.ts'
import type { OpenSql } from './sql-scope.ts'

/** A replica that failed is left alone for so long. */
const REST_MS = 5_000
/** A replica that replays a conflicting change cuts off whoever reads (40001), or refuses a read that it cannot answer yet (57P03). */
const REPLICA_STATES: readonly unknown[] = ['40001', '57P03']

export interface ReadSql extends Sql {
  close(): Promise<void>
}

export interface ReadSqlTerms {
  readonly url: string
  readonly poolSize: number
  readonly primary: Sql
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Log
}

/** What it does may be done twice, first here and then there: it must only read. A write is refused by PostgreSQL. */
export function openReadSql({ url, poolSize, primary, clock, log }: ReadSqlTerms): ReadSql {
  let replica: OpenSql | undefined
  let restsUntilMs = -Infinity
  const transaction: Sql['transaction'] = async (scope, work, terms) => {
    if (clock.monotonicMs() < restsUntilMs) return primary.transaction(scope, work, terms)
    try {
      replica ??= await openPostgres({ url, poolSize, isReadOnly: true })
      return await replica.transaction(scope, work, terms)
    } catch (error) {
      if (!isOfReplica(error)) throw error
      restsUntilMs = clock.monotonicMs() + REST_MS
      log.warn('reads go to the database itself', { detail: error.message })
      return primary.transaction(scope, work, terms)
    }
  }
  return {
    engine: 'postgres',
    transaction,
    async close() {
      await replica?.close()
    },
  }
}

function isOfReplica(error: unknown): error is SeaworthyError {
  if (!(error instanceof SeaworthyError)) return false
  return (
    error.code === 'PLATFORM_DATABASE_UNREACHABLE' ||
    REPLICA_STATES.includes(error.details['sqlstate'])
  )
}
