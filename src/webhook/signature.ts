// Standard Webhooks signatures: what is signed, the header fields of a delivery, and whether received ones hold; pure.
import { base64Of, readBase64, concatBytes, hexOf, utf8Bytes } from '../kernel/index.ts'
import type { Digest, SignatureVerifier, Signer } from '../kernel/index.ts'

export const SECRET_PREFIX = 'whsec_'
export const PUBLIC_KEY_PREFIX = 'whpk_'
/** How far a delivery's time may be from the receiver's clock, either way. */
export const TOLERANCE_S = 5 * 60
/** Signatures of one delivery that are looked at. */
const SIGNATURE_LIMIT_COUNT = 16
const SECRET_BYTES_FROM = 24
const SECRET_BYTES_TO = 64
const ED25519_KEY_BYTES = 32
/** SubjectPublicKeyInfo of Ed25519 (RFC 8410): what stands before the 32 bytes of the key. */
const ED25519_SPKI_PREFIX = Uint8Array.of(48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0)
// Neither may hold a dot, or two deliveries could have the same signed bytes.
const ID_FORM = /^[A-Za-z0-9_-]{1,200}$/
const TIMESTAMP_FORM = /^[1-9][0-9]{0,11}$/

export interface SignedParts {
  readonly id: string
  /** Seconds since the epoch. */
  readonly timestampS: number
  readonly body: Uint8Array
}

/** What an endpoint's deliveries are signed with. */
export interface SigningKeys {
  /** The one that holds first, then those that still hold during a rotation; each `whsec_` and base64. */
  readonly secrets: readonly string[]
  readonly signer?: Signer
  /** Adds `X-Signature: sha256=`, for receivers that know nothing else; there is room for one secret, the oldest that holds. */
  readonly hasBodySignature: boolean
}

/** @throws RangeError for an id or a time that cannot be signed, or a secret that is none */
export async function signedFields(
  digest: Digest,
  keys: SigningKeys,
  parts: SignedParts,
): Promise<Readonly<Record<string, string>>> {
  const content = signedContent(parts)
  const signatures = keys.secrets.map(
    (secret) => `v1,${base64Of(digest.hmacSha256(secretBytes(secret), content))}`,
  )
  if (keys.signer !== undefined) signatures.push(`v1a,${base64Of(await keys.signer.sign(content))}`)
  // Its receivers know one secret: with the new one at once, all that comes would be refused until they have it.
  const secret = keys.secrets.at(-1)
  return {
    'webhook-id': parts.id,
    'webhook-timestamp': String(parts.timestampS),
    'webhook-signature': signatures.join(' '),
    ...(keys.hasBodySignature && secret !== undefined
      ? { 'x-signature': bodySignature(digest, secret, parts.body) }
      : {}),
  }
}

/** HMAC of the body alone under the secret's text: it can be replayed, and does not cover id and time. */
export function bodySignature(digest: Digest, secret: string, body: Uint8Array): string {
  return `sha256=${hexOf(digest.hmacSha256(utf8Bytes(secret), body))}`
}

function signedContent({ id, timestampS, body }: SignedParts): Uint8Array {
  const timestamp = String(timestampS)
  if (!ID_FORM.test(id)) throw new RangeError(`expected an id of letters, digits, _ and -`)
  if (!TIMESTAMP_FORM.test(timestamp)) throw new RangeError('expected whole seconds')
  return concatBytes([utf8Bytes(`${id}.${timestamp}.`), body])
}

/** @throws RangeError */
export function secretBytes(secret: string): Uint8Array {
  const bytes = decode(secret, SECRET_PREFIX)
  if (bytes !== undefined && bytes.length >= SECRET_BYTES_FROM && bytes.length <= SECRET_BYTES_TO)
    return bytes
  throw new RangeError(
    `expected a secret of ${SECRET_BYTES_FROM} to ${SECRET_BYTES_TO} bytes as ${SECRET_PREFIX} and base64`,
  )
}

/** @param publicKey SubjectPublicKeyInfo, as a Signer has it */
export function publicKeyText(publicKey: Uint8Array): string {
  return PUBLIC_KEY_PREFIX + base64Of(publicKey.slice(-ED25519_KEY_BYTES))
}

/** @throws RangeError */
export function publicKeyBytes(text: string): Uint8Array {
  const bytes = decode(text, PUBLIC_KEY_PREFIX)
  if (bytes?.length === ED25519_KEY_BYTES) return concatBytes([ED25519_SPKI_PREFIX, bytes])
  throw new RangeError(`expected a public key as ${PUBLIC_KEY_PREFIX} and base64 of 32 bytes`)
}

function decode(text: string, prefix: string): Uint8Array | undefined {
  if (!text.startsWith(prefix)) return undefined
  return readBase64(text.slice(prefix.length))
}

export interface ReceivedDelivery {
  readonly id: string | undefined
  readonly timestamp: string | undefined
  readonly signature: string | undefined
  /** As it came, byte for byte. */
  readonly body: Uint8Array
}

export interface TrustedKeys {
  readonly secrets: readonly string[]
  /** `whpk_` texts. */
  readonly publicKeys: readonly string[]
}

export type DeliveryVerdict =
  | { readonly ok: true; readonly timestampS: number }
  | {
      readonly ok: false
      readonly reason: 'incomplete' | 'malformed' | 'too-old' | 'too-new' | 'no-match'
    }

/** One signature that holds is enough. @throws RangeError for a trusted key that is none */
export async function verifyDelivery(
  ports: { readonly digest: Digest; readonly verifier: SignatureVerifier },
  received: ReceivedDelivery,
  trusted: TrustedKeys,
  nowMs: number,
): Promise<DeliveryVerdict> {
  const { id, timestamp, signature, body } = received
  if (id === undefined || timestamp === undefined || signature === undefined)
    return { ok: false, reason: 'incomplete' }
  if (!ID_FORM.test(id) || !TIMESTAMP_FORM.test(timestamp))
    return { ok: false, reason: 'malformed' }
  const timestampS = Number(timestamp)
  const nowS = Math.floor(nowMs / 1_000)
  if (timestampS < nowS - TOLERANCE_S) return { ok: false, reason: 'too-old' }
  if (timestampS > nowS + TOLERANCE_S) return { ok: false, reason: 'too-new' }
  const content = signedContent({ id, timestampS, body })
  const expected = trusted.secrets.map((secret) =>
    ports.digest.hmacSha256(secretBytes(secret), content),
  )
  const publicKeys = trusted.publicKeys.map(publicKeyBytes)
  for (const each of signature.split(' ').slice(0, SIGNATURE_LIMIT_COUNT)) {
    const [version, text] = each.split(',', 2)
    const bytes = text === undefined ? undefined : decode(text, '')
    if (bytes === undefined) continue
    if (version === 'v1' && expected.some((mac) => isSameMac(mac, bytes)))
      return { ok: true, timestampS }
    if (version !== 'v1a') continue
    for (const key of publicKeys)
      if (await ports.verifier.verify('ed25519', key, content, bytes))
        return { ok: true, timestampS }
  }
  return { ok: false, reason: 'no-match' }
}

/** Takes as long whether they differ in the first byte or the last. */
function isSameMac(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false
  let difference = 0
  for (const [at, byte] of one.entries()) difference |= byte ^ other[at]!
  return difference === 0
}
