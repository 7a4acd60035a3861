// Whether an attempt ran with the values that recorded results of its producers hold.
import { canonicalize } from '../kernel/index.ts'
import type { GateRunPredicate } from '../proof/index.ts'
import { takeValues } from '../verdict/index.ts'
import type { PlanGate } from '../verdict/index.ts'
import type { RunContext } from './run-model.ts'
import { selectResultsOf } from './store.ts'

/** What is wrong with the values that the statement names; undefined when they are the producers'. */
export async function consumedProblem(
  { ports }: RunContext,
  tenantId: string,
  gate: PlanGate,
  { run, consumed }: GateRunPredicate,
): Promise<string | undefined> {
  if (gate.consumes === undefined)
    return consumed === undefined
      ? undefined
      : `expected an attempt of ${gate.id} that took nothing from other gates`
  const statements = Object.values(consumed ?? {}).map(({ statement }) => statement)
  const results = await ports.sql.transaction({ tenantId }, (tx) =>
    selectResultsOf(tx, tenantId, run, statements),
  )
  const taking = takeValues(gate, (id) => {
    const result = results.find((each) => each.gate === id)
    return result && { ...result.judgement, statement: result.statement }
  })
  if (!taking.ok) return `expected the values that ${gate.id} takes, and it ${taking.reason}`
  return canonicalize(taking.consumed) === canonicalize(consumed ?? {})
    ? undefined
    : `expected ${gate.id} to have run with the values that its producers' results hold`
}
