// PostgreSQL 15 or later behind the Sql port, over a bounded pool of connections.
import pg from 'pg'
import type { SeaworthyError, SqlScope, SqlTx, SqlValue } from '../kernel/index.ts'
import { platformFault } from './errors.ts'
import { extendedQuery, OpeningFailed, sendOpening } from './opening-query.ts'
import { PostgresQuestion, questionSettings } from './postgres-question.ts'
import { faultOfDriver, faultOfServer } from './sql-faults.ts'
import {
  NestingGuard,
  openingOf,
  TRANSACTION_LIMIT_MS,
  type OpenSql,
  type SqlStats,
  type TransactionOptions,
} from './sql-scope.ts'
import { readerOf, sqlParameter, type SqlParameter } from './sql-values.ts'

/** How long a transaction waits for a connection, new or returned. */
const CONNECT_LIMIT_MS = 10_000
const IDLE_CONNECTION_MS = 30_000

/** Every session reads and writes the same text forms as the embedded engine. */
const SESSION_OPTIONS = [
  'default_transaction_isolation=read\\ committed',
  'timezone=UTC',
  'datestyle=ISO',
  'bytea_output=hex',
  'intervalstyle=postgres',
  'search_path=public',
  'standard_conforming_strings=on',
  `statement_timeout=${TRANSACTION_LIMIT_MS}`,
  `idle_in_transaction_session_timeout=${TRANSACTION_LIMIT_MS}`,
]
  .map((setting) => `-c ${setting}`)
  .join(' ')

export interface PostgresOptions {
  readonly url: string
  /** Connections at most; also the number of transactions that run at once. */
  readonly poolSize: number
  /** A write is refused, also where the server would take it. */
  readonly isReadOnly?: true
}

/**
 * Opens a pool and asks the server one question, so that a wrong address is told at once. Broken
 * connections are replaced by the next transaction.
 * @throws PLATFORM_DATABASE_UNREACHABLE
 */
export async function openPostgres(options: PostgresOptions): Promise<OpenSql> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    allowExitOnIdle: true,
    application_name: 'seaworthy',
    options:
      options.isReadOnly === true
        ? `${SESSION_OPTIONS} -c default_transaction_read_only=on`
        : SESSION_OPTIONS,
    types: { getTypeParser: (oid: number) => readerOf(oid) },
  })
  const sql = new PostgresSql(pool)
  try {
    await sql.transaction('system', (tx) => tx.query('select 1'))
  } catch (error) {
    await sql.close()
    throw error
  }
  return sql
}

class PostgresSql implements OpenSql {
  readonly engine = 'postgres'
  readonly #pool: pg.Pool
  readonly #nesting = new NestingGuard()
  #committed = 0
  #rolledBack = 0
  #lostConnections = 0
  #isClosed = false

  constructor(pool: pg.Pool) {
    this.#pool = pool
    // Without listeners a connection that breaks, idle or at work, would end the process. What was asked
    // on it rejects by itself.
    const countLoss = (): void => {
      this.#lostConnections++
    }
    pool.on('error', countLoss)
    pool.on('connect', (client) => {
      client.on('error', countLoss)
    })
  }

  async transaction<T>(
    scope: SqlScope,
    work: (tx: SqlTx) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    if (this.#isClosed)
      throw platformFault('PLATFORM_DATABASE_UNREACHABLE', 'the database is closed')
    const begin = transactionsOf(scope, options)
    return this.#nesting.run(async () => {
      const client = await this.#connect()
      const tx = begin(client)
      try {
        const result = await work(tx)
        await tx.commit()
        this.#committed++
        client.release()
        return result
      } catch (error) {
        this.#rolledBack++
        await this.#abandon(client, tx)
        throw error
      }
    })
  }

  async stats(): Promise<SqlStats> {
    const { totalCount, idleCount } = this.#pool
    return {
      engine: this.engine,
      committed: this.#committed,
      rolledBack: this.#rolledBack,
      waiting: this.#pool.waitingCount,
      connections: { busy: totalCount - idleCount, idle: idleCount },
      lostConnections: this.#lostConnections,
    }
  }

  async maintain(): Promise<void> {
    const client = await this.#connect()
    try {
      await client.query('vacuum (analyze)')
      client.release()
    } catch (error) {
      client.release(true)
      throw faultOfDriver(error)
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#pool.end()
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect()
    } catch (error) {
      throw faultOfDriver(error)
    }
  }

  /** A connection that cannot even roll back is thrown away; the server then rolls back by itself. */
  async #abandon(client: pg.PoolClient, tx: BegunTx): Promise<void> {
    const isClean = await tx.rollback()
    client.release(!isClean)
  }
}

interface BegunTx extends SqlTx {
  commit(): Promise<void>
  /** @returns false when the connection is no longer usable */
  rollback(): Promise<boolean>
}

/** How transactions of this kind begin. @throws PLATFORM_VALUE_REFUSED */
function transactionsOf(
  scope: SqlScope,
  options: TransactionOptions,
): (client: pg.PoolClient) => BegunTx {
  const { limitMs, asksOnce } = options
  if (asksOnce === true) {
    const settings = questionSettings(scope, limitMs)
    return (client) => new PostgresQuestion(client, settings)
  }
  const ahead = [...openingOf(scope, options), ...limitsOf(limitMs)]
  return (client) => new PostgresTx(client, ahead)
}

/** Begun with its first statement: a transaction in which nothing is asked never reaches the server. */
class PostgresTx implements BegunTx {
  readonly #client: pg.PoolClient
  readonly #ahead: readonly string[]
  /** Why it did not begin, if it did not: known once the first statement was answered, which what follows waits for. */
  #refusal: Promise<SeaworthyError | undefined> | undefined
  #isEnded = false

  constructor(client: pg.PoolClient, ahead: readonly string[]) {
    this.#client = client
    this.#ahead = ahead
  }

  async query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly SqlValue[],
  ): Promise<Row[]> {
    if (this.#isEnded)
      throw platformFault('PLATFORM_TRANSACTION_ENDED', 'expected an open transaction')
    const parameters = values?.map(sqlParameter)
    if (this.#refusal === undefined) return (await this.#begin(text, parameters)).rows as Row[]
    // What follows a beginning that failed would run by itself, outside of any transaction.
    const refusal = await this.#refusal
    if (refusal !== undefined) throw refusal
    return (await this.#send(text, parameters)).rows as Row[]
  }

  async commit(): Promise<void> {
    this.#isEnded = true
    if (this.#refusal === undefined) return
    const refusal = await this.#refusal
    if (refusal?.code === 'PLATFORM_DATABASE_UNREACHABLE') throw refusal
    const result = refusal === undefined ? await this.#send('commit') : undefined
    if (result?.command !== 'COMMIT') {
      throw platformFault('PLATFORM_TRANSACTION_ENDED', 'a statement of the transaction had failed')
    }
  }

  async rollback(): Promise<boolean> {
    this.#isEnded = true
    if (this.#refusal === undefined) return true
    await this.#refusal
    return this.#client.query('rollback').then(
      () => true,
      () => false,
    )
  }

  async #begin(text: string, values: readonly SqlParameter[] | undefined): Promise<pg.QueryResult> {
    const first = sendOpening(this.#client, { ahead: this.#ahead, text, values })
    this.#refusal = first.then(
      () => undefined,
      (error: unknown) => refusalAfter(error),
    )
    try {
      return lastResultOf(await first)
    } catch (error) {
      throw faultOfDriver(error instanceof OpeningFailed ? error.cause : error)
    }
  }

  async #send(text: string, values?: readonly SqlParameter[]): Promise<pg.QueryResult> {
    try {
      if (values === undefined) return lastResultOf(await this.#client.query(text))
      return await this.#client.query(extendedQuery(text, values))
    } catch (error) {
      throw faultOfDriver(error)
    }
  }
}

/** What is to be told to statements after a first one that failed; undefined when the server tells it by itself. */
function refusalAfter(error: unknown): SeaworthyError | undefined {
  if (error instanceof OpeningFailed && error.hasBegun) return undefined
  const fault = faultOfDriver(error instanceof OpeningFailed ? error.cause : error)
  if (fault.code === 'PLATFORM_DATABASE_UNREACHABLE') return fault
  return faultOfServer({
    sqlstate: '25P02',
    message: 'current transaction is aborted, commands ignored until end of transaction block',
  })
}

/** Several statements in one text answer with several results. */
function lastResultOf(answer: pg.QueryResult | readonly pg.QueryResult[]): pg.QueryResult {
  const last = 'rows' in answer ? answer : answer.at(-1)
  if (last === undefined) throw new Error('expected an answer from the server')
  return last
}

function limitsOf(limitMs: number | undefined): readonly string[] {
  if (limitMs === undefined) return []
  const limit = Math.ceil(limitMs)
  return [
    `set local statement_timeout = ${limit}`,
    `set local idle_in_transaction_session_timeout = ${limit}`,
  ]
}
