// A person's answer to a manual gate, signed by that person; nothing is executed.
import type { Clock } from '../../kernel/index.ts'
import type { Plan } from '../../verdict/index.ts'
import { runnerFault } from '../errors.ts'
import { sealAnswer } from '../../gates/index.ts'
import type { GivenAnswer, RunBinding } from '../../gates/index.ts'
import type { RecordedOutcome, RunSink } from '../gate-run.ts'

export interface ManualAnswer extends Omit<GivenAnswer, 'atMs'> {
  readonly plan: Plan
  readonly gate: string
  /** `runner.id` is the person's principal id and `signer` the person's key. */
  readonly binding: RunBinding
  readonly sink: RunSink
  readonly clock: Clock
}

/**
 * Signs and submits the answer; resolves with the status the control plane computed from it.
 * @throws RUNNER_GATE_UNKNOWN, RUNNER_GATE_KIND_REFUSED, RUNNER_SLOT_UNKNOWN
 */
export async function answerManualGate(given: ManualAnswer): Promise<RecordedOutcome> {
  const gate = given.plan.gates.find((each) => each.id === given.gate)
  if (gate === undefined) {
    throw runnerFault(
      'RUNNER_GATE_UNKNOWN',
      `expected a gate of the plan, got ${JSON.stringify(given.gate.slice(0, 200))}`,
    )
  }
  if (gate.check.type !== 'manual' || gate.children !== undefined) {
    throw runnerFault(
      'RUNNER_GATE_KIND_REFUSED',
      `expected a manual gate, got ${gate.id} of type ${gate.check.type}`,
    )
  }
  for (const slot of Object.keys(given.slots)) {
    if (gate.slots.some((each) => each.id === slot)) continue
    throw runnerFault(
      'RUNNER_SLOT_UNKNOWN',
      `expected a slot of ${gate.id} (${gate.slots.map(({ id }) => id).join(', ') || 'it has none'}), got ${JSON.stringify(slot.slice(0, 200))}`,
    )
  }
  const { attempt, answer, note, slots } = given
  const atMs = given.clock.nowMs()
  const sealed = await sealAnswer(given.binding, gate, { attempt, answer, note, slots, atMs })
  await given.sink.intend(gate.id, given.attempt)
  return given.sink.record(gate.id, given.attempt, sealed.statement, sealed.blobs)
}
