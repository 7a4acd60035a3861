// The report about attestations in plain words: what was proven, what was not, and why.
import { harmlessLine } from '../kernel/index.ts'
import type { AttestationReport, AttestationResult, AttestationSigner } from './model.ts'

export function renderAttestations(report: AttestationReport, artefactName: string): string {
  const { attestations, trustedRoot } = report
  const provenCount = attestations.filter(({ isProven }) => isProven).length
  const head = report.isProven
    ? `PROVEN: ${provenCount} of ${attestations.length} attestations show what was demanded of ${artefactName}`
    : `NOT PROVEN: none of ${attestations.length} attestations shows what was demanded of ${artefactName}`
  const digests = Object.entries(report.digests).map(([name, hex]) => `  ${name}:${hex}`)
  const date = trustedRoot.asOf === null ? '' : ` of ${trustedRoot.asOf}`
  return [
    head,
    ...digests,
    ...attestations.flatMap(renderAttestation),
    `Believed: ${trustedRoot.name}${date}, ${trustedRoot.source === 'carried' ? 'carried with this program' : 'given by you'}; nothing was fetched.`,
    'Not shown:',
    ...report.limits.map((limit) => `  - ${limit}`),
  ]
    .map(harmlessLine)
    .join('\n')
}

function renderAttestation(result: AttestationResult): readonly string[] {
  const { position, isProven, reasons, signer, times, inclusion, predicateType, builder, subject } =
    result
  const facts: readonly (readonly [string, string | null])[] = [
    ['signed by', signer === null ? null : signerText(signer)],
    ['source', signer?.kind === 'identity' ? signer.source : null],
    ['predicate', predicateType],
    ['builder, as it says itself', builder],
    ['subject', subject],
    [
      'in a transparency log',
      inclusion === null ? null : inclusion === 'proof' ? 'proven' : 'promised by the log',
    ],
    ['time', times.length === 0 ? null : times.map(({ by, at }) => `${at} (${by})`).join(', ')],
  ]
  return [
    `${position}. ${isProven ? 'proven' : 'not proven'}`,
    ...reasons.map((reason) => `   because ${reason}`),
    ...facts.flatMap(([name, value]) => (value === null ? [] : [`   ${name}: ${value}`])),
  ]
}

function signerText(signer: AttestationSigner): string {
  return signer.kind === 'key'
    ? `the key that was demanded (called ${signer.hint})`
    : `${signer.identity}, vouched for by ${signer.issuer}`
}
