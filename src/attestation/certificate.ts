// Writes X.509 certificates (RFC 5280) under ECDSA P-256 keys: those of our own timestamp authority.
import type { Digest, Signer } from '../kernel/index.ts'
import {
  derBits,
  derInteger,
  derMarked,
  derOctets,
  derOid,
  derSequence,
  derSet,
  derText,
  derTime,
  derTrue,
  derValue,
} from './der.ts'

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const
/** RFC 7093: the first 160 bits of SHA-256 are a key identifier. */
const KEY_ID_BYTES = 20

export interface CertificateTerms {
  /** Positive; at most 20 bytes. */
  readonly serial: Uint8Array
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
  readonly extensions: readonly Uint8Array[]
}

export const ECDSA_WITH_SHA256 = derSequence(derOid(OID.ecdsaWithSha256))

/** A name of an organisation and a common name, DER. */
export function encodeName(organization: string, commonName: string): Uint8Array {
  const part = (oid: string, text: string): Uint8Array =>
    derSet(derSequence(derOid(oid), derText(text)))
  return derSequence(part(OID.organization, organization), part(OID.commonName, commonName))
}

export function encodeExtension(oid: string, value: Uint8Array, isCritical = false): Uint8Array {
  return derSequence(derOid(oid), ...(isCritical ? [derTrue()] : []), derOctets(value))
}

/** What makes a certificate one of an authority. */
export function authorityExtensions(digest: Digest, publicKey: Uint8Array): readonly Uint8Array[] {
  return [
    encodeExtension(OID.basicConstraints, derSequence(derTrue()), true),
    encodeExtension(OID.keyUsage, derBits(Uint8Array.of(0x06), 1), true),
    encodeExtension(OID.subjectKeyId, derOctets(keyIdentifier(digest, publicKey))),
  ]
}

/** What makes a certificate one for a single use, named by its object identifier. */
export function singleUseExtensions(
  digest: Digest,
  use: string,
  keys: { readonly own: Uint8Array; readonly authority: Uint8Array },
): readonly Uint8Array[] {
  return [
    encodeExtension(OID.keyUsage, derBits(Uint8Array.of(0x80), 7), true),
    // RFC 3161 wants the one use of a timestamp authority to be critical.
    encodeExtension(OID.extendedKeyUsage, derSequence(derOid(use)), true),
    encodeExtension(OID.subjectKeyId, derOctets(keyIdentifier(digest, keys.own))),
    encodeExtension(
      OID.authorityKeyId,
      derSequence(derValue(0x80, keyIdentifier(digest, keys.authority))),
    ),
  ]
}

/** The part of a certificate that is signed. */
export function encodeUnsigned(terms: CertificateTerms): Uint8Array {
  return derSequence(
    derMarked(0, derInteger(Uint8Array.of(2))),
    derInteger(terms.serial),
    ECDSA_WITH_SHA256,
    terms.issuer,
    derSequence(derTime(terms.notBeforeMs), derTime(terms.notAfterMs)),
    terms.subject,
    terms.publicKey,
    derMarked(3, derSequence(...terms.extensions)),
  )
}

export async function issueCertificate(
  signer: Signer,
  terms: CertificateTerms,
): Promise<Uint8Array> {
  const unsigned = encodeUnsigned(terms)
  return derSequence(unsigned, ECDSA_WITH_SHA256, derBits(await signer.sign(unsigned)))
}

function keyIdentifier(digest: Digest, publicKey: Uint8Array): Uint8Array {
  return digest.sha256(publicKey).subarray(0, KEY_ID_BYTES)
}
