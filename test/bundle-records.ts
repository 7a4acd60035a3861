// Plays a release through to its decision, honestly except where a test changes something.
import { canonicalBytes, contentDigest } from '../src/kernel/index.ts'
import type { ContentDigest, Signer } from '../src/kernel/index.ts'
import type {
  BundleEntry,
  BundleFile,
  DecisionPredicate,
  GateRunPredicate,
  KeyBeginnings,
  Trust,
  SignOffPredicate,
} from '../src/proof/index.ts'
import {
  decide,
  definitionHashOf,
  judgeGate,
  parseCapture,
  planHashOf,
  reviewHashOf,
  takeValues,
} from '../src/verdict/index.ts'
import type {
  Capture,
  DecisionInputs,
  Plan,
  PlanReview,
  PlanGate,
  RecordedGate,
  Subject,
} from '../src/verdict/index.ts'
import type { Packing } from './bundle-packing.ts'
import type { BundleFact } from './bundle-packing.ts'
import type { BundleChange } from './bundle-register.ts'
import { commandCapture, streamsOf } from './bundle-captures.ts'
import type { CommandResult } from './bundle-captures.ts'
import type { SecondChanges } from './bundle-second.ts'
import type { BundleKeys, People, Person } from './bundle-people.ts'
import { RELEASE, RUN, SERVICE, instantAt, jsonOf } from './bundle-release.ts'
import { nodeDigest } from './crypto.ts'

/** Places where a forger (or a test of something unusual) may change what the builder would do honestly. */
export interface BundleChanges {
  readonly keys?: BundleKeys
  /** Key that signs the manifest instead of the control plane's. */
  readonly manifestSigner?: Signer
  readonly trust?: (trust: Trust) => Trust
  /** Since when each key counts, by key id. */
  readonly since?: (since: KeyBeginnings) => KeyBeginnings
  readonly command?: CommandResult
  /** The run that gates are recorded of; only the second set is of another one. */
  readonly runId?: string
  /** A run after the decision, whose results the bundle holds too. */
  readonly second?: SecondChanges
  /** The plan that everything rests on: its first gate a command, its second manual, every further one a command. */
  readonly plan?: (plan: Plan) => Plan
  /** A second attempt of the command gate, recorded after the first. */
  readonly retry?: CommandResult
  /** The attempt of the command gate that the decision rests on; the last by default. */
  readonly decidedAttempt?: number
  /** What a gate says that takes values of others; the honest values by default. */
  readonly consumer?: (predicate: GateRunPredicate) => GateRunPredicate
  readonly gateRun?: (predicate: GateRunPredicate) => GateRunPredicate
  /** The plan written into the bundle, after everything else rested on the honest one. */
  readonly planFile?: (plan: Plan) => Plan
  /** The inputs before people sign and the verdict is computed. */
  readonly inputs?: (inputs: DecisionInputs) => DecisionInputs
  readonly decision?: (predicate: DecisionPredicate) => DecisionPredicate
  readonly signOffs?: readonly ('APPROVE' | 'REJECT')[]
  /** Decided under the first edition of the rules. */
  readonly isFirstEdition?: boolean
  /** Changes of the register, recorded after the run unless they are early. */
  readonly register?: readonly BundleChange[]
  /** The sign-offs that the decision uses; all that were recorded by default. */
  readonly usedSignOffs?: (signOffs: DecisionInputs['signOffs']) => DecisionInputs['signOffs']
  readonly facts?: (facts: readonly BundleFact[]) => readonly BundleFact[]
  readonly signOff?: (predicate: SignOffPredicate) => SignOffPredicate
  /** The sequencer's clock for each position, ms since the epoch. */
  readonly timeOf?: (seq: number) => number
  /** What an entry says to be its number within its subject; the count of those before it by default. */
  readonly numberOf?: (honest: number, seq: number) => number | undefined
  /** The release that the manifest names. */
  readonly release?: { readonly service: string; readonly version: string }
  /** The fact that records the decision. */
  readonly decided?: (fact: BundleFact) => BundleFact
  /** Facts after the decision. */
  readonly lateFacts?: (facts: readonly BundleFact[]) => readonly BundleFact[]
  readonly entries?: (entries: readonly BundleEntry[]) => readonly BundleEntry[]
  readonly files?: (files: readonly BundleFile[]) => readonly BundleFile[]
  /** The manifest's list of gates. */
  readonly gates?: (gates: readonly string[]) => readonly string[]
}

export async function recordPlan(
  pack: Packing,
  people: People,
  planHash: ContentDigest,
  subject: Subject,
): Promise<readonly PlanReview[]> {
  pack.record('plan.recorded', people.lead.id, { plan: planHash }, [planHash])
  const approval = await pack.sign(people.lead.signer, 'approval', {
    what: 'plan',
    digest: planHash,
    principal: people.lead.id,
    at: instantAt(1),
  })
  pack.record('plan.reviewed', people.lead.id, { plan: planHash }, [approval, planHash])
  pack.record(
    'run.started',
    people.lead.id,
    jsonOf({ plan: planHash, run: RUN, subject, terms: { parameters: {}, confirmed: [] } }),
    [planHash],
  )
  return [{ principal: people.lead.id, statement: approval }]
}

export async function recordRun(
  pack: Packing,
  people: People,
  plan: Plan,
  changes: BundleChanges,
): Promise<ReadonlyMap<string, RecordedGate>> {
  const recorded = new Map<string, RecordedGate>()
  const [command, manual, ...further] = plan.gates
  const attempts: readonly CommandResult[] = [
    changes.command ?? { exitCode: 0, stdout: 'rows: 42\n' },
    ...(changes.retry === undefined ? [] : [changes.retry]),
  ]
  for (const [index, result] of attempts.entries()) {
    await recordGate(
      pack,
      people.runner,
      plan,
      command!,
      index + 1,
      commandCapture(result),
      streamsOf(result),
      recorded,
      changes,
    )
  }
  const answer: Capture = { kind: 'manual', answer: true, note: 'told at stand-up', slots: {} }
  await recordGate(pack, people.operator, plan, manual!, 1, answer, {}, recorded, {})
  const said: BundleChanges = changes.consumer === undefined ? {} : { gateRun: changes.consumer }
  for (const gate of further) {
    const result = { exitCode: 0, stdout: `rows: ${recorded.size}\n` }
    const streams = streamsOf(result)
    await recordGate(
      pack,
      people.runner,
      plan,
      gate,
      1,
      commandCapture(result),
      streams,
      recorded,
      said,
    )
  }
  pack.record('run.finished', people.lead.id, { run: RUN }, [planHashOf(nodeDigest, plan)])
  return recorded
}

export async function recordGate(
  pack: Packing,
  runner: Person,
  plan: Plan,
  gate: PlanGate,
  attempt: number,
  capture: Capture,
  streams: Readonly<Record<string, Uint8Array>>,
  recorded: Map<string, RecordedGate>,
  changes: BundleChanges,
): Promise<void> {
  const planHash = planHashOf(nodeDigest, plan)
  const run = changes.runId ?? RUN
  if (gate.check.type !== 'manual')
    pack.record('gate.intended', runner.id, { run, gate: gate.id, attempt }, [planHash])
  const captureBytes = canonicalBytes(capture)
  const evidence = [pack.keepEvidence('capture', 'application/json', captureBytes)]
  for (const [name, content] of Object.entries(streams))
    if (content.length > 0) evidence.push(pack.keepEvidence(name, 'text/plain', content))
  const honest: GateRunPredicate = {
    run,
    gate: gate.id,
    attempt,
    definition: definitionHashOf(nodeDigest, gate),
    plan: planHash,
    environment: plan.environment,
    runner: { id: runner.id, version: '0.1.0' },
    startedAt: instantAt(10 + attempt),
    finishedAt: instantAt(11 + attempt),
    evidence,
    ...takenBy(gate, recorded),
  }
  const predicate = changes.gateRun?.(honest) ?? honest
  const statement = await pack.sign(runner.signer, 'gate-run', predicate)
  const terms = { parameters: {}, confirmed: [] }
  const bytes = { ...streams, capture: captureBytes }
  const judgement = judgeGate(gate, parseCapture(captureBytes), bytes, terms, {
    startedAtMs: Date.parse(predicate.startedAt),
    finishedAtMs: Date.parse(predicate.finishedAt),
    ...(predicate.consumed === undefined ? {} : { consumed: predicate.consumed }),
  })
  const payload = { run, gate: gate.id, attempt, status: judgement.status }
  pack.record('gate.recorded', runner.id, payload, [
    ...new Set([statement, ...evidence.map((ref) => ref.digest)]),
  ])
  if (attempt > (changes.decidedAttempt ?? attempt)) return
  recorded.set(gate.id, {
    judgement,
    statement,
    evidence,
    finishedAtMs: Date.parse(predicate.finishedAt),
    environment: plan.environment,
  })
}

/** What an honest runner gives the gate from others. */
function takenBy(
  gate: PlanGate,
  recorded: ReadonlyMap<string, RecordedGate>,
): Pick<GateRunPredicate, 'consumed'> {
  if (gate.consumes === undefined) return {}
  const taking = takeValues(gate, (id) => {
    const record = recorded.get(id)
    const statement = record?.statement
    return record === undefined || statement === undefined
      ? undefined
      : { ...record.judgement, statement }
  })
  if (!taking.ok) throw new Error(taking.reason)
  return { consumed: taking.consumed }
}

export async function recordSignOffs(
  pack: Packing,
  people: People,
  plan: Plan,
  inputs: DecisionInputs,
  changes: BundleChanges,
): Promise<DecisionInputs['signOffs']> {
  const decisions = changes.signOffs ?? ['APPROVE', 'APPROVE']
  const reviewHash = reviewHashOf(nodeDigest, plan, inputs)
  const out: DecisionInputs['signOffs'][number][] = []
  for (const [index, person] of [people.lead, people.operator].entries()) {
    const decision = decisions[index]
    if (decision === undefined) continue
    const said = { role: person.role, principal: person.id, decision, reviewHash } as const
    const honest = { release: RELEASE, run: RUN, ...said, at: instantAt(20 + index), comment: '' }
    const predicate = changes.signOff?.(honest) ?? honest
    const statement = await pack.sign(person.signer, 'sign-off', predicate)
    const words = { role: person.role, decision, person: person.id }
    pack.record('sign-off.recorded', person.id, words, [statement])
    out.push({ ...said, atMs: Date.parse(predicate.at), statement })
  }
  return out
}

export async function recordDecision(
  pack: Packing,
  plane: Signer,
  plan: Plan,
  inputs: DecisionInputs,
  changes: BundleChanges,
): Promise<BundleFact> {
  const verdict = decide(nodeDigest, plan, inputs)
  const inputsDigest = contentDigest(nodeDigest.sha256(canonicalBytes(inputs)))
  const honest: DecisionPredicate = {
    release: RELEASE,
    run: RUN,
    plan: inputs.plan,
    inputs: inputsDigest,
    reviewHash: verdict.reviewHash,
    decisionHash: verdict.decisionHash,
    verdict: verdict.value,
    raw: verdict.raw,
    asOf: new Date(inputs.asOfMs).toISOString(),
    ...(verdict.expiresAtMs === undefined
      ? {}
      : { expiresAt: new Date(verdict.expiresAtMs).toISOString() }),
  }
  const statement = await pack.sign(plane, 'decision', changes.decision?.(honest) ?? honest)
  const changeCount = pack.facts.filter(({ subject }) => subject === SERVICE).length
  return {
    type: 'release.decided',
    actor: 'control-plane',
    subject: RELEASE,
    payload: { changes: changeCount, verdict: honest.verdict },
    refs: [statement, inputsDigest],
  }
}
