// The only file that touches the stock Sigstore library: one bundle in, what its signature and its log show out.
import { bundleFromJSON } from '@sigstore/bundle'
import type { Bundle } from '@sigstore/bundle'
import { PublicKeyDetails, TrustedRoot } from '@sigstore/protobuf-specs'
import {
  PolicyError,
  toSignedEntity,
  toTrustMaterial,
  VerificationError,
  Verifier,
} from '@sigstore/verify'
import type { SignedEntity, Signer, TrustMaterial } from '@sigstore/verify'
import { hexOf, messageOf } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'
import type { AttestationSigner, ProvenSignature, ProvenTime } from './model.ts'

const MEDIA_TYPES: ReadonlySet<string> = new Set([
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
  'application/vnd.dev.sigstore.bundle.v0.3+json',
])
const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com'
/** Object identifiers of certificates: Fulcio's source repository, its older spelling, and the use of the key. */
const OID = {
  sourceRepository: '1.3.6.1.4.1.57264.1.12',
  gitHubRepository: '1.3.6.1.4.1.57264.1.5',
  extendedKeyUsage: '2.5.29.37',
} as const
/** 1.3.6.1.5.5.7.3.3 as DER: the key is for signing code. */
const CODE_SIGNING = '06082b06010505070303'

export interface StockQuestion {
  readonly bundle: Json
  /** Trusted roots of Sigstore; the first that the bundle holds under counts. */
  readonly roots: readonly Json[]
  /** The file that a bundle without a statement signs. */
  readonly artefact?: Uint8Array
  /** SubjectPublicKeyInfo of the key that has to have signed; without it a certificate has to. */
  readonly publicKey?: Uint8Array
}

export type StockAnswer =
  | { readonly ok: true; readonly value: ProvenSignature }
  | { readonly ok: false; readonly reason: string }

/** Default thresholds of the library: one log, one time, and for certificates one log of certificates. */
export function checkBundle(question: StockQuestion): StockAnswer {
  let bundle: Bundle
  try {
    bundle = bundleFromJSON(question.bundle)
  } catch (thrown) {
    return refuse(`it is no whole Sigstore bundle: ${messageOf(thrown)}`)
  }
  const reason = shapeFault(bundle, question)
  if (reason !== undefined) return refuse(reason)
  let answer = refuse('no trusted root was given')
  for (const root of question.roots) {
    answer = checkUnder(root, bundle, question)
    if (answer.ok) return answer
  }
  return answer
}

function refuse(reason: string): StockAnswer {
  return { ok: false, reason }
}

function shapeFault(
  { mediaType, content, verificationMaterial }: Bundle,
  { artefact, publicKey }: StockQuestion,
): string | undefined {
  if (!MEDIA_TYPES.has(mediaType))
    return `expected a bundle v0.1 to v0.3, got ${JSON.stringify(mediaType.slice(0, 100))}`
  const isKeySigned = verificationMaterial.content.$case === 'publicKey'
  if (isKeySigned && publicKey === undefined)
    return 'it is signed with a bare key, which names no identity and no issuer'
  if (!isKeySigned && publicKey !== undefined)
    return 'it is signed under a certificate, not with the key that was demanded'
  if (content.$case === 'messageSignature' && artefact === undefined)
    return 'it signs a file itself, so the file is needed and its digest is not enough'
  return undefined
}

function checkUnder(root: Json, bundle: Bundle, question: StockQuestion): StockAnswer {
  try {
    const trust = trustOf(root, bundle, question)
    const { artefact } = question
    const entity = toSignedEntity(
      bundle,
      artefact === undefined ? undefined : Buffer.from(artefact),
    )
    const signer = new Verifier(trust).verify(entity)
    const fault = logTimeFault(bundle, entity, trust)
    return fault === undefined ? provenBy(bundle, entity, signer) : refuse(fault)
  } catch (thrown) {
    return refuse(plainReason(thrown))
  }
}

function trustOf(root: Json, bundle: Bundle, { publicKey }: StockQuestion): TrustMaterial {
  const { content } = bundle.verificationMaterial
  if (publicKey === undefined || content.$case !== 'publicKey')
    return toTrustMaterial(TrustedRoot.fromJSON(root))
  // The hint is only what the bundle calls the key; which key it is, the caller says.
  return toTrustMaterial(TrustedRoot.fromJSON(root), {
    [content.publicKey.hint]: {
      rawBytes: Buffer.from(publicKey),
      keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256,
    },
  })
}

/**
 * The library does not ask whether the key of a log was in use when a proof of inclusion says it was logged, and takes a
 * missing beginning for the beginning of time.
 */
function logTimeFault(
  bundle: Bundle,
  entity: SignedEntity,
  { tlogs }: TrustMaterial,
): string | undefined {
  const times = timesOf(entity).map(({ at }) => Date.parse(at))
  const isKnown = bundle.verificationMaterial.tlogEntries.every(({ logId }) =>
    tlogs.some(({ logID, validFor: { start, end } }) => {
      if (logId === undefined || !logID.equals(logId.keyId) || start.getTime() <= 0) return false
      return times.every((at) => start.getTime() <= at && at <= end.getTime())
    }),
  )
  return isKnown
    ? undefined
    : 'the key of the transparency log was not in use at the time of the signature'
}

function provenBy(bundle: Bundle, entity: SignedEntity, signer: Signer): StockAnswer {
  const { content, verificationMaterial } = bundle
  const found = signerOf(verificationMaterial.content, signer)
  if (typeof found === 'string') return refuse(found)
  // Only bundles v0.1 may lack it: the library refuses others when it reads them.
  const hasProof = verificationMaterial.tlogEntries.every(
    ({ inclusionProof }) => inclusionProof !== undefined,
  )
  return {
    ok: true,
    value: {
      signer: found,
      statement:
        content.$case === 'dsseEnvelope' ? Uint8Array.from(content.dsseEnvelope.payload) : null,
      messageDigest:
        content.$case === 'messageSignature'
          ? hexOf(content.messageSignature.messageDigest.digest)
          : null,
      times: timesOf(entity),
      inclusion: hasProof ? 'proof' : 'promise',
    },
  }
}

/** A text says why the certificate is none that anybody should be known by. */
function signerOf(
  material: Bundle['verificationMaterial']['content'],
  signer: Signer,
): AttestationSigner | string {
  if (material.$case === 'publicKey') return { kind: 'key', hint: material.publicKey.hint }
  const { identity: found } = signer
  const valueOf = (oid: string): Buffer | undefined =>
    found?.oids?.find(({ oid: each }) => each?.id.join('.') === oid)?.value
  const [identity, issuer] = [found?.subjectAlternativeName, found?.extensions?.issuer]
  if (identity === undefined || issuer === undefined)
    return 'its certificate names no identity or no issuer'
  const usage = valueOf(OID.extendedKeyUsage)
  if (usage === undefined || !hexOf(usage).includes(CODE_SIGNING))
    return 'its certificate is not one for signing code'
  const source = derTextOf(valueOf(OID.sourceRepository))
  const older = issuer === GITHUB_ISSUER ? valueOf(OID.gitHubRepository) : undefined
  return {
    kind: 'identity',
    issuer,
    identity,
    source:
      source ?? (older === undefined ? null : `https://github.com/${older.toString('ascii')}`),
  }
}

/** The text of a DER UTF8String of at most 127 bytes, which is how Fulcio writes what it knows. */
function derTextOf(value: Buffer | undefined): string | undefined {
  if (value?.[0] !== 0x0c) return undefined
  const long = value[1] === 0x81
  const text = value.subarray(long ? 3 : 2)
  return text.length === value[long ? 2 : 1] ? text.toString('utf8') : undefined
}

function timesOf({ timestamps }: SignedEntity): readonly ProvenTime[] {
  return timestamps.flatMap((each): readonly ProvenTime[] => {
    if (each.$case === 'timestamp-authority')
      return [{ by: 'timestamp authority', at: each.timestamp.signingTime.toISOString() }]
    // Without the log's promise nobody signed the time in the entry.
    if (each.tlogEntry.inclusionPromise === undefined) return []
    return [
      {
        by: 'transparency log',
        at: new Date(Number(each.tlogEntry.integratedTime) * 1_000).toISOString(),
      },
    ]
  })
}

const PLAIN: Readonly<Record<string, string>> = {
  CERTIFICATE_ERROR: 'its certificate does not lead to a trusted root at the time of the signature',
  PUBLIC_KEY_ERROR: 'its key is not the one that is trusted, or was not valid then',
  SIGNATURE_ERROR: 'the signature does not fit what it signs and who signed it',
  TIMESTAMP_ERROR: 'no trusted clock says when it was signed',
  TLOG_BODY_ERROR: 'what the transparency log holds is another signature',
  TLOG_ERROR:
    'it is not in a transparency log as often as it has to be, or one entry is there twice',
  TLOG_INCLUSION_PROMISE_ERROR: 'the promise of the transparency log does not hold',
  TLOG_INCLUSION_PROOF_ERROR: 'the proof that the transparency log contains it does not hold',
  TLOG_MISSING_INCLUSION_ERROR: 'nothing shows that a transparency log contains it',
}

function plainReason(thrown: unknown): string {
  // Whatever else a hostile bundle makes the library stumble over is one more way of not holding.
  if (!(thrown instanceof VerificationError || thrown instanceof PolicyError))
    return `it cannot be read: ${messageOf(thrown)}`
  return `${PLAIN[thrown.code] ?? 'it does not hold'} (${thrown.message})`
}
