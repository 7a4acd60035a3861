// What clients are answered, and the limits of connections.
import type { BucketPolicy } from '../guard/index.ts'

/** What a client's event is answered with. */
export type EventAnswer =
  | ({ readonly ok: true } & Readonly<Record<string, unknown>>)
  | { readonly ok: false; readonly error: EventRefusal }

export interface EventRefusal {
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly hint: string
  readonly retryable: boolean
  readonly retryAfterMs?: number
}

/** Where connections begin. */
export const REALTIME_PATH = '/socket.io/'

/** Events of one connection: a person clicks less, and a program can be told to wait. */
export const EVENT_POLICY: BucketPolicy = {
  kind: 'bucket',
  name: 'realtime-event',
  limit: 200,
  windowMs: 60_000,
  burst: 60,
}
/** Events of all connections of one principal, so that a new connection is no new bucket: sixty busy ones, or a thousand that begin. */
export const PRINCIPAL_EVENT_POLICY: BucketPolicy = {
  kind: 'bucket',
  name: 'realtime-event-principal',
  limit: 12_000,
  windowMs: 60_000,
  burst: 3_600,
}
/** Connections that one principal of one tenant begins at one server. */
export const OPENING_POLICY: BucketPolicy = {
  kind: 'bucket',
  name: 'realtime-opening',
  limit: 6_000,
  windowMs: 60_000,
  burst: 1_500,
}
/** Connections of one address that show nothing that fits. */
export const STRANGER_POLICY: BucketPolicy = {
  kind: 'bucket',
  name: 'realtime-stranger',
  limit: 60,
  windowMs: 60_000,
  burst: 20,
}

/** Open at once in this process, those included that have not said yet who they are. */
export const CONNECTION_LIMIT_COUNT = 12_000
/** Of them, those that have not said so. */
export const UNKNOWN_LIMIT_COUNT = 4_000
/** Open at once at one server. */
export interface SocketLimits {
  /** Of one address, those that have not said who they are: all clients behind one proxy count together. */
  readonly perAddress: number
  /** Of one key or account. */
  readonly perPrincipal: number
  readonly perTenant: number
}
export const SOCKET_LIMITS: SocketLimits = {
  perAddress: 250,
  perPrincipal: 1_000,
  perTenant: 6_000,
}
/** Who does not say by then who they are is cut off. */
export const INTRODUCTION_LIMIT_MS = 10_000
/** A message of a client at most; the longest token is shorter. */
export const MESSAGE_LIMIT_BYTES = 16 * 1024
export const TOKEN_LIMIT_CHARACTERS = 8_192
/** Watches of one connection. */
export const WATCH_LIMIT_COUNT = 20
/** Entries that are read from the database for whoever comes back. */
export const CATCH_UP_LIMIT_ENTRIES = 50_000
/** Changes in one message. */
export const MESSAGE_LIMIT_CHANGES = 200
