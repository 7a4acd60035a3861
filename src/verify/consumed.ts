// Whether gates that take values from others ran with exactly what those produced.
import { canonicalize } from '../kernel/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import { statementPath } from '../proof/index.ts'
import { dataEdgesOf, takeValues } from '../verdict/index.ts'
import type { DataEdge, PlanGate, RecordedGate } from '../verdict/index.ts'
import type { ProvenGateRun } from './attempts.ts'
import type { BundleContents } from './contents.ts'
import { quoteName } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import type { ProvenStatement } from './statements.ts'

/**
 * A value from the counting result of its producer is compared with what that result's evidence shows. One from an earlier
 * attempt has to name that attempt; then the decision has the gate STALE, and what the value was proves nothing.
 */
export function inspectConsumed(
  inspection: Inspection,
  { plan }: BundleContents,
  statements: readonly ProvenStatement[],
  last: ReadonlyMap<string, ProvenGateRun>,
  recorded: ReadonlyMap<string, RecordedGate>,
): void {
  const byId = new Map(statements.map((statement) => [statement.id, statement]))
  for (const gate of plan.gates) {
    const run = last.get(gate.id)
    if (run === undefined) continue
    const problem = problemOf(gate, run, byId, recorded)
    if (problem === undefined) continue
    inspection.find(
      'VERIFY_CONSUMED_DIFFERS',
      `${quoteName(gate.id)} ${problem}`,
      statementPath(run.id),
    )
  }
}

function problemOf(
  gate: PlanGate,
  { predicate }: ProvenGateRun,
  byId: ReadonlyMap<ContentDigest, ProvenStatement>,
  recorded: ReadonlyMap<string, RecordedGate>,
): string | undefined {
  const consumed = predicate.consumed ?? {}
  const edges = dataEdgesOf(gate)
  const names = edges.map(([name]) => name)
  if (canonicalize(Object.keys(consumed).sort()) !== canonicalize(names.sort()))
    return `expected to have taken ${names.join(', ') || 'nothing'} from other gates, and it does not say so`
  const current = new Map<string, DataEdge>()
  for (const [name, edge] of edges) {
    const source = consumed[name]?.statement
    const producer = source === undefined ? undefined : byId.get(source)
    const isItsOwn =
      producer?.kind === 'gate-run' &&
      producer.predicate.gate === edge.gate &&
      producer.predicate.run === predicate.run
    if (!isItsOwn)
      return `took ${name} from something else than an attempt of ${quoteName(edge.gate)}`
    if (recorded.get(edge.gate)?.statement === source) current.set(name, edge)
  }
  if (current.size === 0) return undefined
  const taking = takeValues({ ...gate, consumes: Object.fromEntries(current) }, (id) => {
    const record = recorded.get(id)
    return (
      record && {
        ...record.judgement,
        ...(record.statement === undefined ? {} : { statement: record.statement }),
      }
    )
  })
  if (!taking.ok) return taking.reason
  const wrong = [...current.keys()].find(
    (name) => taking.consumed[name]?.value !== consumed[name]?.value,
  )
  return wrong === undefined ? undefined : `ran with another ${wrong} than its producer shows`
}
