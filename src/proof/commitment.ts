// Binds a payload to its entry without showing it: an HMAC under a random salt that can be destroyed.
import { base64Of, bytesEqual, bytesOfBase64, canonicalBytes } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'

export const COMMITMENT_ALGORITHM = 'HMAC-SHA256'
export const SALT_BYTES = 32

export interface PayloadCommitment {
  readonly alg: typeof COMMITMENT_ALGORITHM
  /** base64 of HMAC-SHA256(salt, canonical JSON of the payload). */
  readonly c: string
  /** Where the payload is kept, when not beside the entry. */
  readonly ref?: string
}

/**
 * @param salt 32 random bytes, kept with the payload; without it the commitment says nothing about the payload.
 * @throws CANONICAL_VALUE_REFUSED when the payload is no JSON value; RangeError when the salt has not 32 bytes.
 */
export function commitPayload(
  digest: Digest,
  salt: Uint8Array,
  payload: unknown,
): PayloadCommitment {
  return commitCanonical(digest, salt, canonicalBytes(payload))
}

/** The same for a payload that is canonical JSON already. @throws RangeError when the salt has not 32 bytes. */
export function commitCanonical(
  digest: Digest,
  salt: Uint8Array,
  canonicalPayload: Uint8Array,
): PayloadCommitment {
  if (salt.length !== SALT_BYTES)
    throw new RangeError(`expected a salt of ${SALT_BYTES} bytes, got ${salt.length}`)
  return { alg: COMMITMENT_ALGORITHM, c: base64Of(digest.hmacSha256(salt, canonicalPayload)) }
}

/** True when the commitment was made from this payload with this salt. False for any malformed input. */
export function verifyCommitment(
  digest: Digest,
  commitment: PayloadCommitment,
  salt: Uint8Array,
  payload: unknown,
): boolean {
  if (commitment.alg !== COMMITMENT_ALGORITHM || salt.length !== SALT_BYTES) return false
  try {
    return bytesEqual(digest.hmacSha256(salt, canonicalBytes(payload)), bytesOfBase64(commitment.c))
  } catch {
    // Not canonical JSON or not base64: then nothing was committed to.
    return false
  }
}
