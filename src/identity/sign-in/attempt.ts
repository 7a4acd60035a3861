// One attempt to sign in, as the browser keeps it in a cookie: whatever is asked of the issuer follows from it.
import { utf8Bytes, utf8Text } from '../../kernel/index.ts'
import type { Digest, Random } from '../../kernel/index.ts'
import { z } from 'zod'
import { base64UrlOf, bytesOfBase64Url, encodedJson, SKEW_S } from '../service-token/model.ts'

export interface Attempt {
  /** Name of the issuer. */
  readonly issuer: string
  /** Path of this server that the person wanted. */
  readonly to: string
  readonly tenant?: string | undefined
  readonly isFresh: boolean
  readonly startedAtMs: number
  /** 256 bits in base64url. */
  readonly secret: string
}

/** Somebody who needs longer to sign in begins again. */
export const ATTEMPT_LIFETIME_MS = 10 * 60_000
const SECRET_BYTES = 32
/** A cookie of one path and some names; browsers keep 4,096 bytes. */
const COOKIE_LIMIT_LENGTH = 3_000

const attemptSchema = z.strictObject({
  issuer: z.string().max(100),
  to: z.string().max(1_000),
  tenant: z.string().max(200).optional(),
  isFresh: z.boolean(),
  startedAtMs: z.int(),
  secret: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
})

export function makeAttempt(random: Random, wish: Omit<Attempt, 'secret'>): Attempt {
  return { ...wish, secret: base64UrlOf(random.bytes(SECRET_BYTES)) }
}

export function writeAttempt(attempt: Attempt): string {
  return encodedJson(attempt)
}

/** Undefined for what is no attempt, or one that began too long ago. */
export function readAttempt(cookie: string, nowMs: number): Attempt | undefined {
  if (cookie.length > COOKIE_LIMIT_LENGTH) return undefined
  let value: unknown
  try {
    value = JSON.parse(utf8Text(bytesOfBase64Url(cookie)))
  } catch {
    // The cookie came from a browser: whatever is no attempt is none.
    return undefined
  }
  const read = attemptSchema.safeParse(value)
  if (!read.success) return undefined
  const ageMs = nowMs - read.data.startedAtMs
  // Another server began it, whose clock may be ahead.
  return ageMs >= -SKEW_S * 1_000 && ageMs <= ATTEMPT_LIFETIME_MS ? read.data : undefined
}

/**
 * State, nonce and PKCE verifier follow from everything that the cookie says: an answer fits the one attempt that it was asked for,
 * with its issuer, its tenant, its time and its destination, although the server keeps nothing of it.
 */
export function answersTo(
  digest: Digest,
  attempt: Attempt,
): { readonly state: string; readonly nonce: string; readonly codeVerifier: string } {
  const key = utf8Bytes(attempt.secret)
  const said = JSON.stringify([
    attempt.issuer,
    attempt.to,
    attempt.tenant ?? null,
    attempt.isFresh,
    attempt.startedAtMs,
  ])
  const derive = (use: string): string =>
    base64UrlOf(digest.hmacSha256(key, utf8Bytes(`${use}\n${said}`)))
  return { state: derive('state'), nonce: derive('nonce'), codeVerifier: derive('verifier') }
}

/** A place of this server, whatever was asked for: nobody is led elsewhere after signing in. */
export function ownPathOf(wanted: string | undefined, ownOrigin: string): string {
  if (wanted === undefined || !/^\/(?![/\\])/.test(wanted)) return '/'
  if (!URL.canParse(wanted, ownOrigin)) return '/'
  const url = new URL(wanted, ownOrigin)
  // A parser drops tabs and line ends and reads a backslash as a slash: what comes out is what counts.
  const path = `${url.pathname}${url.search}`
  return url.origin === new URL(ownOrigin).origin && !path.startsWith('//') ? path : '/'
}
