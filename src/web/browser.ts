// Requests of browsers that bear a cookie: reads it, and refuses what a page of somebody else made them send.
import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { Caller } from '../kernel/index.ts'
import { makeCsrfJudge } from '../guard/index.ts'
import type { CsrfJudge } from '../guard/index.ts'
import { webFault } from './errors.ts'

export interface BrowserTerms {
  /** Of this server, as browsers see it. */
  readonly ownOrigin: string
  readonly sessionCookie: string
}

/** Undefined also where there are two of that name: then one of them was set by somebody else. */
export function cookieOf(
  { headers: { cookie } }: Pick<IncomingMessage, 'headers'>,
  name: string,
): string | undefined {
  const found = (cookie ?? '').split(';').flatMap((pair) => {
    const at = pair.indexOf('=')
    return at !== -1 && pair.slice(0, at).trim() === name ? [pair.slice(at + 1).trim()] : []
  })
  return found.length === 1 && found[0] !== '' ? found[0] : undefined
}

/** Says whose account a page shows: the cookie belongs to whoever signed in last, in whatever tab. */
const ACCOUNT_HEADER = 'x-seaworthy-account'

const judges = new WeakMap<BrowserTerms, CsrfJudge>()

/** @throws WEB_ORIGIN_REFUSED for a request that may change something and comes from no page of this server */
export function assertOwnPage(request: FastifyRequest, terms: BrowserTerms): void {
  let judge = judges.get(terms)
  if (judge === undefined) {
    judge = makeCsrfJudge({ ownOrigins: [terms.ownOrigin] })
    judges.set(terms, judge)
  }
  const answer = judge({ method: request.method, headers: request.headers })
  if (answer.allowed) return
  throw webFault(
    'WEB_ORIGIN_REFUSED',
    `expected a request of a page of this server, got ${answer.reason}`,
    { details: { reason: answer.reason } },
  )
}

/**
 * What a session asks for comes from a page of this server, and from one that shows the account it is for.
 * @throws WEB_ORIGIN_REFUSED, WEB_ACCOUNT_CHANGED
 */
export function assertPageOf(
  { id }: Pick<Caller, 'id'>,
  request: FastifyRequest,
  terms: BrowserTerms,
): void {
  assertOwnPage(request, terms)
  const shown = request.headers[ACCOUNT_HEADER]
  if (shown === undefined || shown === id) return
  throw webFault(
    'WEB_ACCOUNT_CHANGED',
    'expected the account that the page shows, got a session of another one',
  )
}
