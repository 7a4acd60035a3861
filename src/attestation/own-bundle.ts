// Writes what Sigstore's clients read: our log's entries, bundles v0.3 and the trusted root that they are verified with.
import { base64Of, canonicalBytes, concatBytes, utf8Bytes } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import { encodePae, parseEnvelope, keyIdOf } from '../proof/index.ts'
import type { StoredAuthority, StoredLog } from './store.ts'

const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json'
const ROOT_TYPE = 'application/vnd.dev.sigstore.trustedroot+json;version=0.1'
const RECORD = { kind: 'hashedrekord', version: '0.0.2' } as const
const ECDSA = 'PKIX_ECDSA_P256_SHA_256'
/** The raw key is the end of a SubjectPublicKeyInfo. */
const ED25519_KEY_BYTES = 32

/** A DSSE envelope with one signature by an ECDSA P-256 key of ours. */
export interface OwnEnvelope {
  readonly payloadType: string
  readonly payload: Uint8Array
  /** DER. */
  readonly signature: Uint8Array
  readonly keyId: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
}

/** An entry of the system log with what proves it. */
export interface LoggedEntry {
  readonly seq: number
  readonly size: number
  readonly root: Uint8Array
  readonly body: Uint8Array
  /** Signed note. */
  readonly checkpoint: string
  readonly proof: readonly Uint8Array[]
}

/** @throws RangeError unless the bytes are an envelope that this key alone signed */
export function openOwnEnvelope(
  digest: Digest,
  bytes: Uint8Array,
  publicKey: Uint8Array,
): OwnEnvelope {
  const envelope = parseEnvelope(bytes)
  const [signed, ...more] = envelope.ok ? envelope.value.signatures : []
  const keyId = keyIdOf(digest, publicKey)
  if (!envelope.ok || signed?.keyId !== keyId || more.length > 0)
    throw new RangeError('expected an envelope with one signature, by the key of the control plane')
  const { payloadType, payload } = envelope.value
  return { payloadType, payload, signature: signed.signature, keyId, publicKey }
}

/** Rekor's hashedrekord 0.0.2 over what DSSE signs, as canonical JSON. */
export function encodeRecord(digest: Digest, envelope: OwnEnvelope): Uint8Array {
  const { payloadType, payload, signature, publicKey } = envelope
  const signed = digest.sha256(encodePae(payloadType, payload))
  return canonicalBytes({
    apiVersion: RECORD.version,
    kind: RECORD.kind,
    spec: {
      hashedRekordV002: {
        data: { algorithm: 'SHA2_256', digest: base64Of(signed) },
        signature: {
          content: base64Of(signature),
          verifier: { keyDetails: ECDSA, publicKey: { rawBytes: base64Of(publicKey) } },
        },
      },
    },
  })
}

export function presentBundle(
  envelope: OwnEnvelope,
  entry: LoggedEntry & { readonly logId: Uint8Array },
  stamp: Uint8Array,
): Readonly<Record<string, unknown>> {
  return {
    mediaType: BUNDLE_TYPE,
    verificationMaterial: {
      publicKey: { hint: envelope.keyId },
      tlogEntries: [
        {
          logIndex: String(entry.seq),
          logId: { keyId: base64Of(entry.logId) },
          kindVersion: RECORD,
          // Only a log that signs its time may name one; the timestamp says when.
          integratedTime: '0',
          inclusionProof: {
            logIndex: String(entry.seq),
            rootHash: base64Of(entry.root),
            treeSize: String(entry.size),
            hashes: entry.proof.map((each) => base64Of(each)),
            checkpoint: { envelope: entry.checkpoint },
          },
          canonicalizedBody: base64Of(entry.body),
        },
      ],
      timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: base64Of(stamp) }] },
    },
    dsseEnvelope: {
      payload: base64Of(envelope.payload),
      payloadType: envelope.payloadType,
      signatures: [{ sig: base64Of(envelope.signature), keyid: envelope.keyId }],
    },
  }
}

export function presentTrustedRoot(
  digest: Digest,
  logs: readonly StoredLog[],
  authorities: readonly StoredAuthority[],
): Readonly<Record<string, unknown>> {
  return {
    mediaType: ROOT_TYPE,
    tlogs: logs.map(({ origin, publicKey, beganAt }) => ({
      baseUrl: `https://${origin}`,
      hashAlgorithm: 'SHA2_256',
      publicKey: {
        rawBytes: base64Of(publicKey),
        keyDetails: 'PKIX_ED25519',
        validFor: { start: beganAt },
      },
      logId: { keyId: base64Of(logIdentity(digest, origin, publicKey)) },
    })),
    certificateAuthorities: [],
    ctlogs: [],
    timestampAuthorities: authorities.map(({ certificates, beganAt }) => ({
      subject: { organization: 'seaworthy', commonName: 'timestamp authority' },
      certChain: { certificates: certificates.map((each) => ({ rawBytes: base64Of(each) })) },
      validFor: { start: beganAt },
    })),
  }
}

/** As Rekor v2 names its logs: the whole hash of which notes carry the first four bytes. */
export function logIdentity(digest: Digest, origin: string, publicKey: Uint8Array): Uint8Array {
  const raw = publicKey.subarray(-ED25519_KEY_BYTES)
  return digest.sha256(concatBytes([utf8Bytes(`${origin}\n`), Uint8Array.of(1), raw]))
}
