// The second set of a test bundle: the same gates run again after the decision, honestly except where a test changes something.
import { canonicalBytes } from '../src/kernel/index.ts'
import type { BundleFile } from '../src/proof/index.ts'
import { compareSets, planHashOf, settleRun } from '../src/verdict/index.ts'
import type {
  Capture,
  DecisionInputs,
  Plan,
  RecordedGate,
  Regeneration,
} from '../src/verdict/index.ts'
import { Packing } from './bundle-packing.ts'
import type { People } from './bundle-people.ts'
import { commandCapture, streamsOf } from './bundle-captures.ts'
import type { CommandResult } from './bundle-captures.ts'
import { recordGate } from './bundle-records.ts'
import type { BundleChanges } from './bundle-records.ts'
import { jsonOf } from './bundle-release.ts'
import { nodeDigest } from './crypto.ts'

export const SECOND_RUN = '0197a000-0000-7000-8000-000000000002'

export interface SecondChanges {
  /** What the command gate gives now. */
  readonly command: CommandResult
  /** Leaves the manual gate out. */
  readonly isPartial?: boolean
  /** The plan of the second run; that of the first by default. */
  readonly plan?: (plan: Plan) => Plan
  /** What the run said that it was started on. */
  readonly started?: Readonly<Record<string, unknown>>
  readonly gateRun?: BundleChanges['gateRun']
  /** The file as it is written, after it was honest. */
  readonly regeneration?: (honest: Regeneration) => Regeneration
}

export interface SecondRecord {
  readonly pack: Packing
  readonly files: readonly BundleFile[]
}

export async function recordSecond(
  people: People,
  first: Plan,
  inputs: DecisionInputs,
  changes: SecondChanges,
): Promise<SecondRecord> {
  const pack = new Packing(inputs.subject)
  const plan = changes.plan?.(first) ?? first
  const planHash = planHashOf(nodeDigest, plan)
  const terms = { parameters: {}, confirmed: [] }
  const { subject } = inputs
  const honest = { plan: planHash, run: SECOND_RUN, subject, terms }
  pack.record('run.started', people.lead.id, jsonOf({ ...honest, ...changes.started }), [planHash])
  const recorded = new Map<string, RecordedGate>()
  const [command, manual] = plan.gates
  const said: BundleChanges = {
    runId: SECOND_RUN,
    ...(changes.gateRun === undefined ? {} : { gateRun: changes.gateRun }),
  }
  const { command: result } = changes
  const streams = streamsOf(result)
  const capture = commandCapture(result)
  await recordGate(pack, people.runner, plan, command!, 1, capture, streams, recorded, said)
  if (changes.isPartial !== true) {
    const answer: Capture = { kind: 'manual', answer: true, note: 'told again', slots: {} }
    await recordGate(pack, people.operator, plan, manual!, 1, answer, {}, recorded, said)
  }
  const results = settleRun(nodeDigest, plan, terms, recorded)
  const set = compareSets(first, inputs, {
    run: SECOND_RUN,
    plan: planHash,
    terms,
    subject,
    results,
  })
  const written = changes.regeneration?.(set) ?? set
  const files = [
    { path: 'regenerated.json', bytes: canonicalBytes(written) },
    ...(planHash === inputs.plan
      ? []
      : [{ path: 'regenerated-plan.json', bytes: canonicalBytes(plan) }]),
  ]
  return { pack, files }
}
