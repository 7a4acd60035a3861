// The one fault type of the house, and how a slice declares the codes it may raise.

/** Exit codes of the command line; the only ones there are. Source: product.md, "CLI surface". */
export const EXIT = {
  ok: 0,
  fault: 1,
  usage: 2,
  notPermitted: 5,
  notFound: 6,
  conflict: 7,
  confirmationRequired: 8,
  unavailable: 9,
  goWithWaivers: 10,
  conditionalGo: 11,
  signerUnknown: 12,
  notReady: 20,
  noGo: 30,
  invalid: 40,
  runtimeTooOld: 78,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** What a code means to the three audiences: HTTP client, shell, person. */
export interface ErrorRow {
  /** HTTP status that answers a request refused for this reason. */
  readonly status: number
  readonly exit: ExitCode
  /** One line, no trailing full stop: what is wrong. */
  readonly title: string
  /** What the reader can do about it. */
  readonly hint: string
  readonly retryable?: boolean
  /** Its messages quote what others said: addresses, paths, statements. They go into the log, and to nobody outside. */
  readonly isInternal?: boolean
}

export type ErrorTable = Readonly<Record<string, ErrorRow>>

/** Keeps the literal codes of a slice's table as a type, so that a typo in a code does not compile. */
export function defineErrors<const T extends ErrorTable>(table: T): T {
  return table
}

export interface FaultOptions {
  /** Machine-readable facts about the fault. Never a secret: these reach clients. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** A fault: something that should have worked did not. Refusals are values, not faults. */
export class SeaworthyError extends Error {
  readonly code: string
  readonly row: ErrorRow
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, row: ErrorRow, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SeaworthyError'
    this.code = code
    this.row = row
    this.details = options.details ?? {}
  }
}

/**
 * A raiser bound to one slice's table: `const fault = faultsOf(errors)`, then
 * `throw fault('LEDGER_LINK_BROKEN', 'expected …, got …')`.
 */
export function faultsOf<T extends ErrorTable>(
  table: T,
): (code: keyof T & string, message: string, options?: FaultOptions) => SeaworthyError {
  return (code, message, options) => {
    const row = table[code]
    if (row === undefined) throw new TypeError(`no row for the error code ${code}`)
    return new SeaworthyError(code, row, message, options)
  }
}

/** The message of anything that was thrown, for wrapping as a cause. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
