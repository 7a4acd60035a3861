// Sends the beginning of a PostgreSQL transaction together with its first statement, in one trip to the server.
import pg from 'pg'
import { wireValueOf, type SqlParameter } from './sql-values.ts'

/** `queryMode` makes even a query without values refuse a second statement; its type is not published. */
interface ExtendedQuery extends pg.QueryConfig<SqlParameter[]> {
  readonly queryMode: 'extended'
}

export function extendedQuery(text: string, values: readonly SqlParameter[]): ExtendedQuery {
  return { text, values: [...values], queryMode: 'extended' }
}

/** What the driver calls on a query; its types tell less. */
interface DriverQuery extends pg.Submittable {
  handleCommandComplete(message: { readonly text: string }, connection: pg.Connection): void
}

/** The first statement failed, or the beginning did. */
export class OpeningFailed extends Error {
  /** Whether the server is in a transaction now, which then accepts nothing but its end. */
  readonly hasBegun: boolean

  constructor(cause: unknown, hasBegun: boolean) {
    super('the first statement of a transaction failed', { cause })
    this.hasBegun = hasBegun
  }
}

export interface Opening {
  /** What the transaction begins with. */
  readonly ahead: readonly string[]
  readonly text: string
  readonly values: readonly SqlParameter[] | undefined
}

/**
 * With values, the beginning goes ahead of the statement before one and the same Sync: after a failure of any part the
 * server skips the rest, so no statement ever runs without the beginning before it. Without values it is one text, and the
 * server runs none of it when it cannot parse all of it.
 * @returns the answers to every statement that was sent
 * @throws OpeningFailed
 */
export async function sendOpening(
  client: pg.ClientBase,
  opening: Opening,
): Promise<readonly pg.QueryResult[]> {
  const { ahead, text, values } = opening
  const { promise, resolve, reject } = Promise.withResolvers<readonly pg.QueryResult[]>()
  let hasBegun = false
  const ended = (error: Error | undefined, answer: unknown): void => {
    if (error instanceof Error) reject(new OpeningFailed(error, hasBegun))
    else resolve([answer as pg.QueryResult].flat())
  }
  const query = new pg.Query([...ahead, text].join('; '), ended) as pg.Query & DriverQuery
  if (values !== undefined)
    query.submit = (connection) => {
      connection.stream.cork()
      try {
        for (const each of ahead) sendStatement(connection, each)
        sendStatement(connection, text, values)
        connection.sync()
      } finally {
        connection.stream.uncork()
      }
    }
  const complete = query.handleCommandComplete.bind(query)
  query.handleCommandComplete = (message, connection) => {
    hasBegun ||= message.text === 'BEGIN'
    complete(message, connection)
  }
  client.query(query)
  return promise
}

/** The second word of each message is one of an older driver, which its types still ask for. */
function sendStatement(
  connection: pg.Connection,
  text: string,
  values?: readonly SqlParameter[],
): void {
  connection.parse({ name: '', text, types: [] }, true)
  connection.bind({ values: (values ?? []).map(wireValueOf) }, true)
  // Only what was asked has columns that anybody reads.
  if (values !== undefined) connection.describe({ type: 'P', name: '' }, true)
  connection.execute({}, true)
}
