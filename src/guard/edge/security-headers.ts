// The header fields that every answer of its kind needs, and what a look at an answer finds wrong with them.
import { GuardFault } from '../errors.ts'
import { expectWord } from '../wiring.ts'
import { API_CSP, PAGE_CSP, writeCsp } from './csp.ts'
import type { CspDirectives } from './csp.ts'
import { countUnsafeSources, readHsts } from './header-readers.ts'

/** A page that browsers show, an answer that programs read, or a file that is saved and never shown. */
export type AnswerKind = 'page' | 'api' | 'download'

export interface HeaderTerms {
  /** In place of the policy of the kind. */
  readonly csp?: CspDirectives
  /** For this one answer. */
  readonly nonce?: string
  /** At least a year, or 0 to take HSTS back. Default a year. */
  readonly hstsMaxAgeS?: number
  /** Default true. */
  readonly hstsIncludesSubDomains?: boolean
  /** Asks browsers' makers to build it in, which takes months to undo. Default false. */
  readonly hstsPreload?: boolean
}

/** OWASP ASVS 5.0, 3.4.1: at least one year; also what the preload list asks for. */
const HSTS_MIN_S = 31_536_000

const PERMISSIONS = ['camera', 'geolocation', 'microphone', 'payment', 'usb']
  .map((name) => `${name}=()`)
  .join(', ')

/**
 * Names in lower case. `X-XSS-Protection` is 0: the filters it switched on were attacked themselves (OWASP HTTP Headers Cheat
 * Sheet). HSTS is sent always; over plain HTTP browsers do not read it.
 * @throws GuardFault GUARD_HSTS_INVALID, GUARD_CSP_UNSAFE, GUARD_TERMS_INVALID
 */
export function securityHeaders(kind: AnswerKind, terms: HeaderTerms = {}): Record<string, string> {
  expectWord('kind of the answer', kind, EVERY)
  const csp = writeCsp(terms.csp ?? (kind === 'page' ? PAGE_CSP : API_CSP), terms.nonce)
  return {
    'content-security-policy': kind === 'download' ? `${csp}; sandbox` : csp,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': PERMISSIONS,
    'referrer-policy': kind === 'page' ? 'strict-origin-when-cross-origin' : 'no-referrer',
    'strict-transport-security': writeHsts(terms),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-xss-protection': '0',
    // Whoever may see an answer is decided for each request; a page may say otherwise for itself.
    ...(kind === 'page' ? {} : { 'cache-control': 'no-store' }),
  }
}

function writeHsts(terms: HeaderTerms): string {
  const { hstsMaxAgeS = HSTS_MIN_S, hstsIncludesSubDomains = true, hstsPreload = false } = terms
  if (!Number.isSafeInteger(hstsMaxAgeS) || (hstsMaxAgeS !== 0 && hstsMaxAgeS < HSTS_MIN_S))
    throw refuse(`a max-age of at least ${HSTS_MIN_S} s, or 0`, hstsMaxAgeS)
  if (hstsPreload && (!hstsIncludesSubDomains || hstsMaxAgeS === 0))
    throw refuse('preload only with subdomains and a max-age of a year', 'preload')
  return `max-age=${hstsMaxAgeS}${hstsIncludesSubDomains ? '; includeSubDomains' : ''}${hstsPreload ? '; preload' : ''}`
}

function refuse(expected: string, got: unknown): GuardFault {
  return new GuardFault('GUARD_HSTS_INVALID', `expected ${expected}, got ${String(got)}`)
}

/** What one field of an answer is held to. Plain data. */
export interface HeaderExpectation {
  readonly name: string
  readonly kinds: readonly AnswerKind[]
  /** A regular expression without flags that the value has to match; absent = the field must not be there. */
  readonly pattern?: string
  /** Least `max-age` in seconds, as browsers read it. */
  readonly minMaxAgeS?: number
  /** Most sources that let in inline or evaluated scripts, inline styles, or anything at all. */
  readonly unsafeLimit?: number
  /** Whether an answer without the field is as good. */
  readonly mayBeMissing?: boolean
  readonly why: string
}

const EVERY: readonly AnswerKind[] = ['page', 'api', 'download']

export const HEADER_EXPECTATIONS: readonly HeaderExpectation[] = [
  {
    name: 'strict-transport-security',
    kinds: EVERY,
    pattern: '[Mm][Aa][Xx]-[Aa][Gg][Ee]=',
    minMaxAgeS: HSTS_MIN_S,
    why: 'ASVS 3.4.1: at least one year',
  },
  {
    name: 'x-content-type-options',
    kinds: EVERY,
    pattern: '^[Nn][Oo][Ss][Nn][Ii][Ff][Ff]$',
    why: 'ASVS 3.4.4',
  },
  {
    name: 'x-xss-protection',
    kinds: EVERY,
    pattern: '^0$',
    mayBeMissing: true,
    why: 'OWASP: 0 or absent; the filter was an attack of its own',
  },
  {
    name: 'content-security-policy',
    kinds: ['page'],
    pattern:
      "^(?=.*\\bframe-ancestors\\b)(?=.*\\b(?:object|default)-src 'none')(?=.*(?:\\bbase-uri\\b|\\bdefault-src 'none'))",
    unsafeLimit: 0,
    why: 'ASVS 3.4.3, 3.4.6: no unsafe-inline or unsafe-eval; frame-ancestors, object-src and base-uri stated',
  },
  {
    name: 'content-security-policy',
    kinds: ['api', 'download'],
    pattern: 'frame-ancestors',
    why: 'ASVS 3.4.6',
  },
  {
    name: 'referrer-policy',
    kinds: EVERY,
    pattern: '^(?:no-referrer|same-origin|strict-origin(?:-when-cross-origin)?)$',
    why: 'ASVS 3.4.5',
  },
  {
    name: 'cross-origin-opener-policy',
    kinds: ['page'],
    pattern: '^same-origin(?:-allow-popups)?$',
    why: 'ASVS 3.4.8',
  },
  {
    name: 'cache-control',
    kinds: ['api'],
    pattern: '\\b(?:no-store|private|no-cache)\\b',
    why: 'ASVS 14.3.2: answers for one caller stay out of caches',
  },
  { name: 'x-powered-by', kinds: EVERY, why: 'ASVS 13.4.6: no word about what it is built with' },
]

/** What is wrong with an answer's fields (names in lower case), one sentence each; empty = nothing. */
export function headerMistakes(
  kind: AnswerKind,
  headers: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return HEADER_EXPECTATIONS.filter(({ kinds }) => kinds.includes(kind)).flatMap((expectation) => {
    const { name, pattern, mayBeMissing, why } = expectation
    const value = headers[name]
    if (pattern === undefined)
      return value === undefined ? [] : [`${name} must not be there (${why})`]
    if (value === undefined) return mayBeMissing === true ? [] : [`${name} is missing (${why})`]
    const said = JSON.stringify(value.slice(0, 100))
    const isMet = new RegExp(pattern).test(value) && keepsNumbers(expectation, value)
    return isMet ? [] : [`${name} is ${said} (${why})`]
  })
}

function keepsNumbers({ minMaxAgeS, unsafeLimit }: HeaderExpectation, value: string): boolean {
  const isOldEnough = minMaxAgeS === undefined || readHsts(value).maxAgeSeconds >= minMaxAgeS
  return isOldEnough && (unsafeLimit === undefined || countUnsafeSources(value) <= unsafeLimit)
}
