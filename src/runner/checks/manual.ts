// A person's answer to a manual gate, signed by that person; nothing is executed.
import type { Clock } from '../../kernel/index.ts'
import type { Capture, Plan } from '../../verdict/index.ts'
import { runnerFault } from '../errors.ts'
import { sealGateRun } from '../../gates/index.ts'
import type { RunBinding } from '../../gates/index.ts'
import type { RecordedOutcome, RunSink } from '../gate-run.ts'

/** Longest note and longest slot value, in UTF-16 code units. */
export const ANSWER_LENGTH_LIMIT = 10_000

export interface ManualAnswer {
  readonly plan: Plan
  readonly gate: string
  /** From 1; one more than the last answer's. */
  readonly attempt: number
  readonly answer: boolean
  readonly note: string
  /** Values by slot id. */
  readonly slots: Readonly<Record<string, string>>
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
  const atMs = given.clock.nowMs()
  const capture: Capture = {
    kind: 'manual',
    answer: given.answer,
    note: boundedText(given.note),
    slots: Object.fromEntries(
      Object.entries(given.slots).map(([id, value]) => [id, boundedText(value)]),
    ),
  }
  const facts = {
    gate,
    attempt: given.attempt,
    startedAtMs: atMs,
    finishedAtMs: atMs,
    capture,
    streams: [],
  }
  const sealed = await sealGateRun(given.binding, facts)
  await given.sink.intend(gate.id, given.attempt)
  return given.sink.record(gate.id, given.attempt, sealed.statement, sealed.blobs)
}

function boundedText(text: string): string {
  return text.slice(0, ANSWER_LENGTH_LIMIT).toWellFormed()
}
