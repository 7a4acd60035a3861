// Public keys as SubjectPublicKeyInfo: their ids, their algorithm, and raw Ed25519 keys in and out.
import { bytesEqual, concatBytes, hexOf } from '../kernel/index.ts'
import type { Digest, SignatureAlgorithm } from '../kernel/index.ts'

// RFC 8410 section 10.1: SEQUENCE { SEQUENCE { OID 1.3.101.112 } BIT STRING (33 bytes) }.
const ED25519_PREFIX = new Uint8Array([
  0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
])
// RFC 5480 section 2: id-ecPublicKey on secp256r1, uncompressed point (65 bytes).
const P256_PREFIX = new Uint8Array([
  0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
  0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
])
// RFC 9881 section 4: id-ml-dsa-44, 2.16.840.1.101.3.4.3.17, BIT STRING (1,313 bytes).
const ML_DSA_44_PREFIX = new Uint8Array([
  0x30, 0x82, 0x05, 0x32, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03,
  0x11, 0x03, 0x82, 0x05, 0x21, 0x00,
])
const ML_DSA_44_KEY_BYTES = 1_312
const ED25519_KEY_BYTES = 32
const P256_POINT_BYTES = 64

/** Id of a public key: lower-case hexadecimal SHA-256 of its SPKI DER, 64 digits. */
export function keyIdOf(digest: Digest, spki: Uint8Array): string {
  return hexOf(digest.sha256(spki))
}

/** Which of the house's algorithms the key is for, or undefined when it is none of them. */
export function algorithmOfKey(spki: Uint8Array): SignatureAlgorithm | undefined {
  if (ed25519KeyOf(spki) !== undefined) return 'ed25519'
  const isP256 =
    spki.length === P256_PREFIX.length + P256_POINT_BYTES &&
    bytesEqual(spki.subarray(0, P256_PREFIX.length), P256_PREFIX)
  return isP256 ? 'ecdsa-p256-sha256' : undefined
}

/** The 32 raw bytes of an Ed25519 key, or undefined when the SPKI holds something else. */
export function ed25519KeyOf(spki: Uint8Array): Uint8Array | undefined {
  const start = ED25519_PREFIX.length
  if (
    spki.length !== start + ED25519_KEY_BYTES ||
    !bytesEqual(spki.subarray(0, start), ED25519_PREFIX)
  )
    return undefined
  return spki.slice(start)
}

/** @throws RangeError unless the key has 32 bytes. */
export function ed25519SpkiOf(rawKey: Uint8Array): Uint8Array {
  if (rawKey.length !== ED25519_KEY_BYTES)
    throw new RangeError(`expected 32 bytes of Ed25519 key, got ${rawKey.length}`)
  return concatBytes([ED25519_PREFIX, rawKey])
}

/** The 1,312 raw bytes of an ML-DSA-44 key, or undefined when the SPKI holds something else. */
export function mlDsa44KeyOf(spki: Uint8Array): Uint8Array | undefined {
  const start = ML_DSA_44_PREFIX.length
  const isOne =
    spki.length === start + ML_DSA_44_KEY_BYTES &&
    bytesEqual(spki.subarray(0, start), ML_DSA_44_PREFIX)
  return isOne ? spki.slice(start) : undefined
}

/** @throws RangeError unless the key has 1,312 bytes. */
export function mlDsa44SpkiOf(rawKey: Uint8Array): Uint8Array {
  if (rawKey.length !== ML_DSA_44_KEY_BYTES)
    throw new RangeError(`expected 1312 bytes of ML-DSA-44 key, got ${rawKey.length}`)
  return concatBytes([ML_DSA_44_PREFIX, rawKey])
}
