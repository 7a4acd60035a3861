// Words of the audit log: the facts it appends to a tenant's ledger, and what is read of them.
import type { Json } from '../kernel/index.ts'

/**
 * `request.tallied` stands for many refusals: those of whoever no key fitted for, and those of a principal who asked too
 * often.
 */
export const AUDIT_EVENTS = [
  'request.done',
  'request.refused',
  'request.failed',
  'request.tallied',
] as const

/** A request is its principal's. */
export const AUDIT_ERASURE = {
  'request.done': 'actor',
  'request.refused': 'actor',
  'request.failed': 'actor',
  'request.tallied': 'actor',
} as const

/** `failed`: the server could not, or could not to the end; what an entry `done` of the same request names stays. */
export const AUDIT_RESULTS = ['done', 'refused', 'failed', 'tallied'] as const
export type AuditResult = (typeof AUDIT_RESULTS)[number]

/** Whose name stands for everybody without a key that fits; no principal has it. */
export const STRANGER = 'stranger'
/** Bytes of UTF-8 that are kept of a harmless value. */
export const PREFIX_LIMIT_BYTES = 64

/** Payload of a fact: everything that the log keeps of a request. */
export interface AuditRecord {
  /** Method and template of the route, e.g. `POST /v1/runs/:runId/finish`. */
  readonly action: string
  /** The template with the harmless parts of the path filled in. */
  readonly resource: string
  readonly result: AuditResult
  /** Of the answer; null for what was done, because that is recorded before there is an answer. */
  readonly status: number | null
  readonly code: string | null
  readonly requestId: string
  /** What the principal showed; null for strangers. */
  readonly credential: string | null
  /** Keyed hash of method, address and body: the same request has the same one, and nobody can guess from it. */
  readonly parameters: string
  /** The beginning of each harmless value, by its place. */
  readonly fields: Readonly<Record<string, string>>
  /** Keyed hash of the address that it came from. */
  readonly peer: string | null
  /** Of a tally: how many refusals it stands for, by code. */
  readonly counts: Readonly<Record<string, number>> | null
}

/** One line of the log. */
export interface AuditEntry extends AuditRecord {
  /** Position in the tenant's ledger, where `seaworthy ledger prove` shows it. */
  readonly seq: number
  readonly at: string
  readonly actor: string
}

export interface AuditFilter {
  readonly actor?: string
  readonly action?: string
  /** This resource and what lies below it. */
  readonly resource?: string
  readonly result?: AuditResult
  /** RFC 3339; half open. */
  readonly from?: string
  readonly until?: string
}

export type AuditPayload = { readonly [Member in keyof AuditRecord]: AuditRecord[Member] & Json }
