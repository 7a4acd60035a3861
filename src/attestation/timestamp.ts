// Writes RFC 3161 timestamps: answers of a timestamp authority over one hash, as Sigstore bundles hold them.
import type { Digest, Random, Signer } from '../kernel/index.ts'
import {
  authorityExtensions,
  ECDSA_WITH_SHA256,
  encodeName,
  issueCertificate,
  singleUseExtensions,
} from './certificate.ts'
import {
  derGeneralizedTime,
  derInteger,
  derMarked,
  derOctets,
  derOid,
  derSequence,
  derSet,
  derValue,
} from './der.ts'

const OID = {
  signedData: '1.2.840.113549.1.7.2',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  sha256: '2.16.840.1.101.3.4.2.1',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  /** Our policy, under the arc for UUIDs: the time is that of the operator's clock, and nobody else vouches for it. */
  policy: '2.25.210914733560231409287461057342685931740',
} as const
const SHA256_ALGORITHM = derSequence(derOid(OID.sha256))
const SERIAL_BYTES = 16
const ROOT_NAME = 'timestamp root'
const YEAR_MS = 365 * 24 * 3_600_000
/** How long certificates of the authority are valid. */
const VALID_YEARS = 20

/** A timestamp authority: two certificates and the key of the first. */
export interface TimestampAuthority {
  readonly signer: Signer
  /** Of the authority, then of its root; DER. */
  readonly certificates: readonly [leaf: Uint8Array, root: Uint8Array]
  readonly issuer: Uint8Array
  readonly serial: Uint8Array
}

export interface AuthorityTerms {
  readonly organization: string
  readonly rootSigner: Signer
  readonly signer: Signer
  readonly sinceMs: number
}

/** The same keys, organisation and beginning give certificates of the same names and serials. */
export async function makeTimestampAuthority(
  digest: Digest,
  terms: AuthorityTerms,
): Promise<TimestampAuthority> {
  const { organization, rootSigner, signer, sinceMs } = terms
  const validity = { notBeforeMs: sinceMs, notAfterMs: sinceMs + VALID_YEARS * YEAR_MS }
  const issuer = encodeName(organization, ROOT_NAME)
  const root = await issueCertificate(rootSigner, {
    ...validity,
    serial: serialOf(digest, rootSigner.publicKey),
    issuer,
    subject: issuer,
    publicKey: rootSigner.publicKey,
    extensions: authorityExtensions(digest, rootSigner.publicKey),
  })
  const serial = serialOf(digest, signer.publicKey)
  const keys = { own: signer.publicKey, authority: rootSigner.publicKey }
  const leaf = await issueCertificate(rootSigner, {
    ...validity,
    serial,
    issuer,
    subject: encodeName(organization, 'timestamp authority'),
    publicKey: signer.publicKey,
    extensions: singleUseExtensions(digest, OID.timeStamping, keys),
  })
  return authorityOf(digest, organization, signer, [leaf, root])
}

/** The authority of certificates that were made before, with the same organisation and key. */
export function authorityOf(
  digest: Digest,
  organization: string,
  signer: Signer,
  certificates: TimestampAuthority['certificates'],
): TimestampAuthority {
  const issuer = encodeName(organization, ROOT_NAME)
  return { signer, certificates, issuer, serial: serialOf(digest, signer.publicKey) }
}

/** TimeStampResp, DER: says that `message` existed at `atMs`, to the second. */
export async function issueTimestamp(
  { digest, random }: { readonly digest: Digest; readonly random: Random },
  authority: TimestampAuthority,
  message: Uint8Array,
  atMs: number,
): Promise<Uint8Array> {
  const one = derInteger(Uint8Array.of(1))
  const info = derSequence(
    one,
    derOid(OID.policy),
    derSequence(SHA256_ALGORITHM, derOctets(digest.sha256(message))),
    derInteger(random.bytes(SERIAL_BYTES)),
    derGeneralizedTime(atMs),
  )
  const attributes = [
    attribute(OID.contentType, derOid(OID.timestampInfo)),
    attribute(OID.messageDigest, derOctets(digest.sha256(info))),
    attribute(
      OID.signingCertificateV2,
      derSequence(derSequence(derSequence(derOctets(digest.sha256(authority.certificates[0]))))),
    ),
  ]
  const signed = derSet(...attributes)
  // In the message the set carries the mark 0 instead of its tag; what is signed is the plain set (RFC 5652, 5.4).
  const marked = Uint8Array.from(signed)
  marked[0] = 0xa0
  const signerInfo = derSequence(
    one,
    derSequence(authority.issuer, derInteger(authority.serial)),
    SHA256_ALGORITHM,
    marked,
    ECDSA_WITH_SHA256,
    derOctets(await authority.signer.sign(signed)),
  )
  const signedData = derSequence(
    derInteger(Uint8Array.of(3)),
    derSet(SHA256_ALGORITHM),
    derSequence(derOid(OID.timestampInfo), derMarked(0, derOctets(info))),
    derMarked(0, ...authority.certificates),
    derSet(signerInfo),
  )
  const granted = derSequence(derInteger(Uint8Array.of(0)))
  return derSequence(granted, derSequence(derOid(OID.signedData), derMarked(0, signedData)))
}

function attribute(oid: string, value: Uint8Array): Uint8Array {
  return derSequence(derOid(oid), derValue(0x31, value))
}

/** Positive, and never beginning with a zero. */
function serialOf(digest: Digest, publicKey: Uint8Array): Uint8Array {
  const serial = digest.sha256(publicKey).slice(0, SERIAL_BYTES)
  serial[0] = (serial[0]! & 0x3f) | 0x40
  return serial
}
