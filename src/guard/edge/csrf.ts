// Requests that a foreign page makes a browser send with its user's cookies: told apart by Sec-Fetch-Site, else by Origin.
import { normaliseOrigin } from './cors.ts'
import type { CorsRequest } from './cors.ts'
import type { CsrfReason } from './edge-events.ts'

export interface CsrfTerms {
  /** Origins of the service itself, as its users see them; the Host field is not asked, because proxies rewrite it. */
  readonly ownOrigins: readonly string[]
  /** Other origins whose pages may change state, e.g. an app on another domain. */
  readonly trustedOrigins?: readonly string[]
  /** Whether HTML forms are taken. Default false: bodies have to be of a type that no form can send. */
  readonly takesForms?: boolean
}

export type CsrfAnswer =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: CsrfReason; readonly status: 400 | 403 | 415 }

export type CsrfJudge = (request: CorsRequest) => CsrfAnswer

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Types that a page may send anywhere without a preflight (Fetch, CORS-safelisted request header). */
const FORM_TYPE =
  /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(?:;|$)/i
/** Fields by which frameworks let a request pass for another method. */
const OVERRIDES = ['x-http-method-override', 'x-http-method', 'x-method-override']
const ALLOWED: CsrfAnswer = { allowed: true }

/**
 * Unsafe requests, WebSocket handshakes, and safe methods that ask to be taken for unsafe ones, must be `same-origin` by
 * Sec-Fetch-Site, which no page can set; where a browser does not send it, or says otherwise, their Origin must be on a list (OWASP
 * Cross-Site Request Forgery Prevention, Fetch Metadata with fallback). With neither field they must carry no cookie: then it is no
 * browser, or nothing to misuse.
 * @throws GuardFault GUARD_CORS_INVALID for an origin that is none
 */
export function makeCsrfJudge(terms: CsrfTerms): CsrfJudge {
  const own = new Set(terms.ownOrigins.map(normaliseOrigin))
  const trusted = new Set((terms.trustedOrigins ?? []).map(normaliseOrigin))
  return ({ method, headers }) => {
    const isUpgrade = /\bwebsocket\b/i.test(String(headers['upgrade'] ?? ''))
    const isOverridden = OVERRIDES.some((name) => headers[name] !== undefined)
    if (SAFE_METHODS.has(method) && !isUpgrade && !isOverridden) return ALLOWED
    const { origin, 'sec-fetch-site': site, cookie } = headers
    if (
      (origin !== undefined && typeof origin !== 'string') ||
      (site !== undefined && typeof site !== 'string')
    )
      return refuse('malformed')
    const isTrusted = origin !== undefined && trusted.has(origin)
    if (
      site !== undefined
        ? site !== 'same-origin' && !isTrusted
        : origin !== undefined && !own.has(origin) && !isTrusted
    )
      return refuse(site === undefined ? 'unknown-origin' : 'cross-site')
    if (site === undefined && origin === undefined && cookie !== undefined)
      return refuse('no-origin')
    return isUpgrade || terms.takesForms === true || isTyped(headers)
      ? ALLOWED
      : refuse('media-type')
  }
}

function refuse(reason: CsrfReason): CsrfAnswer {
  const status = reason === 'media-type' ? 415 : reason === 'malformed' ? 400 : 403
  return { allowed: false, reason, status }
}

/** Whether a body, if there is one, is of a type for which a foreign page would have to ask first. */
function isTyped(headers: CorsRequest['headers']): boolean {
  const type = headers['content-type']
  if (typeof type === 'string') return !FORM_TYPE.test(type.trim())
  const hasBody =
    headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  // A page can send bytes without any type.
  return type === undefined && !hasBody
}
