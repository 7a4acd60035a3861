// Asks somebody else's PostgreSQL one question, in a transaction that can only read and is rolled back.
import { Socket } from 'node:net'
import pg from 'pg'
import {
  MASK,
  messageOf,
  SeaworthyError,
  type DialSql,
  type DialSqlAnswer,
  type DialSqlRequest,
} from '../kernel/index.ts'
import { platformFault } from './errors.ts'
import { faultOfServer, serverErrorOf } from './sql-faults.ts'

/** Bytes read from the server at most; rows are bounded by the request, their width is not. */
const ANSWER_LIMIT_BYTES = 64 * 1024 * 1024
const ANSWER_CHECK_MS = 50
/** The server stops a slow statement by itself; one that went silent is left after this much more. */
const SILENCE_LIMIT_MS = 1_000

/**
 * The address must name host, user and database, so that nothing is taken from this process'
 * environment (`PGUSER`, `PGPASSWORD` …). `sslmode` may be disable, require, verify-full.
 * `ask` throws PLATFORM_REQUEST_REFUSED (bad address, several statements), PLATFORM_DATABASE_UNREACHABLE,
 * PLATFORM_STATEMENT_FAILED, PLATFORM_TRANSACTION_TIMED_OUT; no message quotes the password.
 */
export const systemDialSql: DialSql = {
  ask: async (request) => {
    const startedAt = performance.now()
    const url = admitDatabaseUrl(request.url)
    const socket = new Socket()
    const client = new pg.Client(connectionOf(url, request, socket))
    const watch = setInterval(() => {
      if (socket.bytesRead > ANSWER_LIMIT_BYTES) {
        socket.destroy(new Error(`the answer is longer than ${ANSWER_LIMIT_BYTES} bytes`))
      }
    }, ANSWER_CHECK_MS)
    const timer = setTimeout(() => {
      socket.destroy(new Error(`no complete answer within ${request.timeoutMs} ms`))
    }, request.timeoutMs + SILENCE_LIMIT_MS)
    let broken: Error | undefined
    client.on('error', (error) => {
      broken ??= error
    })
    try {
      await client.connect()
      return await askReadOnly(client, request, startedAt)
    } catch (error) {
      throw withoutPassword(url, faultOfDial(broken ?? error))
    } finally {
      clearInterval(watch)
      clearTimeout(timer)
      // Closing the socket ends the session, and the server rolls back.
      socket.destroy()
    }
  },
}

async function askReadOnly(
  client: pg.Client,
  request: DialSqlRequest,
  startedAt: number,
): Promise<DialSqlAnswer> {
  await client.query(
    `begin isolation level repeatable read read only; set local statement_timeout = ${Math.ceil(request.timeoutMs)}`,
  )
  // A cursor takes nothing but queries, and hands out no more rows than asked for.
  const hasCursor = !/^\s*(?:show|explain)\b/i.test(request.text)
  const direct: DialQuery = {
    text: hasCursor
      ? `declare seaworthy_question no scroll cursor for ${request.text}`
      : request.text,
    rowMode: 'array',
    queryMode: 'extended',
  }
  const answered = await client.query<unknown[]>(direct)
  const fetched = hasCursor
    ? await client.query<unknown[]>({
        text: `fetch ${request.rowLimit + 1} from seaworthy_question`,
        rowMode: 'array',
      })
    : answered
  const rows = fetched.rows.slice(0, request.rowLimit)
  const answer = {
    columns: fetched.fields.map((field) => field.name),
    rows: rows as (string | number | boolean | null)[][],
    truncated: fetched.rows.length > request.rowLimit,
    durationMs: performance.now() - startedAt,
  }
  await client.query('rollback')
  return answer
}

/** `queryMode` selects the extended protocol, which refuses a second statement. */
interface DialQuery extends pg.QueryArrayConfig {
  readonly queryMode: 'extended'
}

function connectionOf(url: URL, request: DialSqlRequest, socket: Socket): pg.ClientConfig {
  const sslMode = url.searchParams.get('sslmode') ?? 'disable'
  const password = decodeURIComponent(url.password)
  return {
    host: databaseHost(url),
    port: url.port === '' ? 5432 : Number(url.port),
    user: decodeURIComponent(url.username),
    database: decodeURIComponent(url.pathname.slice(1)),
    // A function, because an empty text would make the driver look into its environment.
    password: () => password,
    ssl: sslMode === 'disable' ? false : { rejectUnauthorized: sslMode !== 'require' },
    connectionTimeoutMillis: request.timeoutMs,
    application_name: 'seaworthy-check',
    options: '-c datestyle=ISO -c timezone=UTC -c bytea_output=hex -c search_path=public',
    stream: () => socket,
    types: { getTypeParser: (oid: number) => jsonReaderOf(oid) },
  }
}

function admitDatabaseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isWhole =
    url !== undefined &&
    /^postgres(ql)?:$/.test(url.protocol) &&
    databaseHost(url) !== '' &&
    url.username !== '' &&
    url.pathname.length > 1
  if (!isWhole) {
    throw platformFault(
      'PLATFORM_REQUEST_REFUSED',
      'expected an address like postgres://user@host:5432/database',
    )
  }
  const sslMode = url.searchParams.get('sslmode') ?? 'disable'
  if (!['disable', 'require', 'verify-full'].includes(sslMode)) {
    throw platformFault(
      'PLATFORM_REQUEST_REFUSED',
      `expected sslmode disable, require or verify-full, got ${sslMode}`,
    )
  }
  return url
}

/** `?host=/run/postgresql` names the folder of a Unix socket. */
function databaseHost(url: URL): string {
  return url.searchParams.get('host') ?? url.hostname.replace(/^\[|\]$/g, '')
}

function jsonReaderOf(oid: number): (text: string) => string | number | boolean {
  if (oid === 16) return (text) => text === 't'
  if (oid === 17) return (text) => text.replace(/^\\x/, '')
  // int8, int2, int4, oid, float4, float8; what JSON cannot hold exactly stays text.
  if ([20, 21, 23, 26, 700, 701].includes(oid)) {
    return (text) => {
      const value = Number(text)
      const isExact =
        Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
      return isExact ? value : text
    }
  }
  return (text) => text
}

function faultOfDial(error: unknown): SeaworthyError {
  if (error instanceof SeaworthyError) return error
  const server = serverErrorOf(error)
  if (server === undefined) {
    return platformFault(
      'PLATFORM_DATABASE_UNREACHABLE',
      `expected an answer from the database, got: ${messageOf(error)}`,
    )
  }
  if (/cannot insert multiple commands/i.test(server.message)) {
    return platformFault('PLATFORM_REQUEST_REFUSED', 'expected one SQL statement, got several')
  }
  return faultOfServer(server)
}

/** Rebuilt without a cause, because the driver's own error could carry the settings. */
function withoutPassword(url: URL, fault: SeaworthyError): SeaworthyError {
  if (url.password === '') return fault
  let message = fault.message
  for (const secret of [decodeURIComponent(url.password), url.password]) {
    message = message.replaceAll(secret, MASK)
  }
  return new SeaworthyError(fault.code, fault.row, message, { details: fault.details })
}
