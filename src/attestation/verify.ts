// Holds the attestations of a file against what was demanded: signer, artefact and predicate, each letter by letter.
import type { Json } from '../kernel/index.ts'
import type {
  AttestationDemand,
  AttestationReport,
  AttestationResult,
  AttestedArtefact,
  DemandedSigner,
  ProvenSignature,
  TrustedRoots,
} from './model.ts'
import { matchSubject, readForeignStatement } from './statement.ts'

export interface AttestationQuestion {
  readonly bundles: readonly Json[]
  readonly artefact: AttestedArtefact
  readonly demand: AttestationDemand
  readonly trustedRoots: TrustedRoots
}

/** Every attestation is looked at; one that shows everything is enough. The stock library is loaded here, not before. */
export async function verifyAttestations(
  question: AttestationQuestion,
): Promise<AttestationReport> {
  const { checkBundle } = await import('./stock.ts')
  const { bundles, artefact, demand, trustedRoots } = question
  const { roots, ...trustedRoot } = trustedRoots
  const attestations = bundles.map((bundle, at) => {
    const { signer } = demand
    const answer = checkBundle({
      bundle,
      roots,
      ...(artefact.bytes === undefined ? {} : { artefact: artefact.bytes }),
      ...(signer.kind === 'key' ? { publicKey: signer.publicKey } : {}),
    })
    return answer.ok ? judgeProven(at + 1, answer.value, question) : unproven(at + 1, answer.reason)
  })
  return {
    isProven: attestations.some(({ isProven }) => isProven),
    attestations,
    digests: artefact.digests,
    trustedRoot,
    limits: limitsOf(demand, trustedRoot, attestations),
  }
}

function unproven(position: number, reason: string): AttestationResult {
  return {
    position,
    isProven: false,
    reasons: [reason],
    signer: null,
    times: [],
    inclusion: null,
    predicateType: null,
    builder: null,
    subject: null,
  }
}

function judgeProven(
  position: number,
  proven: ProvenSignature,
  { artefact, demand }: AttestationQuestion,
): AttestationResult {
  const { signer, statement, messageDigest, times, inclusion } = proven
  const read = statement === null ? undefined : readForeignStatement(statement)
  const foreign = read?.ok === true ? read.value : undefined
  const reasons = [...signerFaults(demand.signer, proven)]
  // A signature without statement was checked over the artefact itself.
  const subject = foreign === undefined ? undefined : matchSubject(foreign, artefact.digests)
  if (messageDigest !== null && !Object.values(artefact.digests).includes(messageDigest))
    reasons.push('the digest that the log holds is not that of the artefact')
  if (read?.ok === false) reasons.push(read.reason)
  if (foreign !== undefined && subject === undefined)
    reasons.push('it is about other artefacts: none of its subjects has the digest')
  const predicateType = foreign?.predicateType ?? null
  if (demand.predicateType !== undefined && predicateType !== demand.predicateType)
    reasons.push(`expected the predicate ${demand.predicateType}, got ${predicateType ?? 'none'}`)
  return {
    position,
    isProven: reasons.length === 0,
    reasons,
    signer,
    times,
    inclusion,
    predicateType,
    builder: foreign?.builder ?? null,
    subject: subject ?? null,
  }
}

function signerFaults(demanded: DemandedSigner, { signer }: ProvenSignature): readonly string[] {
  // Which key signed has been decided by the signature.
  if (demanded.kind === 'key' || signer.kind === 'key') return []
  const pairs = [
    ['issuer', demanded.issuer, signer.issuer],
    ['identity', demanded.identity, signer.identity],
    ...(demanded.source === undefined
      ? []
      : [['source', demanded.source, signer.source ?? 'none'] as const]),
  ] as const
  return pairs.flatMap(([name, expected, got]) =>
    expected === got ? [] : [`expected the ${name} ${expected}, got ${got}`],
  )
}

function limitsOf(
  { signer }: AttestationDemand,
  { source }: Pick<TrustedRoots, 'source'>,
  results: readonly AttestationResult[],
): readonly string[] {
  const proven = results.filter(({ isProven }) => isProven)
  return [
    'that what the signer says is true: a signed statement is the signer’s word',
    'that nothing was revoked or changed since the trusted root was written down',
    ...(signer.kind === 'identity' && signer.source === undefined
      ? ['for whom a reusable workflow ran, unless the source is demanded as well']
      : []),
    ...(source === 'given'
      ? [
          'whose the logs and clocks of the trusted root are: the signer’s own say what the signer wants',
        ]
      : []),
    ...(proven.length > 0 && proven.every(({ inclusion }) => inclusion === 'promise')
      ? ['that the log kept its promise: a bundle v0.1 holds the log’s signed promise, not a proof']
      : []),
  ]
}
