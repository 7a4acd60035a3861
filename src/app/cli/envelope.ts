// The one JSON document that --json answers, and what a person reads instead.
import { EXIT, harmlessText, messageOf, SeaworthyError } from '../../kernel/index.ts'
import type { ExitCode } from '../../kernel/index.ts'
import type { CommandOutcome } from '../../client/index.ts'
import { appErrors } from '../errors.ts'

export interface Envelope {
  readonly schemaVersion: 1
  readonly ok: boolean
  readonly data?: unknown
  readonly error?: {
    readonly code: string
    readonly message: string
    readonly hint: string
    readonly retryable: boolean
    readonly details: Readonly<Record<string, unknown>>
  }
  readonly meta: { readonly command: string; readonly version: string; readonly exit: ExitCode }
}

export function envelopeOfOutcome(
  outcome: CommandOutcome,
  command: string,
  version: string,
): Envelope {
  return {
    schemaVersion: 1,
    ok: true,
    data: outcome.data,
    meta: { command, version, exit: outcome.exit },
  }
}

export function envelopeOfFault(error: unknown, command: string, version: string): Envelope {
  const fault = describeFault(error)
  return {
    schemaVersion: 1,
    ok: false,
    error: {
      code: fault.code,
      message: fault.message,
      hint: fault.hint,
      retryable: fault.retryable,
      details: fault.details,
    },
    meta: { command, version, exit: fault.exit },
  }
}

export interface DescribedFault {
  readonly code: string
  readonly message: string
  readonly hint: string
  readonly retryable: boolean
  readonly exit: ExitCode
  readonly details: Readonly<Record<string, unknown>>
}

/** Anything thrown, as a code, a message and a hint; never a stack. */
export function describeFault(error: unknown): DescribedFault {
  if (error instanceof SeaworthyError) {
    const { code, message, row, details } = error
    return {
      code,
      message,
      hint: row.hint,
      retryable: row.retryable ?? false,
      exit: row.exit,
      details,
    }
  }
  if (error instanceof Error && error.name === 'AbortError') {
    const row = appErrors.APP_INTERRUPTED
    return {
      code: 'APP_INTERRUPTED',
      message: row.title,
      hint: row.hint,
      retryable: true,
      exit: row.exit,
      details: {},
    }
  }
  const row = appErrors.APP_INTERNAL_FAULT
  return {
    code: 'APP_INTERNAL_FAULT',
    message: `${row.title}: ${messageOf(error)}`,
    hint: row.hint,
    retryable: false,
    exit: EXIT.fault,
    details: {},
  }
}

/** Three lines on stderr: what, what to do, and the code to look up. */
export function renderFault(fault: DescribedFault): string {
  return `error: ${harmlessText(fault.message)}\n  ${harmlessText(fault.hint)}\n  code: ${fault.code}\n`
}
