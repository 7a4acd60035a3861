// Data edges: parameters whose value another gate of the run produced; how it is taken, and when it is out of date.
import { isSecretName, MASK, passwordInUrl } from '../kernel/index.ts'
import { substituteParameters } from './admission.ts'
import type { Consumed, GateResult, Status } from './model.ts'
import { orderGates } from './plan.ts'
import type { Check, DataEdge, PlanGate } from './plan-model.ts'
import { shownText } from './shown-text.ts'
import { isSatisfied } from './status.ts'

/** Parameters that one gate may take from others at most. */
export const DATA_EDGE_LIMIT = 100

/** What a producer's counting result offers. */
export type Produced = Pick<GateResult, 'status' | 'statement' | 'slots' | 'toggles'>

export type Taking =
  | { readonly ok: true; readonly consumed: Consumed }
  /** Which value is not there and why, as a sentence. */
  | { readonly ok: false; readonly reason: string }

export function dataEdgesOf(gate: PlanGate): readonly (readonly [string, DataEdge])[] {
  return Object.entries(gate.consumes ?? {})
}

/** Gates that the gate takes values from, each once. */
export function producersOf(gate: PlanGate): readonly string[] {
  return [...new Set(dataEdgesOf(gate).map(([, edge]) => edge.gate))]
}

/** `build/image › digest` */
export function edgeText({ gate, slot }: DataEdge): string {
  return `${shownText(gate)} › ${shownText(slot)}`
}

/**
 * The values that the gate takes from the counting results of its producers, each with the statement it came from. Refused
 * unless every producer is satisfied and every value is there and may be handed on: no secret, no control character,
 * nothing that could turn into an option. A person's confirmation does not help: it was given before the value was known.
 */
export function takeValues(
  gate: PlanGate,
  producedBy: (gate: string) => Produced | undefined,
): Taking {
  const taken: [string, Consumed[string]][] = []
  for (const [name, edge] of dataEdgesOf(gate)) {
    const produced = producedBy(edge.gate)
    const value = produced === undefined ? undefined : valueIn(produced, edge.slot)
    const refuse = (problem: string): Taking => ({
      ok: false,
      reason: `takes ${name} from ${edgeText(edge)}, ${problem}`,
    })
    if (produced?.statement === undefined || value === undefined)
      return refuse('which has no value')
    if (!isSatisfied(produced.status)) return refuse(`and the gate is ${produced.status}`)
    const problem = valueProblem(gate, value)
    if (problem !== undefined) return refuse(problem)
    taken.push([name, { statement: produced.statement, value }])
  }
  return { ok: true, consumed: Object.fromEntries(taken) }
}

/** The values alone, by the parameter's name. */
export function consumedValues(consumed: Consumed): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(consumed).map(([name, { value }]) => [name, value]))
}

function valueIn({ slots, toggles }: Produced, id: string): string | undefined {
  if (Object.hasOwn(slots, id)) return slots[id]
  return Object.hasOwn(toggles, id) ? String(toggles[id]) : undefined
}

/** A value that cannot leave its place in a URL, a header or a query. */
const PLAIN_WORD = /^[A-Za-z0-9][A-Za-z0-9._:@=+-]*$/

function valueProblem({ check }: PlanGate, value: string): string | undefined {
  if (value.trim() === '') return 'which is empty'
  if (value.includes(MASK) || passwordInUrl(value) !== undefined)
    return 'which is a secret: hand it over with --secret'
  if (/\p{Cc}/u.test(value)) return 'which holds control characters'
  if (check.type !== 'command' && !PLAIN_WORD.test(value)) return 'which is not one plain word'
  return value.trimStart().startsWith('-')
    ? 'which begins with a hyphen and could turn into an option'
    : undefined
}

/**
 * Gates whose result rests on a value that does not count any more, with the reason: the producer has another result by
 * now, or is out of date itself. @param stale what is STALE for other reasons
 */
export function outdatedGates(
  gates: readonly PlanGate[],
  results: ReadonlyMap<string, GateResult>,
  stale: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, string> {
  const out = new Map<string, string>()
  if (!gates.some(({ consumes }) => consumes !== undefined)) return out
  const order = orderGates(gates)
  for (const gate of order.ok ? order.gates : []) {
    const result = results.get(gate.id)
    if (result?.statement === undefined) continue
    for (const [name, edge] of dataEdgesOf(gate)) {
      const taken = result.consumed?.[name]
      const reason =
        taken?.statement !== results.get(edge.gate)?.statement || taken === undefined
          ? `${name} is from an earlier attempt of ${edge.gate}`
          : stale.has(edge.gate) || out.has(edge.gate)
            ? `${name} is from ${edge.gate}, which is STALE`
            : undefined
      if (reason !== undefined && !out.has(gate.id)) out.set(gate.id, reason)
    }
  }
  return out
}

/** A result as it is shown: STALE where it rests on a value that does not count any more. */
export type CurrentResult = Omit<GateResult, 'status'> & { readonly status: Status }

export function currentResults(
  gates: readonly PlanGate[],
  results: readonly GateResult[],
): readonly CurrentResult[] {
  const outdated = outdatedGates(gates, new Map(results.map((each) => [each.gate, each])))
  return results.map((result) => {
    const reason = isSatisfied(result.status) ? outdated.get(result.gate) : undefined
    return reason === undefined ? result : { ...result, status: 'STALE', reason }
  })
}

/** Results that say that they took a value which the very result they name does not have. */
export function falseConsumers(
  gates: readonly PlanGate[],
  results: ReadonlyMap<string, GateResult>,
): readonly string[] {
  return gates.flatMap((gate) => {
    const consumed = results.get(gate.id)?.consumed ?? {}
    const edges = gate.consumes ?? {}
    const strange = Object.keys(consumed).find((name) => !Object.hasOwn(edges, name))
    if (strange !== undefined) return [`${gate.id} took ${strange}, which its plan does not say`]
    return dataEdgesOf(gate).flatMap(([name, edge]) => {
      const produced = results.get(edge.gate)
      const taken = consumed[name]
      if (taken === undefined || produced?.statement !== taken.statement) return []
      return valueIn(produced, edge.slot) === taken.value
        ? []
        : [`${gate.id} took another ${name} than ${edgeText(edge)} is`]
    })
  })
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/

/** Whether the parameter says which server is asked, which must not be what some other server answered. */
function steersConnection(check: Check, name: string): boolean {
  if (check.type === 'promql') return check.connection === name
  if (check.type !== 'http') return false
  const authority = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#]*/i.exec(check.url)?.[0] ?? ''
  return substituteParameters(authority, { [name]: '' }) !== authority
}

/** Why the data edges of a plan cannot be as written; undefined when they can. */
export function dataEdgeProblem(
  gate: PlanGate,
  byId: ReadonlyMap<string, PlanGate>,
): string | undefined {
  const edges = dataEdgesOf(gate)
  if (gate.consumes !== undefined && (edges.length === 0 || edges.length > DATA_EDGE_LIMIT))
    return `takes ${edges.length} values of other gates: expected 1 to ${DATA_EDGE_LIMIT}`
  for (const [name, edge] of edges) {
    const what = `takes ${shownText(name)} from ${edgeText(edge)}`
    const { check } = gate
    const isTaker = check.type === 'command' || check.type === 'http' || check.type === 'promql'
    if (!isTaker || gate.children !== undefined)
      return `${what}, and only a command, http or promql check takes values`
    if (!NAME.test(name)) return `${what}, which is no name of a parameter`
    if (steersConnection(check, name))
      return `${what}, and where a check connects to is never taken from an answer`
    if (!gate.parameters.includes(name)) return `${what}, which is none of its parameters`
    if (isSecretName(name) || isSecretName(edge.slot))
      return `${what}, which is a secret by its name: hand it over with --secret`
    const producer = byId.get(edge.gate)
    const has = (places: readonly { readonly id: string }[]): boolean =>
      places.some(({ id }) => id === edge.slot)
    if (producer === undefined) return `${what}, a gate that the plan does not have`
    if (producer.children !== undefined)
      return `${what}, which has no run of its own: name one of its gates`
    if (!has(producer.slots) && !has(producer.toggles))
      return `${what}, which is neither a slot nor a toggle of that gate`
  }
  return undefined
}
