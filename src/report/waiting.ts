// How long a release waited for people and how long its gates ran, from the ledger's times alone.
import type { Plan } from '../verdict/index.ts'
import type { RecordedFact } from './model.ts'
import { countMemberOf, textMemberOf } from './payload.ts'

/** One wait: from when somebody could act until they did. */
export interface HumanWait {
  readonly what: 'plan review' | 'answer' | 'sign-off' | 'rejection'
  /** Role, gate title or `plan`. */
  readonly on: string
  readonly actor: string
  readonly sinceMs: number
  readonly untilMs: number
}

export interface GateTiming {
  readonly gate: string
  readonly attempt: number
  readonly durationMs: number
}

/**
 * Waits in the ledger's order. A plan review waits from the plan; an answer from the start of its run; a sign-off from
 * the last thing that changed what is signed: the newest result of its run, else the start of the run.
 */
export function humanWaits(facts: readonly RecordedFact[], plan: Plan): readonly HumanWait[] {
  const titles = new Map(plan.gates.map((gate) => [gate.id, gate.title]))
  const manual = new Set(
    plan.gates.flatMap(({ id, check }) => (check.type === 'manual' ? [id] : [])),
  )
  const readyMs = new Map<string, number>()
  const startedMs = new Map<string, number>()
  const waits: HumanWait[] = []
  let planMs: number | undefined
  for (const fact of facts) {
    const run = textMemberOf(fact, 'run')
    const wait = (what: HumanWait['what'], on: string, sinceMs: number | undefined): void => {
      if (sinceMs !== undefined)
        waits.push({ what, on, actor: fact.actor, sinceMs, untilMs: fact.atMs })
    }
    if (fact.type === 'plan.recorded') planMs = fact.atMs
    if (fact.type === 'plan.reviewed') wait('plan review', 'plan', planMs)
    if (run === undefined) continue
    if (fact.type === 'run.started') startedMs.set(run, fact.atMs)
    if (fact.type === 'run.started' || fact.type === 'gate.recorded') readyMs.set(run, fact.atMs)
    const gate = textMemberOf(fact, 'gate')
    if (fact.type === 'gate.recorded' && gate !== undefined && manual.has(gate))
      wait('answer', titles.get(gate) ?? gate, startedMs.get(run))
    if (fact.type === 'sign-off.recorded') {
      const what = textMemberOf(fact, 'decision') === 'REJECT' ? 'rejection' : 'sign-off'
      wait(what, textMemberOf(fact, 'role') ?? 'role not disclosed', readyMs.get(run))
    }
  }
  return waits
}

/** Every attempt that was announced and recorded, in the order they ended. */
export function gateTimings(facts: readonly RecordedFact[]): readonly GateTiming[] {
  const begun = new Map<string, number>()
  const out: GateTiming[] = []
  for (const fact of facts) {
    const gate = textMemberOf(fact, 'gate')
    const attempt = countMemberOf(fact, 'attempt')
    if (gate === undefined || attempt === undefined) continue
    const key = JSON.stringify([textMemberOf(fact, 'run'), gate, attempt])
    if (fact.type === 'gate.intended') begun.set(key, fact.atMs)
    const beganMs = begun.get(key)
    if (fact.type === 'gate.recorded' && beganMs !== undefined)
      out.push({ gate, attempt, durationMs: fact.atMs - beganMs })
  }
  return out
}
