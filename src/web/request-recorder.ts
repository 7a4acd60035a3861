// What the edge tells whoever records requests, before their answers leave.
import type { FastifyRequest } from 'fastify'
import type { Caller, RouteInput } from '../kernel/index.ts'
import type { MountedRoute } from './mounted-route.ts'
import { UNKNOWN_ROUTE } from './request-watch.ts'

/** A request as far as it was read. Everything in it but route and method was chosen by whoever asks. */
export interface AskedRequest {
  readonly requestId: string
  readonly method: string
  /** Template of the route, e.g. `/v1/runs/:runId`, or UNKNOWN_ROUTE. */
  readonly route: string
  /** False where there is no such route of the API. */
  readonly isKnownRoute: boolean
  /** A browser on its way to be signed in, or out. */
  readonly isVisit: boolean
  /** It asks for a connection that becomes something else than HTTP. */
  readonly isConnection: boolean
  /** The route may change something, or gives away what opens doors. */
  readonly isWeighty: boolean
  /** Undefined where no key fitted. */
  readonly caller: Caller | undefined
  readonly params: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  /** As the route's schema read it; undefined as long as it did not. */
  readonly body: unknown
  /** Path and query as they came. */
  readonly url: string
  /** The body as it came; empty as long as it was not read. */
  readonly bodyBytes: Uint8Array
  /** Address that the request came from. */
  readonly peer: string | undefined
}

/** What a refused request is answered with. */
export interface AskedRefusal {
  readonly status: number
  readonly code: string
}

/** What throws here is what the request is answered with: nothing leaves unrecorded. */
export interface RequestRecorder {
  /** Runs the handler of a weighty request; when it resolves, the request is recorded together with what it changed. */
  carryOut<T>(asked: AskedRequest, handle: () => Promise<T>): Promise<T>
  /** A problem is about to be answered, by a handler or before one. */
  refuse(asked: AskedRequest, refusal: AskedRefusal): Promise<void>
}

/** What is known of who asks. */
export interface Asker {
  readonly caller: Caller | undefined
  readonly peer: string | undefined
}

/** @param input absent as long as the request was not read by its route's schemas */
export function askedOf(
  request: FastifyRequest,
  { caller, peer }: Asker,
  input?: Pick<RouteInput, 'body'>,
): AskedRequest {
  const { record } = request.routeOptions.config
  const route = record === undefined || record.access === 'open' ? undefined : record
  return {
    requestId: request.id,
    method: request.method,
    route: record?.path ?? request.routeOptions.url ?? UNKNOWN_ROUTE,
    isKnownRoute: route !== undefined,
    isVisit: request.routeOptions.config.isVisit === true,
    isConnection: false,
    isWeighty: route !== undefined && isWeighty(route),
    caller,
    params: asRecord(request.params),
    query: asRecord(request.query),
    body: input?.body,
    url: request.url,
    bodyBytes: request.body instanceof Uint8Array ? request.body : new Uint8Array(0),
    peer,
  }
}

/** Of a connection that is refused as it begins; nothing of it is read. */
export function askedOfConnection(
  { path, requestId, url = path }: { path: string; requestId: string; url?: string | undefined },
  { caller, peer }: Asker,
): AskedRequest {
  return {
    requestId,
    method: 'GET',
    route: path,
    isKnownRoute: true,
    isVisit: false,
    isConnection: true,
    isWeighty: false,
    caller,
    params: {},
    query: {},
    body: undefined,
    url,
    bodyBytes: new Uint8Array(0),
    peer,
  }
}

function isWeighty({ access, method, givesSecrets }: MountedRoute): boolean {
  return givesSecrets === true || (access !== 'read' && method !== 'GET')
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
