// Which gates a call is about: all, those that --only names, or those from a place on; pure.
import { nearestName } from '../kernel/index.ts'
import type { Plan, PlanGate } from '../verdict/index.ts'
import { needsOf, withDescendants } from '../verdict/index.ts'
import { runnerFault } from './errors.ts'

export interface GateWish {
  /** Ids, or patterns with `*` for any characters. */
  readonly only: readonly string[]
  /** A gate id or the name of a phase. */
  readonly from?: string | undefined
}

export interface GateChoice {
  /** Gates with a run of their own that were asked for, in plan order. */
  readonly named: readonly string[]
  /** Those and what they need, directly or not, in plan order; absent when the call is about the whole plan. */
  readonly gates?: readonly string[]
}

/**
 * The gates of the plan that a call is about. What a chosen gate needs is chosen with it: a result that is there already
 * is kept, so nothing runs twice for it.
 * @throws RUNNER_GATE_UNKNOWN with what was probably meant, RUNNER_OPTION_REFUSED for both kinds of wish at once
 */
export function chooseGates(plan: Plan, wish: GateWish): GateChoice {
  if (wish.only.length > 0 && wish.from !== undefined)
    throw runnerFault('RUNNER_OPTION_REFUSED', 'expected --only or --from, got both')
  if (wish.only.length === 0 && wish.from === undefined)
    return { named: runnableIds(plan.gates, () => true) }
  const wanted =
    wish.from === undefined
      ? wish.only.flatMap((text) => matchingIds(plan, text))
      : idsFrom(plan, wish.from)
  const named = withDescendants(plan.gates, wanted)
  const closed = withNeeds(plan, named)
  return {
    named: runnableIds(plan.gates, (id) => named.has(id)),
    gates: runnableIds(plan.gates, (id) => closed.has(id)),
  }
}

function runnableIds(gates: readonly PlanGate[], test: (id: string) => boolean): readonly string[] {
  return gates.filter((gate) => gate.children === undefined && test(gate.id)).map(({ id }) => id)
}

function matchingIds(plan: Plan, text: string): readonly string[] {
  const ids = plan.gates.map((gate) => gate.id)
  const found = text.includes('*')
    ? ids.filter((id) => matchesWildcard(id, text))
    : ids.filter((id) => id === text)
  if (found.length > 0) return found
  throw unknownGate(plan, text, 'a gate')
}

function idsFrom(plan: Plan, text: string): readonly string[] {
  const at = plan.gates.findIndex((gate) => gate.id === text)
  if (at !== -1) return plan.gates.slice(at).map((gate) => gate.id)
  const phases = phaseNames(plan)
  const rank = phases.indexOf(text)
  if (rank === -1) throw unknownGate(plan, text, 'a gate or a phase')
  const later = new Set(phases.slice(rank))
  return plan.gates
    .filter((gate) => gate.phase !== undefined && later.has(gate.phase))
    .map((gate) => gate.id)
}

/** Phases in the order in which the plan names them first. */
export function phaseNames(plan: Plan): readonly string[] {
  return [...new Set(plan.gates.flatMap(({ phase }) => (phase === undefined ? [] : [phase])))]
}

function withNeeds(plan: Plan, ids: ReadonlySet<string>): ReadonlySet<string> {
  const byId = new Map(plan.gates.map((gate) => [gate.id, gate]))
  const out = new Set<string>()
  const open = [...ids]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (out.has(id)) continue
    out.add(id)
    const gate = byId.get(id)
    if (gate !== undefined) open.push(...needsOf(gate), ...(gate.children ?? []))
  }
  return out
}

/** `*` stands for any characters; linear in the id for each star, so that no pattern is slow. */
function matchesWildcard(id: string, pattern: string): boolean {
  const parts = pattern.split('*')
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (!id.startsWith(first) || id.length < first.length + last.length) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = id.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return id.length - last.length >= at && id.endsWith(last)
}

const SHOWN_LENGTH = 200

function unknownGate(plan: Plan, text: string, what: string): Error {
  const known = [...plan.gates.map((gate) => gate.id), ...phaseNames(plan)]
  // A person types the end of an id, or a part of it, more often than all of it.
  const likely = nearestName(text, known) ?? known.find((id) => text !== '' && id.includes(text))
  const meant = likely === undefined ? '' : `; did you mean ${JSON.stringify(likely)}?`
  return runnerFault(
    'RUNNER_GATE_UNKNOWN',
    `expected ${what} of the plan, got ${JSON.stringify(text.slice(0, SHOWN_LENGTH))}${meant}`,
    likely === undefined ? {} : { details: { meant: likely } },
  )
}
