// Asks the house who a request comes from: what the request shows, in the one form that the house reads.
import type { FastifyRequest } from 'fastify'
import type { Caller, Route } from '../kernel/index.ts'
import { cookieOf } from './browser.ts'
import { VIEW_KEY_PARAMETER } from './input.ts'
import type { PeerOf } from './peer.ts'

/** What authentication may look at. */
export interface WebRequest {
  readonly access: Route['access']
  readonly authorization: string | undefined
  /** Query parameter `key`, for pages that a browser opens. */
  readonly viewKey: string | undefined
  readonly tenant: string | undefined
  /** What a browser keeps of a session; only looked at where there is no authorization. */
  readonly session: string | undefined
  /** Address that the request came from. */
  readonly peer: string | undefined
  /** What is shown was let in before, by this very process, and is asked about again: whoever guesses elsewhere has no part in it. */
  readonly wasLetIn?: boolean
}

/** Undefined refuses. */
export type Authenticate = (request: WebRequest) => Promise<Caller | undefined>

export type Identify = (
  request: FastifyRequest,
  terms: Pick<WebRequest, 'access' | 'wasLetIn'>,
) => Promise<Caller | undefined>

/** @param sessionCookie where people sign in */
export function makeIdentify(
  authenticate: Authenticate,
  sessionCookie: string | undefined,
  peerOf: PeerOf,
): Identify {
  return (request, terms) =>
    authenticate({
      ...terms,
      authorization: request.headers.authorization,
      viewKey: queryText(request, VIEW_KEY_PARAMETER),
      tenant: textHeader(request, 'x-seaworthy-tenant'),
      session: sessionCookie === undefined ? undefined : cookieOf(request, sessionCookie),
      peer: peerOf(request),
    })
}

export function textHeader(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

function queryText(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : undefined
}
