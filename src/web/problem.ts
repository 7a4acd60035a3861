// Turns whatever was thrown into a problem document (RFC 9457) that shows no internals.
import { SeaworthyError } from '../kernel/index.ts'
import type { ErrorRow } from '../kernel/index.ts'
import { webErrors } from './errors.ts'

export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly hint: string
  readonly exit: number
  readonly retryable: boolean
  readonly details: Readonly<Record<string, unknown>>
}

/** @param isOutside whether it goes to somebody else than the process that asks itself */
export function problemOf(error: unknown, isOutside: boolean): ProblemDocument {
  if (error instanceof SeaworthyError) {
    const { code, row, message, details } = error
    return isOutside && row.isInternal === true
      ? documentOf(code, row, row.title, {})
      : documentOf(code, row, message, details)
  }
  const status = statusOfFramework(error)
  if (status === 413) {
    const row = webErrors.WEB_BODY_TOO_LARGE
    return documentOf('WEB_BODY_TOO_LARGE', row, row.title, {})
  }
  if (status !== undefined && status >= 400 && status < 500) {
    const row = webErrors.WEB_REQUEST_REFUSED
    return documentOf('WEB_REQUEST_REFUSED', { ...row, status }, row.title, {})
  }
  const row = webErrors.WEB_INTERNAL_FAULT
  return documentOf('WEB_INTERNAL_FAULT', row, row.title, {})
}

// Fastify's own refusals of a body carry a status and no code of ours; those of a path are in unrouted.ts.
function statusOfFramework(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined
  return typeof error.statusCode === 'number' ? error.statusCode : undefined
}

function documentOf(
  code: string,
  row: ErrorRow,
  detail: string,
  details: Readonly<Record<string, unknown>>,
): ProblemDocument {
  return {
    type: `https://seaworthy.dev/errors/${code}`,
    title: row.title,
    status: row.status,
    detail,
    code,
    hint: row.hint,
    exit: row.exit,
    retryable: row.retryable ?? false,
    details,
  }
}
