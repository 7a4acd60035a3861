// Who asks, and what a route is: who may ask, what it takes, what it answers; a plain record that any HTTP edge can mount and document.
import type { Json } from './canonical.ts'
import type { SqlTx } from './ports.ts'

/** Who is asking. Local principals now; accounts carry the same shape later. */
export interface Principal {
  readonly id: string
  readonly tenantId: string
}

/** What somebody may do at all: a viewer reads, a developer changes, an admin says who may do what. */
export type AccessRole = 'admin' | 'developer' | 'viewer'

/** What is known of a session by whoever handles its requests. */
export interface CallerSession {
  readonly id: string
  /** When the person last proved to their issuer who they are; null where that is not known. */
  readonly authenticatedAtMs: number | null
  /** RFC 3339; at the latest. */
  readonly endsAt: string
}

/** Who is asking, with what they may do. */
export interface Caller extends Principal {
  readonly role: AccessRole
  /** Environments that they may change something in; null = every one. */
  readonly environments: readonly string[] | null
  /** What they showed. */
  readonly credential: 'api-key' | 'service-token' | 'operator' | 'view-key' | 'session'
  /** Of a person who signed in with a browser; there with the credential `session` and no other. */
  readonly session?: CallerSession
}

/** The edge hands over whole callers; the type of a route's input says only what every other handler needs. */
export function callerOf(principal: Principal | Caller): Caller {
  if ('credential' in principal) return principal
  throw new TypeError('expected a caller with rights')
}

/** Reads values of one form and says what does not fit. Schemas of zod are such; the kernel knows no more of them. */
export interface Schema<T = unknown> {
  parse(value: unknown): T
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: unknown }
    | { readonly success: false; readonly error: { readonly issues: readonly SchemaIssue[] } }
}

export interface SchemaIssue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

type TextRecord = Readonly<Record<string, string>>

export interface RouteInput<Body = unknown, Query = unknown, Params = TextRecord> {
  readonly principal: Principal
  readonly params: Params
  readonly query: Query
  /** Id of the last event that a follower of a stream had, when it comes back (`Last-Event-ID`). */
  readonly lastEventId?: string
  /** JSON as the route's schema read it, or raw bytes when it `accepts` bytes. */
  readonly body: Body
  /** For routes whose `repetition` is `own`; absent where the request brought no key. */
  readonly keep?: KeepAnswer
}

/** Writes the answer under the request's idempotency key, in the transaction of the effect that it tells of. */
export type KeepAnswer = (tx: SqlTx, answer: DataAnswer) => Promise<void>

export interface DataAnswer {
  readonly status?: number
  readonly data: unknown
  /** Of a page of a list: what `cursor` says to get the next one; null on the last. */
  readonly next?: string | null
}

/** What a handler answers; `bytes` for files, `data` for JSON. */
export type RouteAnswer =
  | DataAnswer
  | {
      readonly status?: number
      readonly bytes: Uint8Array
      readonly mediaType: string
      /** Entity tag, quotes included; whoever has it already is answered 304 without the bytes. */
      readonly etag?: string
      /**
       * How long whoever asked may keep it: `for-ever` for what never changes under its address, `never-unasked` for what
       * has to be asked for each time. Nothing is kept when absent.
       */
      readonly keeping?: 'for-ever' | 'never-unasked'
    }
  | {
      readonly status?: number
      /** Goes on until the follower leaves, may ask no more, or the server ends: then the signal is aborted. */
      readonly stream: (signal: AbortSignal) => AsyncIterable<Uint8Array>
      readonly mediaType: string
    }

/** What a route answers when it does what was asked. */
export interface AnswerForm {
  /** Default 200. */
  readonly statuses?: readonly number[]
  /** What `data` holds; absent where the answer is bytes or a stream. */
  readonly data?: Schema
  /** Set where `data` is a page of a list. */
  readonly isPaged?: boolean
  /** Of bytes or a stream. */
  readonly mediaType?: string
  /** Set where `data` has members that are shown once: these are never stored. */
  readonly secrets?: { readonly members: readonly string[]; readonly recovery: string }
  /** Set where `data` may be too long to be kept under an idempotency key, as whatever holds a plan is. */
  readonly reread?: Reread
}

/** How an answer is given a second time that was not kept: what it tells of is read again, as it stands by then. */
export interface Reread {
  /** What is kept of it: short, and enough to find the rest. */
  name(data: unknown): Json
  /** @param name as it was kept */
  read(input: RouteInput, name: unknown): Promise<unknown>
}

export interface Route<Body = unknown, Query = unknown, Params = TextRecord> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Fastify path, e.g. `/v1/runs/:runId`. */
  readonly path: string
  readonly summary: string
  /** `read` never changes state and is open to viewers; `write` needs a developer, `admin` an admin. */
  readonly access: 'read' | 'write' | 'admin'
  /**
   * What environment a request would change something in; null for one that is bound to none; `none` where no request changes
   * anything of an environment. A request that is bound to none changes nothing for callers who are limited to some environments.
   */
  readonly environment?: 'none' | EnvironmentOf<Body, Query, Params>
  /**
   * What the edge does for a request that changes something and brings an idempotency key. Absent: it runs the handler in one
   * transaction with the key. `own`: the handler's transactions stay its own, because it signs checkpoints or takes long; it
   * gives its answer to `keep`, or refuses by itself what is done already. `harmless`: doing it again changes nothing.
   */
  readonly repetition?: 'own' | 'harmless'
  /**
   * Set where a person gives their word, or says whose word counts: who asks with a session has to have proven to their issuer
   * lately who they are. `always`, or for some requests alone.
   */
  readonly asksProof?: 'always' | AsksProofOf<Body, Query, Params>
  /** Set where something is given away that opens doors, so that it is recorded although nothing changes. */
  readonly givesSecrets?: true
  readonly accepts?: 'json' | 'bytes'
  /** Reads the JSON body; a route without one takes no body but an empty object. */
  readonly body?: Schema<Body>
  /** Reads the query, whose values are text; a route without one takes no query. */
  readonly query?: Schema<Query>
  /** Reads the parameters of the path where they are more than any text. */
  readonly params?: Schema<Params>
  readonly answer: AnswerForm
  handle(input: RouteInput<Body, Query, Params>): Promise<RouteAnswer>
}

// Taken from a method, so that a route with a body of its own is still a route.
type EnvironmentOf<Body, Query, Params> = {
  of(input: RouteInput<Body, Query, Params>): Promise<string | null>
}['of']

type AsksProofOf<Body, Query, Params> = {
  of(input: RouteInput<Body, Query, Params>): Promise<boolean>
}['of']

/** Lets the types of body, query and parameters follow from their schemas. */
export function defineRoute<Body = unknown, Query = unknown, Params = TextRecord>(
  route: Route<Body, Query, Params>,
): Route {
  return route as Route
}
