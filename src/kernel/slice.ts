// What a slice may bring: plain records that `app` collects; no base class, no registration.
import type { ErrorTable } from './errors.ts'

/** Who is asking. Local principals now; accounts carry the same shape later. */
export interface Principal {
  readonly id: string
  readonly tenantId: string
}

export interface RouteInput {
  readonly principal: Principal
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** Parsed JSON, or raw bytes when the route's `accepts` is 'bytes'. */
  readonly body: unknown
}

/** What a handler answers; `bytes` for files, `data` for JSON. */
export type RouteAnswer =
  | { readonly status?: number; readonly data: unknown }
  | { readonly status?: number; readonly bytes: Uint8Array; readonly mediaType: string }

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Fastify path, e.g. `/v1/runs/:runId`. */
  readonly path: string
  readonly summary: string
  /** `read` never changes state; `write` does and needs the key when it comes through a socket. */
  readonly access: 'read' | 'write'
  readonly accepts?: 'json' | 'bytes'
  handle(input: RouteInput): Promise<RouteAnswer>
}

/** The record every slice's front door exports as `slice`. */
export interface Slice {
  readonly name: string
  /** Folder of `NNNN-name.up.sql` and `NNNN-name.down.sql`; `platform` reads it. */
  readonly migrations?: URL
  readonly routes?: readonly Route[]
  readonly errors?: ErrorTable
  /** Kinds of ledger facts the slice appends, e.g. `run.started`. */
  readonly events?: readonly string[]
}
