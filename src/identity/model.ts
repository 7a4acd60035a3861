// People, runners and the control plane as signers.
import type { Json } from '../kernel/index.ts'
import { identityFault } from './errors.ts'

export type PrincipalKind = 'person' | 'runner' | 'control-plane'

/** Who owns a public key, and what they may sign as. */
export interface RegisteredPrincipal {
  /** Opaque, made from the key: `person-3f9a…`; no personal data, it stands in ledger entries. */
  readonly id: string
  readonly kind: PrincipalKind
  /** The person behind the key: the id of their first key's owner. Runners and the control plane are their own. */
  readonly person: string
  /** Id of the account that the key belongs to; absent for keys that are nobody's account's. */
  readonly account?: string
  readonly displayName: string
  readonly roles: readonly string[]
  /** Hexadecimal SHA-256 of the SubjectPublicKeyInfo. */
  readonly keyId: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
  /** When the key was registered; RFC 3339. Absent in what was made and not stored yet. */
  readonly registeredAt?: string
  /** Since when nothing that this key signs is accepted any more; RFC 3339. Absent while it is in force. */
  readonly revokedAt?: string
}

export const IDENTITY_EVENTS = [
  'principal.registered',
  'principal.linked',
  'principal.revoked',
] as const

/** Signs that show nothing, such as a zero-width space or a mark of direction: two names may not differ by them alone. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu

/** What two display names of one person have in common, however they were typed. */
export function nameKeyOf(displayName: string): string {
  const visible = displayName.normalize('NFKC').replace(INVISIBLE, '')
  return visible.trim().replace(/\s+/gu, ' ').toLowerCase()
}

/** The opaque id that a key gives its owner. */
export function principalIdOf(kind: PrincipalKind, keyId: string): string {
  return `${kind}-${keyId.slice(0, 16)}`
}

/** The fact that goes into the ledger's committed payload. */
export function registrationPayload(principal: RegisteredPrincipal): Json {
  return {
    ...(principal.account === undefined ? {} : { account: principal.account }),
    displayName: principal.displayName,
    keyId: principal.keyId,
    kind: principal.kind,
    ...(principal.person === principal.id ? {} : { person: principal.person }),
    principal: principal.id,
    roles: principal.roles,
  }
}

/** DER prefix of every uncompressed P-256 SubjectPublicKeyInfo (RFC 5480); the point's 65 bytes follow. */
const P256_SPKI_PREFIX = '3059301306072a8648ce3d020106082a8648ce3d03010703420004'
const P256_SPKI_SIZE_BYTES = 91

/** @throws IDENTITY_KEY_MALFORMED */
export function assertP256(publicKey: Uint8Array): void {
  const prefix = Array.from(publicKey.subarray(0, 27), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
  if (publicKey.length !== P256_SPKI_SIZE_BYTES || prefix !== P256_SPKI_PREFIX) {
    throw identityFault(
      'IDENTITY_KEY_MALFORMED',
      `expected ${P256_SPKI_SIZE_BYTES} bytes of a P-256 SubjectPublicKeyInfo, got ${publicKey.length} bytes`,
    )
  }
}
