// The decision in other people's words: SLSA VSA v1, in-toto SVR v0.2 and test-result v0.1, as in-toto statements to be signed.
import { STATEMENT_TYPE, subjectsOf } from '../proof/index.ts'
import type { Standings, VerdictValue } from '../verdict/index.ts'
import type { ReportFacts } from './model.ts'

export const ATTESTATION_FORMATS = ['vsa', 'svr', 'test-result'] as const

export type AttestationFormat = (typeof ATTESTATION_FORMATS)[number]

const TYPES: Readonly<Record<AttestationFormat, string>> = {
  vsa: 'https://slsa.dev/verification_summary/v1',
  svr: 'https://in-toto.io/attestation/svr/v0.2',
  'test-result': 'https://in-toto.io/attestation/test-result/v0.1',
}

/** An in-toto Statement v1 about the release's artefacts. @param verifier key id of the control plane that signs it */
export function buildAttestation(
  format: AttestationFormat,
  facts: ReportFacts,
  standings: Standings,
  verifier: string,
): Readonly<Record<string, unknown>> {
  return {
    _type: STATEMENT_TYPE,
    subject: subjectsOf(facts.inputs.subject),
    predicateType: TYPES[format],
    predicate: predicateOf(format, facts, standings, verifier),
  }
}

function predicateOf(
  format: AttestationFormat,
  facts: ReportFacts,
  standings: Standings,
  verifier: string,
): Readonly<Record<string, unknown>> {
  switch (format) {
    case 'vsa':
      return summaryOf(facts, verifier)
    case 'svr':
      return propertiesOf(facts, standings, verifier)
    case 'test-result':
      return testsOf(facts, standings)
  }
}

// A summary cannot say "on condition": until the conditions are met it is FAILED, and a consumer that gates on it stays shut.
function hasPassed(value: VerdictValue): boolean {
  return value === 'GO' || value === 'GO_WITH_WAIVERS'
}

function summaryOf(facts: ReportFacts, verifier: string): Readonly<Record<string, unknown>> {
  const { inputs, verdict } = facts
  const { service, version } = inputs.subject
  const passed = hasPassed(verdict.value)
  return {
    verifier: { id: verifierId(verifier) },
    timeVerified: new Date(verdict.asOfMs).toISOString(),
    resourceUri: `pkg:generic/${encodeURIComponent(service)}@${encodeURIComponent(version)}`,
    policy: { uri: `urn:seaworthy:plan:${inputs.plan}`, digest: digestOf(inputs.plan) },
    inputAttestations: statementsOf(facts).map((id) => ({
      uri: `urn:seaworthy:statement:${id}`,
      digest: digestOf(id),
    })),
    verificationResult: passed ? 'PASSED' : 'FAILED',
    verifiedLevels: [passed ? `SEAWORTHY_${verdict.value}` : 'FAILED'],
  }
}

/** Properties name only what passed; a reader finds what is missing by what is not there. */
function propertiesOf(
  { plan, inputs, verdict }: ReportFacts,
  standings: Standings,
  verifier: string,
): Readonly<Record<string, unknown>> {
  const held = plan.gates.filter(({ id }) => standings.get(id)?.status === 'PASS')
  const verdicts = hasPassed(verdict.value) ? [`SEAWORTHY_${verdict.value}`] : []
  return {
    verifier: {
      id: verifierId(verifier),
      policies: [{ uri: `urn:seaworthy:plan:${inputs.plan}`, digest: digestOf(inputs.plan) }],
    },
    timeCreated: new Date(verdict.asOfMs).toISOString(),
    properties: [...verdicts, ...held.map(({ id }) => `SEAWORTHY_GATE_${id}`)],
  }
}

/** Three states only: what was not decided stands in no list, and keeps the whole from being PASSED. */
function testsOf(
  { plan, inputs, verdict }: ReportFacts,
  standings: Standings,
): Readonly<Record<string, unknown>> {
  const later = new Set(verdict.notYetDue)
  const gates = plan.gates.filter(({ id, children }) => children === undefined && !later.has(id))
  const named = (...statuses: readonly string[]): string[] =>
    gates
      .filter(({ id }) => statuses.includes(standings.get(id)?.status ?? 'PENDING'))
      .map(({ id }) => id)
  const passed = named('PASS')
  const warned = named('WARN')
  const isWhole = gates.every(
    ({ id, severity }) =>
      severity !== 'required' ||
      ['PASS', 'WARN', 'NOT_APPLICABLE'].includes(standings.get(id)?.status ?? 'PENDING'),
  )
  const result = warned.length === 0 ? 'PASSED' : 'WARNED'
  return {
    result: isWhole ? result : 'FAILED',
    configuration: [
      { name: plan.source.name, digest: digestOf(plan.source.sha256) },
      { name: 'plan', digest: digestOf(inputs.plan) },
    ],
    passedTests: passed,
    warnedTests: warned,
    failedTests: named('FAIL', 'ERROR', 'STALE'),
  }
}

function statementsOf({ inputs, statement }: ReportFacts): readonly string[] {
  const ids = [
    ...(statement === undefined ? [] : [statement]),
    ...inputs.results.flatMap((result) => result.statement ?? []),
    ...inputs.signOffs.map((signOff) => signOff.statement),
  ]
  return [...new Set(ids)]
}

function verifierId(keyId: string): string {
  return `urn:seaworthy:control-plane:${keyId}`
}

function digestOf(digest: string): { readonly sha256: string } {
  return { sha256: digest.slice('sha256:'.length) }
}
