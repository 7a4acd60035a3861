// Hashes of a plan and of a gate's definition, and the order in which gates depend on each other.
import { canonicalBytes, contentDigest } from '../kernel/index.ts'
import type { ContentDigest, Digest } from '../kernel/index.ts'
import type { Plan, PlanGate } from './plan-model.ts'

/** SHA-256 of the canonical JSON (RFC 8785) of any JSON value. */
export function hashOfJson(digest: Digest, value: unknown): ContentDigest {
  return contentDigest(digest.sha256(canonicalBytes(value)))
}

/** SHA-256 of the plan's canonical JSON. */
export function planHashOf(digest: Digest, plan: Plan): ContentDigest {
  return hashOfJson(digest, plan)
}

/**
 * SHA-256 over everything that decides what the gate runs and how it is judged. Left out: title, section, phase, severity,
 * needs, exclusive, regenerate, unsound and source; changing those changes the plan hash but keeps evidence valid.
 */
export function definitionHashOf(digest: Digest, gate: PlanGate): ContentDigest {
  return hashOfJson(digest, {
    id: gate.id,
    check: gate.check,
    assertions: gate.assertions,
    effect: gate.effect,
    provenRead: gate.provenRead,
    parameters: gate.parameters,
    ...(gate.consumes === undefined ? {} : { consumes: gate.consumes }),
    holes: gate.holes,
    slots: gate.slots,
    toggles: gate.toggles,
    ...(gate.children === undefined ? {} : { children: gate.children }),
    timeoutMs: gate.timeoutMs,
    ...(gate.maxAgeMs === undefined ? {} : { maxAgeMs: gate.maxAgeMs }),
    retries: gate.retries,
    ...(gate.soak === undefined ? {} : { soak: gate.soak }),
  })
}

/** Gates that have to be satisfied before the gate runs, each once: those it needs and those it takes values from. */
export function needsOf({ needs, consumes }: PlanGate): readonly string[] {
  if (consumes === undefined) return needs
  return [...new Set([...needs, ...Object.values(consumes).map((edge) => edge.gate)])]
}

/** What a gate's status depends on: the gates it waits for, and its children when it rolls up. */
export function dependenciesOf(gate: PlanGate): readonly string[] {
  return [...needsOf(gate), ...(gate.children ?? [])]
}

/** The given gates and everything they roll up, at any depth. */
export function withDescendants(
  gates: readonly PlanGate[],
  ids: readonly string[],
): ReadonlySet<string> {
  const children = new Map(gates.map((gate) => [gate.id, gate.children ?? []]))
  const out = new Set<string>()
  const open = [...ids]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (out.has(id)) continue
    out.add(id)
    open.push(...(children.get(id) ?? []))
  }
  return out
}

export type GateOrder =
  | { readonly ok: true; readonly gates: readonly PlanGate[] }
  /** `path` starts and ends with the same gate. */
  | { readonly ok: false; readonly path: readonly string[] }

/**
 * A circle through the order of phases: gates of a phase wait for the required gates of the phases before it, so none of
 * those may need a later one. Such a plan can be read and settled, and no run of it could ever end well.
 * @returns the circle with phases named among the gates; undefined when there is none
 */
export function findPhaseCircle(gates: readonly PlanGate[]): readonly string[] | undefined {
  const phases = [...new Set(gates.flatMap(({ phase }) => (phase === undefined ? [] : [phase])))]
  const nameOf = (phase: string): string => `the phase ${JSON.stringify(phase)}`
  const barriers = phases.map((phase, at) => {
    const before = phases[at - 1]
    const required = gates.filter(
      (gate) =>
        before !== undefined &&
        gate.phase === before &&
        gate.severity === 'required' &&
        gate.children === undefined,
    )
    const needs = required.map(({ id }) => id)
    return { id: nameOf(phase), needs: before === undefined ? needs : [nameOf(before), ...needs] }
  })
  const nodes = gates.map((gate) => ({
    id: gate.id,
    needs: [
      ...dependenciesOf(gate),
      ...(gate.phase === undefined || gate.children !== undefined ? [] : [nameOf(gate.phase)]),
    ],
  }))
  const order = orderNodes([...nodes, ...barriers], ({ needs }) => needs)
  return order.ok ? undefined : order.path
}

/** Gates after everything they depend on, plan order among equals; or one circle. Unknown ids are ignored. */
export function orderGates(gates: readonly PlanGate[]): GateOrder {
  const order = orderNodes(gates, dependenciesOf)
  return order.ok ? { ok: true, gates: order.nodes } : order
}

type NodeOrder<T> =
  | { readonly ok: true; readonly nodes: readonly T[] }
  | { readonly ok: false; readonly path: readonly string[] }

function orderNodes<T extends { readonly id: string }>(
  gates: readonly T[],
  needsOf: (node: T) => readonly string[],
): NodeOrder<T> {
  const byId = new Map(gates.map((gate) => [gate.id, gate]))
  const done = new Set<string>()
  const out: T[] = []
  for (const root of gates) {
    // An explicit stack: a chain of ten thousand gates must not exhaust the engine's.
    const stack: { readonly gate: T; readonly rest: string[] }[] = []
    const onStack = new Set<string>()
    const open = (gate: T): void => {
      stack.push({ gate, rest: [...needsOf(gate)].reverse() })
      onStack.add(gate.id)
    }
    if (!done.has(root.id)) open(root)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.pop()
      const gate = next === undefined ? undefined : byId.get(next)
      if (gate !== undefined && onStack.has(gate.id)) {
        const path = stack.map((each) => each.gate.id)
        return { ok: false, path: [...path.slice(path.indexOf(gate.id)), gate.id] }
      }
      if (gate !== undefined && !done.has(gate.id)) open(gate)
      if (next !== undefined) continue
      stack.pop()
      onStack.delete(top.gate.id)
      done.add(top.gate.id)
      out.push(top.gate)
    }
  }
  return { ok: true, nodes: out }
}
