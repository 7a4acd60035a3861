// Decides again from the frozen inputs and compares with what the control plane signed.
import { canonicalize } from '../kernel/index.ts'
import { statementPath } from '../proof/index.ts'
import { decide } from '../verdict/index.ts'
import type { Verdict } from '../verdict/index.ts'
import type { BundleContents } from './contents.ts'
import type { Inspection } from './inspection.ts'
import type { LedgerPart } from './ledger-part.ts'
import type { ProvenRelease } from './model.ts'
import { CLOCK_SKEW_LIMIT_MS, payloadSays } from './attempts.ts'
import type { ProvenStatement } from './statements.ts'

type ProvenDecision = Extract<ProvenStatement, { readonly kind: 'decision' }>

/** Recomputes the verdict; undefined with findings unless the signed decision says exactly the same. */
export function inspectDecision(
  inspection: Inspection,
  contents: BundleContents,
  ledger: LedgerPart,
  statements: readonly ProvenStatement[],
): ProvenRelease | undefined {
  const signed = findDecision(inspection, contents, ledger, statements)
  if (signed === undefined) return undefined
  const before = inspection.findingCount()
  checkTerms(inspection, contents, ledger)
  checkMoments(inspection, contents, ledger, signed)
  const verdict = decide(inspection.ports.digest, contents.plan, contents.inputs)
  inspection.checked.decisions++
  compareDecision(inspection, contents, signed, verdict)
  return inspection.findingCount() === before ? releaseOf(contents, verdict) : undefined
}

function findDecision(
  inspection: Inspection,
  contents: BundleContents,
  ledger: LedgerPart,
  statements: readonly ProvenStatement[],
): ProvenDecision | undefined {
  const decisions = statements.flatMap((statement) =>
    statement.kind === 'decision' ? [statement] : [],
  )
  const fitting = decisions.filter(
    (decision) => decision.predicate.inputs === contents.inputsDigest,
  )
  const signed = fitting[0]
  if (signed === undefined || fitting.length !== 1) {
    inspection.find(
      'VERIFY_DECISION_MISSING',
      `expected one signed decision on the inputs ${contents.inputsDigest}, got ${fitting.length}`,
      'decision-inputs.json',
    )
    return undefined
  }
  if (!signed.entry.body.refs.includes(contents.inputsDigest)) {
    inspection.find(
      'VERIFY_ENTRY_DIFFERS',
      `entry ${signed.entry.seq} does not name the decision inputs`,
      'entries.json',
    )
  }
  const later = ledger.entries.find(
    ({ seq, body, payload }) =>
      body.type === 'release.decided' &&
      body.subject === signed.entry.body.subject &&
      seq > signed.entry.seq &&
      !isOfElsewhere(contents, ledger, payload),
  )
  if (later !== undefined) {
    inspection.find(
      'VERIFY_DECISION_SUPERSEDED',
      `expected the last decision, entry ${later.seq} records a later one`,
      statementPath(signed.id),
    )
  }
  return signed
}

/** Whether the ledger shows that a decision is about a run in another environment; what it does not show is taken for this one. */
function isOfElsewhere({ inputs }: BundleContents, ledger: LedgerPart, decided: unknown): boolean {
  const run = memberOf(decided, 'run')
  if (typeof run !== 'string') return false
  const start = ledger.entries.find(
    ({ body, payload }) => body.type === 'run.started' && memberOf(payload, 'run') === run,
  )
  const environment = memberOf(memberOf(start?.payload, 'subject'), 'environment')
  return typeof environment === 'string' && environment !== inputs.subject.environment
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}

/** The terms the results were judged under must be those the run was started on, as the ledger has them. */
export function checkTerms(
  inspection: Inspection,
  contents: BundleContents,
  ledger: LedgerPart,
): void {
  const { run, terms, subject, plan, checkpoint } = contents.inputs
  const starts = ledger.entries.filter(
    ({ seq, body }) => body.type === 'run.started' && seq < checkpoint.size,
  )
  const shown = starts.filter(
    ({ payload }) => payload !== undefined && payloadSays(payload, { run }),
  )
  if (shown.length > 0) {
    const confirmations = findConfirmations(contents, ledger)
    if (confirmations === undefined) {
      inspection.leaveOpen(
        'Which gates were confirmed for the run is not disclosed in every ledger entry of a confirmation.',
      )
      return
    }
    // What the run was started on: the terms of the decision without what was confirmed only later.
    const later = new Set(confirmations)
    // Waived gates are told by entries of their own.
    const { waived: _waived, ...begun } = terms
    const first = { ...begun, confirmed: terms.confirmed.filter((gate) => !later.has(gate)) }
    const isStart = ({ payload }: { readonly payload?: unknown }): boolean =>
      payloadSays(payload, { run, terms: first, subject, plan })
    if (shown.length === 1 && shown.every(isStart)) return
    inspection.find(
      'VERIFY_TERMS_DIFFER',
      `expected the run to be started once on the plan, subject and terms of the decision, the ledger says otherwise`,
      'entries.json',
    )
  } else if (starts.some(({ payload }) => payload === undefined)) {
    inspection.leaveOpen(
      'The parameters and confirmations of the run are not disclosed in the ledger entry of its start.',
    )
  } else {
    inspection.find(
      'VERIFY_ENTRY_MISSING',
      `expected an entry run.started of the decided run, there is none`,
      'entries.json',
    )
  }
}

/** Gates that were confirmed after the start of the decided run; undefined when an entry does not show which. */
function findConfirmations(
  { inputs }: BundleContents,
  ledger: LedgerPart,
): readonly string[] | undefined {
  const out: string[] = []
  for (const { seq, body, payload } of ledger.entries) {
    if (body.type !== 'run.confirmed' || seq >= inputs.checkpoint.size) continue
    if (payload === undefined) return undefined
    if (!payloadSays(payload, { run: inputs.run })) continue
    const { gates } = payload as { readonly gates?: unknown }
    if (!Array.isArray(gates)) return undefined
    out.push(...gates.filter((gate) => typeof gate === 'string'))
  }
  return out
}

function checkMoments(
  inspection: Inspection,
  contents: BundleContents,
  ledger: LedgerPart,
  signed: ProvenDecision,
): void {
  const { asOfMs, checkpoint } = contents.inputs
  const restsOn = ledger.entries.filter(({ seq }) => seq < checkpoint.size)
  const latestMs = Math.max(0, ...restsOn.slice(-1).map(({ timeMs }) => timeMs))
  const path = 'decision-inputs.json'
  if (asOfMs > signed.entry.timeMs + CLOCK_SKEW_LIMIT_MS) {
    inspection.find(
      'VERIFY_TIME_IMPOSSIBLE',
      `the decision is as of ${instantOf(asOfMs)}, after the ledger recorded it`,
      path,
    )
  }
  if (asOfMs < latestMs - CLOCK_SKEW_LIMIT_MS) {
    inspection.find(
      'VERIFY_TIME_IMPOSSIBLE',
      `the decision is as of ${instantOf(asOfMs)}, before what it rests on was recorded`,
      path,
    )
  }
}

function compareDecision(
  inspection: Inspection,
  contents: BundleContents,
  signed: ProvenDecision,
  verdict: Verdict,
): void {
  const said = signed.predicate
  const pairs: readonly (readonly [name: string, shown: unknown, said: unknown])[] = [
    ['verdict', verdict.value, said.verdict],
    ['raw verdict', verdict.raw, said.raw],
    ['review hash', verdict.reviewHash, said.reviewHash],
    ['decision hash', verdict.decisionHash, said.decisionHash],
    ['run', contents.inputs.run, said.run],
    ['plan', contents.inputs.plan, said.plan],
    ['instant', instantOf(verdict.asOfMs), said.asOf],
    ['expiry', expiryOf(verdict), said.expiresAt],
  ]
  for (const [name, shown, claimed] of pairs) {
    if (shown === claimed) continue
    const text = `expected the ${name} ${canonicalize(shown ?? null)}, the signed decision says ${canonicalize(claimed ?? null)}`
    inspection.find('VERIFY_DECISION_DIFFERS', text, statementPath(signed.id))
  }
}

function releaseOf(contents: BundleContents, verdict: Verdict): ProvenRelease {
  const { subject, results } = contents.inputs
  const titles = new Map(contents.plan.gates.map((gate) => [gate.id, gate.title]))
  const expiresAt = expiryOf(verdict)
  return {
    service: subject.service,
    version: subject.version,
    environment: subject.environment,
    verdict: verdict.value,
    raw: verdict.raw,
    decidedAt: instantOf(verdict.asOfMs),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    reasons: verdict.reasons,
    gates: results.map(({ gate, status }) => ({ gate, title: titles.get(gate) ?? gate, status })),
  }
}

function expiryOf(verdict: Verdict): string | undefined {
  return verdict.expiresAtMs === undefined ? undefined : instantOf(verdict.expiresAtMs)
}

// `parseDecisionInputs` refuses instants beyond what a date can hold.
function instantOf(ms: number): string {
  return new Date(ms).toISOString()
}
