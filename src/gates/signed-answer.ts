// Door of gates for a browser: a person's signed answer to a manual gate, the same as at the command line.
import { parsePlan, planHashOf } from '../verdict/index.ts'
import type { Capture, PlanGate } from '../verdict/index.ts'
import { sealGateRun } from './gate-run-seal.ts'
import type { RunBinding, SealedGateRun } from './gate-run-seal.ts'

/** Longest note and longest slot value, in UTF-16 code units. */
export const ANSWER_LENGTH_LIMIT = 10_000

export interface GivenAnswer {
  /** From 1; one more than the last answer's. */
  readonly attempt: number
  readonly answer: boolean
  readonly note: string
  /** Values by slot id. */
  readonly slots: Readonly<Record<string, string>>
  readonly atMs: number
}

/** @param binding `runner.id` is the person's principal id and `signer` the person's key */
export function sealAnswer(
  binding: RunBinding,
  gate: PlanGate,
  { attempt, answer, note, slots, atMs }: GivenAnswer,
): Promise<SealedGateRun> {
  const capture: Capture = {
    kind: 'manual',
    answer,
    note: boundedText(note),
    slots: Object.fromEntries(Object.entries(slots).map(([id, value]) => [id, boundedText(value)])),
  }
  const times = { startedAtMs: atMs, finishedAtMs: atMs }
  return sealGateRun(binding, { gate, attempt, ...times, capture, streams: [] })
}

/**
 * The gate as the pinned plan has it, for whoever was told the plan by a server and shown the gate by its other answer; undefined when
 * the plan with what was shown is not the pinned one, or has no such gate.
 * @throws VERDICT_PLAN_SHAPE_REFUSED and what else `parsePlan` throws
 */
export function pinnedGate(
  { digest, planHash }: Pick<RunBinding, 'digest' | 'planHash'>,
  told: { readonly gates: readonly { readonly id: string }[] },
  shown: { readonly id: string },
): PlanGate | undefined {
  const gates = told.gates.map((gate) => (gate.id === shown.id ? shown : gate))
  const plan = parsePlan({ ...told, gates })
  if (planHashOf(digest, plan) !== planHash) return undefined
  return plan.gates.find(({ id }) => id === shown.id)
}

function boundedText(text: string): string {
  return text.slice(0, ANSWER_LENGTH_LIMIT).toWellFormed()
}
