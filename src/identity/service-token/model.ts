// What a service token says, and how long tokens and the keys that sign them are good for.
import { base64Of, bytesOfBase64, utf8Bytes } from '../../kernel/index.ts'
import type { AccessRole } from '../../kernel/index.ts'

/** Who a token is for when it is for this API. */
export const OWN_AUDIENCE = 'seaworthy'
export const TOKEN_TYPE = 'at+jwt'
export const TOKEN_LIFETIME_S = 300
/** How far the clocks of two machines may differ. */
export const SKEW_S = 30
const DAY_MS = 24 * 60 * 60 * 1_000

/** A key signs for one UTC day; that of the next day is published a day before. */
export interface SigningDay {
  readonly name: string
  readonly signsFromMs: number
  readonly signsUntilMs: number
}

export function signingDayOf(nowMs: number): SigningDay {
  const signsFromMs = Math.floor(nowMs / DAY_MS) * DAY_MS
  return {
    name: new Date(signsFromMs).toISOString().slice(0, 10),
    signsFromMs,
    signsUntilMs: signsFromMs + DAY_MS,
  }
}

/** Nothing that the key signed can be good any more from here on. */
export function retirementMs({ signsUntilMs }: Pick<SigningDay, 'signsUntilMs'>): number {
  return signsUntilMs + (TOKEN_LIFETIME_S + SKEW_S) * 1_000
}

export interface TokenKey extends Omit<SigningDay, 'name'> {
  readonly kid: string
  readonly issuer: string
  /** SubjectPublicKeyInfo of an Ed25519 key, DER. */
  readonly publicKey: Uint8Array
  /** Ended before its day was over: nothing that it signed is good, whenever it was signed. */
  readonly isEnded: boolean
}

export const TOKEN_KEY_EVENTS = ['token-keys.rotated'] as const

/** On whose behalf, and with what rights. */
export interface TokenRights {
  /** Principal in whose name the bearer acts, e.g. `key-…`. */
  readonly subject: string
  readonly tenantId: string
  readonly role: AccessRole
  readonly environments: readonly string[] | null
}

/** The raw key at the end of an Ed25519 SubjectPublicKeyInfo (RFC 8410). */
const RAW_KEY_BYTES = 32

/** A public key as JWK (RFC 8037). */
export interface PublicJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly kid: string
  readonly alg: 'EdDSA'
  readonly use: 'sig'
}

export function jwkOf({ kid, publicKey }: Pick<TokenKey, 'kid' | 'publicKey'>): PublicJwk {
  const x = base64UrlOf(publicKey.subarray(-RAW_KEY_BYTES))
  return { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }
}

export function base64UrlOf(bytes: Uint8Array): string {
  return base64Of(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** @throws for anything that is not base64url without padding */
export function bytesOfBase64Url(text: string): Uint8Array {
  if (!/^[\w-]*$/.test(text)) throw new RangeError('expected base64url')
  const plain = text.replaceAll('-', '+').replaceAll('_', '/')
  return bytesOfBase64(plain + '='.repeat((4 - (plain.length % 4)) % 4))
}

export function encodedJson(value: unknown): string {
  return base64UrlOf(utf8Bytes(JSON.stringify(value)))
}
