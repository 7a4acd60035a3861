// Judges every gate again: the last recorded attempt, from its evidence, by the rules of the plan.
import { canonicalize, messageOf } from '../kernel/index.ts'
import { statementPath } from '../proof/index.ts'
import type { GateRunPredicate } from '../proof/index.ts'
import { definitionHashOf, judgeGate, parseCapture, settleRun } from '../verdict/index.ts'
import type { GateResult, Judgement, PlanGate, RecordedGate, RunTerms } from '../verdict/index.ts'
import { checkStarted, lastAttempts } from './attempts.ts'
import type { ProvenGateRun } from './attempts.ts'
import { inspectConsumed } from './consumed.ts'
import { inflateEvidence } from './contents.ts'
import type { BundleContents } from './contents.ts'
import { quoteName } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import type { LedgerPart } from './ledger-part.ts'
import type { ProvenStatement } from './statements.ts'

/** Re-decides every gate and compares with the results that the decision used; findings say where they differ. */
export async function inspectResults(
  inspection: Inspection,
  contents: BundleContents,
  ledger: LedgerPart,
  statements: readonly ProvenStatement[],
  path = 'decision-inputs.json',
): Promise<void> {
  const { plan, inputs } = contents
  const last = lastAttempts(inspection, contents, statements)
  checkStarted(inspection, contents, ledger, last)
  const recorded = new Map<string, RecordedGate>()
  const before = inspection.findingCount()
  for (const gate of plan.gates) {
    const run = last.get(gate.id)
    if (run === undefined) continue
    const judgement = await judgeAgain(inspection, contents, { gate, run, terms: inputs.terms })
    if (judgement === undefined) continue
    inspection.checked.gateRuns++
    inspection.checked.assertions += judgement.assertions.length
    recorded.set(gate.id, {
      judgement,
      statement: run.id,
      evidence: run.predicate.evidence,
      finishedAtMs: Date.parse(run.predicate.finishedAt),
      environment: run.predicate.environment,
    })
  }
  inspectConsumed(inspection, contents, statements, last, recorded)
  for (const [gate, run] of last) {
    if (plan.gates.some((candidate) => candidate.id === gate)) continue
    inspection.find(
      'VERIFY_DEFINITION_DIFFERS',
      `expected a gate of the plan, got ${quoteName(gate)}`,
      statementPath(run.id),
    )
  }
  if (inspection.findingCount() !== before) return
  compareResults(
    inspection,
    inputs.results,
    settleRun(inspection.ports.digest, plan, inputs.terms, recorded),
    path,
  )
}

interface JudgedRun {
  readonly gate: PlanGate
  readonly run: ProvenGateRun
  readonly terms: RunTerms
}

/** The run's status from its evidence; undefined with findings when it cannot be shown. */
export async function judgeAgain(
  inspection: Inspection,
  contents: BundleContents,
  { gate, run, terms }: JudgedRun,
): Promise<Judgement | undefined> {
  const path = statementPath(run.id)
  const definition = definitionHashOf(inspection.ports.digest, gate)
  if (run.predicate.definition !== definition) {
    inspection.find(
      'VERIFY_DEFINITION_DIFFERS',
      `expected the definition ${definition} of ${quoteName(gate.id)}, got ${run.predicate.definition}`,
      path,
    )
    return undefined
  }
  if (!checkTeller(inspection, gate, run, path)) return undefined
  const evidence = await readEvidence(inspection, contents, run.predicate, path)
  const capture = evidence?.['capture']
  if (evidence === undefined || capture === undefined) return undefined
  try {
    const { consumed } = run.predicate
    const facts = {
      ...(consumed === undefined ? {} : { consumed }),
      startedAtMs: Date.parse(run.predicate.startedAt),
      finishedAtMs: Date.parse(run.predicate.finishedAt),
    }
    const judgement = judgeGate(gate, parseCapture(capture), evidence, terms, facts)
    if (!agreesOnStatus(run.entry.payload, judgement.status)) {
      inspection.find(
        'VERIFY_RESULT_DIFFERS',
        `entry ${run.entry.seq} says another status of ${quoteName(gate.id)} than its evidence shows, ${judgement.status}`,
        'entries.json',
      )
    }
    return judgement
  } catch (thrown) {
    inspection.find(
      'VERIFY_EVIDENCE_DIFFERS',
      `the capture of ${quoteName(gate.id)} cannot be judged: ${messageOf(thrown)}`,
      path,
    )
    return undefined
  }
}

/**
 * A runner may not answer for a person, nor tell of the control plane's own checks, and the control plane tells of nothing else.
 * A person's key is told by the sign-off it may give, the control plane's by the decision.
 */
function checkTeller(
  inspection: Inspection,
  gate: PlanGate,
  run: ProvenGateRun,
  path: string,
): boolean {
  const { uses, principal } = run.key
  const { check } = gate
  const { type } = check
  const isOfPlane = check.type === 'builtin' && check.on === undefined
  const isPlane = uses.includes('decision')
  const wanted =
    type === 'manual' && !uses.includes('sign-off')
      ? `a person's answer to ${quoteName(gate.id)}`
      : isOfPlane && !isPlane
        ? `the control plane's record of ${quoteName(gate.id)}`
        : !isOfPlane && isPlane
          ? `a runner's record of ${quoteName(gate.id)}`
          : undefined
  if (wanted === undefined) return true
  return inspection.find(
    'VERIFY_KEY_USE_REFUSED',
    `expected ${wanted}, got one by ${quoteName(principal)}`,
    path,
  )
}

function agreesOnStatus(payload: unknown, status: string): boolean {
  const isShown = typeof payload === 'object' && payload !== null && 'status' in payload
  return !isShown || payload.status === status
}

async function readEvidence(
  inspection: Inspection,
  contents: BundleContents,
  predicate: GateRunPredicate,
  path: string,
): Promise<Readonly<Record<string, Uint8Array>> | undefined> {
  const out = new Map<string, Uint8Array>()
  for (const ref of predicate.evidence) {
    // Streams without a byte are left out of statements, so nothing empty can be meant here.
    const content = await inflateEvidence(inspection, contents, ref.digest)
    if (content === undefined) return undefined
    if (content.length !== ref.sizeBytes) {
      inspection.find(
        'VERIFY_EVIDENCE_DIFFERS',
        `expected ${ref.sizeBytes} bytes of ${quoteName(ref.name)}, got ${content.length}`,
        path,
      )
      return undefined
    }
    out.set(ref.name, content)
  }
  if (out.has('capture')) return Object.fromEntries(out)
  inspection.find(
    'VERIFY_EVIDENCE_MISSING',
    `expected evidence named "capture" of ${quoteName(predicate.gate)}, there is none`,
    path,
  )
  return undefined
}

function compareResults(
  inspection: Inspection,
  claimed: readonly GateResult[],
  shown: readonly GateResult[],
  path: string,
): void {
  const byGate = new Map(claimed.map((result) => [result.gate, result]))
  if (byGate.size !== shown.length || claimed.length !== shown.length) {
    inspection.find(
      'VERIFY_RESULT_DIFFERS',
      `expected one result for each of ${shown.length} gates, got ${claimed.length}`,
      path,
    )
  }
  for (const result of shown) {
    inspection.checked.gates++
    const claim = byGate.get(result.gate)
    if (claim === undefined) {
      inspection.find(
        'VERIFY_RESULT_DIFFERS',
        `expected a result for ${quoteName(result.gate)}, there is none`,
        path,
      )
    } else if (claim.status !== result.status) {
      inspection.find(
        'VERIFY_RESULT_DIFFERS',
        `${quoteName(result.gate)}: expected ${result.status} (${result.reason}), got ${claim.status}`,
        path,
      )
    } else if (canonicalize(withoutReason(claim)) !== canonicalize(withoutReason(result))) {
      inspection.find(
        'VERIFY_RESULT_DIFFERS',
        `${quoteName(result.gate)}: statement, evidence, time, slots or toggles are not what the evidence shows`,
        path,
      )
    }
  }
}

// A reason is a sentence for people; later versions may word it better without changing what was decided.
function withoutReason(result: GateResult): GateResult {
  return { ...result, reason: '' }
}

/** What lies in the bundle must be evidence of something, and what is not there must not be needed. */
export function checkEvidenceUse(
  inspection: Inspection,
  contents: BundleContents,
  statements: readonly ProvenStatement[],
): void {
  const referenced = new Set<string>()
  // What closed a risk may have run on another plan, which then lies here under its digest.
  const plans = new Set<string>()
  for (const statement of statements) {
    if (statement.kind !== 'gate-run') continue
    plans.add(statement.predicate.plan)
    for (const ref of statement.predicate.evidence) referenced.add(ref.digest)
  }
  const carried = new Set<string>()
  for (const file of contents.opened.manifest.files) {
    if (file.content === undefined) continue
    carried.add(file.content.sha256)
    if (!referenced.has(file.content.sha256) && !plans.has(file.content.sha256)) {
      inspection.find(
        'VERIFY_EVIDENCE_UNREFERENCED',
        `no statement rests on the content ${file.content.sha256}`,
        file.path,
      )
    }
  }
  const absentCount = [...referenced].filter((wanted) => !carried.has(wanted)).length
  if (absentCount > 0)
    inspection.leaveOpen(
      `${absentCount} pieces of evidence of superseded attempts are not in the bundle.`,
    )
}
