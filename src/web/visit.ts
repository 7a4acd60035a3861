// What a browser is led through before anybody is known: an answer leads it on or tells it something, and gives it cookies.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { BrowserTerms } from './browser.ts'
import { assertOwnPage, cookieOf } from './browser.ts'
import type { RequestLimits } from './limits.ts'
import type { MountedRoute } from './mounted-route.ts'
import type { PeerOf } from './peer.ts'
import { askedOf } from './request-recorder.ts'
import type { AskedRefusal, RequestRecorder } from './request-recorder.ts'

/** Nothing that a browser is led through reads a body, and anybody may ask. */
const BODY_LIMIT_BYTES = 1_024

export interface Cookie {
  readonly name: string
  /** Letters, digits, `-` and `_`. */
  readonly value: string
  /** 0 takes it away. */
  readonly maxAgeS: number
}

export interface Visitor {
  readonly params: Readonly<Record<string, string>>
  /** With the question mark; empty without a query. */
  readonly search: string
  readonly query: URLSearchParams
  /** Undefined also where the browser sends two of that name: one of them is not ours. */
  cookie(name: string): string | undefined
}

export interface VisitAnswer {
  /** Where the browser goes on to; absent where it is only told that it is done. */
  readonly location?: string
  readonly data?: null
  /** Set where the browser is led on without what it came for; recorded before it is. */
  readonly refusal?: AskedRefusal
  readonly cookies: readonly Cookie[]
}

export interface Visit {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly summary: string
  /** Set where cookies of the answer have to come back to the own origin: another name of this very machine is left first. */
  readonly isOnOwnOrigin?: true
  handle(visitor: Visitor): Promise<VisitAnswer>
}

interface VisitTerms {
  readonly peerOf: PeerOf
  readonly limits?: RequestLimits
  readonly recorder?: RequestRecorder
}

export function mountVisit(
  server: FastifyInstance,
  visit: Visit,
  browser: BrowserTerms,
  { limits, recorder, peerOf }: VisitTerms,
): void {
  const { method, path, summary } = visit
  const answer =
    method === 'GET'
      ? { statuses: [303], mediaType: 'text/plain' }
      : { statuses: [200], mediaType: 'application/json' }
  const record: MountedRoute = { method, path, summary, access: 'open', answer }
  const ownOrigin = new URL(browser.ownOrigin)
  server.route({
    method,
    url: path,
    bodyLimit: BODY_LIMIT_BYTES,
    config: { record, isVisit: true },
    onRequest: async (request, reply) => {
      await limits?.admitStranger(request, reply)
      assertOwnPage(request, browser)
    },
    handler: async (request, reply) => {
      void reply.header('cache-control', 'no-store')
      if (visit.isOnOwnOrigin === true && isUnderOtherName(request, ownOrigin))
        return reply.redirect(`${ownOrigin.origin}${request.url}`, 303)
      const { location, data = null, cookies, refusal } = await visit.handle(visitorOf(request))
      if (refusal !== undefined)
        await recorder?.refuse(
          askedOf(request, { caller: undefined, peer: peerOf(request) }),
          refusal,
        )
      for (const cookie of cookies) void reply.header('set-cookie', writeCookie(cookie, ownOrigin))
      if (location !== undefined) return reply.redirect(location, 303)
      return reply.type('application/json').send(JSON.stringify({ data }))
    },
  })
}

// Behind TLS a proxy stands before us, which may write what it likes into Host: there nobody is sent in circles.
function isUnderOtherName({ headers: { host } }: FastifyRequest, ownOrigin: URL): boolean {
  return ownOrigin.protocol === 'http:' && host !== ownOrigin.host
}

function visitorOf(request: FastifyRequest): Visitor {
  const at = request.url.indexOf('?')
  const search = at === -1 ? '' : request.url.slice(at)
  return {
    params: request.params as Readonly<Record<string, string>>,
    search,
    query: new URLSearchParams(search),
    cookie: (name) => cookieOf(request, name),
  }
}

/**
 * Lax, so that the cookie comes along when an issuer sends the browser back; what changes something asks for more than a cookie.
 * Without TLS there is only this machine, and browsers keep no secure cookie of it.
 */
function writeCookie({ name, value, maxAgeS }: Cookie, { protocol }: URL): string {
  const secure = protocol === 'https:' ? '; Secure' : ''
  return `${name}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Lax${secure}`
}
