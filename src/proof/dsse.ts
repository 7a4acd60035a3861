// Signed statements' envelope. Source: secure-systems-lab DSSE v1.0.
import {
  base64Of,
  bytesOfBase64,
  canonicalBytes,
  concatBytes,
  contentDigest,
  utf8Bytes,
} from '../kernel/index.ts'
import type {
  ContentDigest,
  Digest,
  Json,
  SignatureAlgorithm,
  SignatureVerifier,
  Signer,
} from '../kernel/index.ts'
import { parseCanonical } from './entry.ts'
import { keyIdOf } from './keyid.ts'
import { accepted, refused } from './parsed.ts'
import type { Parsed } from './parsed.ts'
import { asArray, asObject, asText, expectKeys, ShapeMismatch } from './reading.ts'

export const STATEMENT_MEDIA_TYPE = 'application/vnd.in-toto+json'
/** An envelope with more signatures is refused. */
export const ENVELOPE_SIGNATURE_LIMIT = 16

export interface EnvelopeSignature {
  /** Key id of the house: 64 hexadecimal digits. A hint; the signature decides. */
  readonly keyId: string
  /** ECDSA: DER. Ed25519: 64 bytes. */
  readonly signature: Uint8Array
}

export interface Envelope {
  readonly payloadType: string
  readonly payload: Uint8Array
  readonly signatures: readonly EnvelopeSignature[]
}

export interface SealedEnvelope {
  /** Canonical JSON of the envelope: what is stored. */
  readonly bytes: Uint8Array
  /** Content address of `bytes`: the statement id. */
  readonly id: ContentDigest
}

/** A public key that statements are checked with. */
export interface StatementKey {
  readonly keyId: string
  readonly algorithm: SignatureAlgorithm
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
}

/** What DSSE signs: pre-authentication encoding of type and payload. Lengths are in bytes. */
export function encodePae(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8Bytes(payloadType)
  return concatBytes([
    utf8Bytes(`DSSEv1 ${type.length} `),
    type,
    utf8Bytes(` ${payload.length} `),
    payload,
  ])
}

/** Signs the canonical JSON of `statement` and gives the bytes to store. */
export async function sealStatement(
  digest: Digest,
  signer: Signer,
  statement: unknown,
): Promise<SealedEnvelope> {
  return sealEnvelope(digest, signer, STATEMENT_MEDIA_TYPE, canonicalBytes(statement))
}

export async function sealEnvelope(
  digest: Digest,
  signer: Signer,
  payloadType: string,
  payload: Uint8Array,
): Promise<SealedEnvelope> {
  const signature = await signer.sign(encodePae(payloadType, payload))
  const keyId = keyIdOf(digest, signer.publicKey)
  const bytes = encodeEnvelope({ payloadType, payload, signatures: [{ keyId, signature }] })
  return { bytes, id: contentDigest(digest.sha256(bytes)) }
}

export function encodeEnvelope(envelope: Envelope): Uint8Array {
  return canonicalBytes({
    payloadType: envelope.payloadType,
    payload: base64Of(envelope.payload),
    signatures: envelope.signatures.map(({ keyId, signature }) => ({
      keyid: keyId,
      sig: base64Of(signature),
    })),
  })
}

/** Reads stored envelope bytes; refuses any spelling but the canonical one, and envelopes without a signature. */
export function parseEnvelope(bytes: Uint8Array): Parsed<Envelope> {
  try {
    return accepted(readEnvelope(parseCanonical(bytes)))
  } catch (thrown) {
    if (thrown instanceof ShapeMismatch) return refused(thrown.message)
    throw thrown
  }
}

/** The given key whose signature over the envelope is valid, or undefined when there is none. */
export async function verifyEnvelope(
  verifier: SignatureVerifier,
  envelope: Envelope,
  keys: readonly StatementKey[],
): Promise<StatementKey | undefined> {
  const message = encodePae(envelope.payloadType, envelope.payload)
  for (const { keyId, signature } of envelope.signatures) {
    for (const key of keys) {
      if (key.keyId !== keyId) continue
      if (await verifier.verify(key.algorithm, key.publicKey, message, signature)) return key
    }
  }
  return undefined
}

function readEnvelope(value: Json): Envelope {
  const object = asObject(value, 'the envelope')
  expectKeys(object, ['payload', 'payloadType', 'signatures'], [], 'the envelope')
  const signatures = asArray(object['signatures'], 'signatures')
  if (signatures.length === 0 || signatures.length > ENVELOPE_SIGNATURE_LIMIT) {
    throw new ShapeMismatch(
      `expected 1 to ${ENVELOPE_SIGNATURE_LIMIT} signatures, got ${signatures.length}`,
    )
  }
  return {
    payloadType: asText(object['payloadType'], 'payloadType'),
    payload: asBytes(object['payload'], 'payload'),
    signatures: signatures.map((one) => {
      const signature = asObject(one, 'a signature')
      expectKeys(signature, ['keyid', 'sig'], [], 'a signature')
      return {
        keyId: asText(signature['keyid'], 'keyid'),
        signature: asBytes(signature['sig'], 'sig'),
      }
    }),
  }
}

function asBytes(value: Json | undefined, what: string): Uint8Array {
  try {
    return bytesOfBase64(asText(value, what))
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new ShapeMismatch(`expected ${what} in base64`)
    throw thrown
  }
}
