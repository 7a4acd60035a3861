// Asks PostgreSQL one question in a transaction of its own: settings, question and end in one trip, by statements that the session keeps.
import { createHash } from 'node:crypto'
import type pg from 'pg'
import { serverErrorOf } from './sql-faults.ts'
import { readerOf, wireValueOf, type SqlParameter } from './sql-values.ts'

/** Statements that a session keeps parsed and planned; questions beyond them are planned each time. */
const KEPT_LIMIT_COUNT = 100
/** Of the digest that names a statement: a name stands for one text, also in a session that a pooler shares. */
const NAME_CHARACTERS = 40

/** As by `set local`: gone with the transaction. */
const SETTINGS = `select set_config('transaction_read_only', 'on', true), set_config('statement_timeout', $1, true),
  set_config('seaworthy.tenant', $2, true), set_config('role', $3, true)`

/**
 * What a session says that lost what it kept: no statement of that name (a pooler gave another session, or somebody
 * deallocated), or one whose columns have other types since it was planned (a migration meanwhile).
 */
const FORGOTTEN_STATES: readonly string[] = ['26000', '0A000']

export interface WholeQuery {
  readonly settings: readonly [limitMs: string, tenantId: string, role: string]
  readonly text: string
  readonly values: readonly SqlParameter[]
}

type Row = Record<string, unknown>

interface Column {
  readonly name: string
  readonly read: (text: string) => unknown
}

/** By text. */
type KeptStatements = Map<string, { readonly name: string; readonly columns: readonly Column[] }>

const keptBy = new WeakMap<pg.ClientBase, KeptStatements>()

/**
 * The server runs what comes before one Sync as one transaction, and after a failure skips the rest and undoes it: the
 * question never runs without its settings, and nothing of them stays behind it.
 * @throws what the server or the driver says
 */
export async function askWhole(client: pg.ClientBase, query: WholeQuery): Promise<Row[]> {
  const kept: KeptStatements = keptBy.get(client) ?? new Map()
  keptBy.set(client, kept)
  const reliesOnKept = kept.size > 0
  try {
    return await send(client, query, kept)
  } catch (error) {
    // How far the server came is not known: what it keeps is told to it again.
    kept.clear()
    const isForgotten = FORGOTTEN_STATES.includes(serverErrorOf(error)?.sqlstate ?? '')
    if (!reliesOnKept || !isForgotten) throw error
    return await send(client, query, kept)
  }
}

async function send(
  client: pg.ClientBase,
  query: WholeQuery,
  kept: KeptStatements,
): Promise<Row[]> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const sent = new SentQuery(query, kept, (error) =>
    error === undefined ? resolve() : reject(error),
  )
  client.query(sent)
  await promise
  return sent.rows()
}

/** The driver hands it what the server sends. */
class SentQuery implements pg.Submittable {
  readonly #query: WholeQuery
  readonly #kept: KeptStatements
  readonly #done: (error?: Error) => void
  readonly #name: string
  readonly #found: (readonly (string | null)[])[] = []
  #columns: readonly Column[]
  #hasSettings = false
  #refusal: Error | undefined

  constructor(query: WholeQuery, kept: KeptStatements, done: (error?: Error) => void) {
    this.#query = query
    this.#kept = kept
    this.#done = done
    const known = kept.get(query.text)
    this.#columns = known?.columns ?? []
    this.#name = known?.name ?? (kept.size < KEPT_LIMIT_COUNT ? nameOf(query.text) : '')
  }

  /** @throws PLATFORM_VALUE_REFUSED */
  rows(): Row[] {
    const columns = this.#columns
    return this.#found.map((fields) => {
      const row: Row = {}
      for (const [at, { name, read }] of columns.entries()) {
        const field = fields[at] ?? null
        row[name] = field === null ? null : read(field)
      }
      return row
    })
  }

  submit(connection: pg.Connection): void {
    const { settings, text, values } = this.#query
    const hasColumns = this.#kept.has(text)
    connection.stream.cork()
    try {
      sendKept(connection, {
        name: nameOf(SETTINGS),
        text: SETTINGS,
        isKept: this.#kept.has(SETTINGS),
      })
      connection.bind({ statement: nameOf(SETTINGS), values: [...settings] }, true)
      connection.execute({}, true)
      sendKept(connection, { name: this.#name, text, isKept: hasColumns })
      connection.bind({ statement: this.#name, values: values.map(wireValueOf) }, true)
      if (!hasColumns) connection.describe({ type: 'P', name: '' }, true)
      connection.execute({}, true)
      connection.sync()
    } finally {
      connection.stream.uncork()
    }
  }

  handleRowDescription({ fields }: { readonly fields: readonly FieldDescription[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({ name, read: readerOf(dataTypeID) }))
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    // What the settings answer is known.
    if (this.#hasSettings) this.#found.push(fields)
  }

  handleCommandComplete(): void {
    this.#hasSettings = true
  }

  handleReadyForQuery(): void {
    this.#kept.set(SETTINGS, { name: nameOf(SETTINGS), columns: [] })
    if (this.#name !== '')
      this.#kept.set(this.#query.text, { name: this.#name, columns: this.#columns })
    this.#done(this.#refusal)
  }

  handleError(error: Error): void {
    this.#done(error)
  }

  handleCopyInResponse(connection: { sendCopyFail(words: string): void }): void {
    connection.sendCopyFail('expected a question')
  }

  handleCopyData(): void {
    this.#refusal = new Error('expected rows, got what a copy sends')
  }

  handleEmptyQuery(): void {
    this.#refusal = new Error('expected a question, got an empty text')
  }
}

interface FieldDescription {
  readonly name: string
  readonly dataTypeID: number
}

/** Closed first, as it may be there after all; the server says nothing of one that is not. */
function sendKept(
  connection: pg.Connection,
  {
    name,
    text,
    isKept,
  }: { readonly name: string; readonly text: string; readonly isKept: boolean },
): void {
  if (isKept) return
  if (name !== '') connection.close({ type: 'S', name }, true)
  connection.parse({ name, text, types: [] }, true)
}

const names = new Map<string, string>()

function nameOf(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = createHash('sha256').update(text).digest('hex').slice(0, NAME_CHARACTERS)
  if (names.size < KEPT_LIMIT_COUNT) names.set(text, name)
  return name
}
