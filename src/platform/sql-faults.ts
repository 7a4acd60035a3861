// Turns what the two database drivers throw into the codes of this room.
import { messageOf, SeaworthyError } from '../kernel/index.ts'
import { platformFault } from './errors.ts'

/** The facts of a server error that may be shown; `detail` is left out because it quotes row values. */
export interface ServerError {
  readonly message: string
  readonly sqlstate: string
  readonly constraint?: string
  readonly table?: string
  readonly position?: string
}

/** SQLSTATE behind a fault (`23505`, `40001` …), or undefined when the server did not name one. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof SeaworthyError)) return undefined
  const state = error.details['sqlstate']
  return typeof state === 'string' ? state : undefined
}

export function faultOfServer(error: ServerError, cause?: unknown): SeaworthyError {
  const details: Record<string, unknown> = { sqlstate: error.sqlstate }
  if (error.constraint !== undefined) details['constraint'] = error.constraint
  if (error.table !== undefined) details['table'] = error.table
  const options = cause === undefined ? { details } : { details, cause }
  const code = codeOfState(error.sqlstate, error.message)
  return platformFault(code, `${error.message} (SQLSTATE ${error.sqlstate})`, options)
}

function codeOfState(
  sqlstate: string,
  message: string,
):
  | 'PLATFORM_DISK_FULL'
  | 'PLATFORM_DATABASE_UNREACHABLE'
  | 'PLATFORM_TRANSACTION_TIMED_OUT'
  | 'PLATFORM_STATEMENT_FAILED' {
  if (sqlstate === '53100' || /no space left on device/i.test(message)) return 'PLATFORM_DISK_FULL'
  // 08: connection, 57P01-57P03: shutdown and start-up, 53300: no slot left, 28: sign-in refused.
  if (/^(08|28)/.test(sqlstate) || /^57P0[123]$/.test(sqlstate) || sqlstate === '53300') {
    return 'PLATFORM_DATABASE_UNREACHABLE'
  }
  if (sqlstate === '57014' || sqlstate === '25P03') return 'PLATFORM_TRANSACTION_TIMED_OUT'
  return 'PLATFORM_STATEMENT_FAILED'
}

/** Reads a thrown driver error; both drivers put SQLSTATE into `code`. */
export function serverErrorOf(thrown: unknown): ServerError | undefined {
  if (!(thrown instanceof Error)) return undefined
  const fields: Error & {
    code?: unknown
    constraint?: unknown
    table?: unknown
    position?: unknown
  } = thrown
  if (typeof fields.code !== 'string' || !/^[0-9A-Z]{5}$/.test(fields.code)) return undefined
  return {
    message: messageOf(thrown),
    sqlstate: fields.code,
    ...(typeof fields.constraint === 'string' ? { constraint: fields.constraint } : {}),
    ...(typeof fields.table === 'string' ? { table: fields.table } : {}),
    ...(typeof fields.position === 'string' ? { position: fields.position } : {}),
  }
}

/** Server errors carry SQLSTATE; everything else from the driver is a lost or refused connection. */
export function faultOfDriver(error: unknown): SeaworthyError {
  if (error instanceof SeaworthyError) return error
  const server = serverErrorOf(error)
  if (server !== undefined) return faultOfServer(server, error)
  return platformFault(
    'PLATFORM_DATABASE_UNREACHABLE',
    `expected an answer from PostgreSQL, got: ${messageOf(error)}`,
    { cause: error },
  )
}
