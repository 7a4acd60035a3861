// What earlier attempts of a gate came to: a gate that holds only after others did not says so wherever it is shown.
import type { SqlTx } from '../kernel/index.ts'
import type { GateResult, Judgement } from '../verdict/index.ts'

/** Earlier attempts told in a reason; the rest is counted. */
const TOLD_LIMIT = 3
/** Longest reason of an earlier attempt within that of the last one, in characters. */
const REASON_LIMIT_CHARACTERS = 160

export interface EarlierAttempt {
  readonly attempt: number
  readonly status: string
  readonly reason: string
}

/** Recorded attempts before the last one, in order, by gate; gates with a single attempt are left out. */
export async function selectEarlierAttempts(
  tx: SqlTx,
  tenantId: string,
  runId: string,
): Promise<ReadonlyMap<string, readonly EarlierAttempt[]>> {
  const rows = await tx.query<{
    gate_id: string
    attempt: number
    status: string
    judgement: string
  }>(
    `select gate_id, attempt, status, judgement from gates_result result
     where tenant_id = $1 and run_id = $2 and exists (
       select from gates_result later where later.tenant_id = $1 and later.run_id = $2
         and later.gate_id = result.gate_id and later.attempt > result.attempt
     ) order by gate_id, attempt`,
    [tenantId, runId],
  )
  const earlier = new Map<string, EarlierAttempt[]>()
  for (const { gate_id: gate, attempt, status, judgement } of rows) {
    const { reason } = JSON.parse(judgement) as Judgement
    earlier.set(gate, [...(earlier.get(gate) ?? []), { attempt, status, reason }])
  }
  return earlier
}

/** The result with a reason that tells what came before it. */
export function tellEarlier(
  result: GateResult,
  attempt: number,
  earlier: readonly EarlierAttempt[],
): GateResult {
  if (earlier.length === 0) return result
  const counts = new Map<string, number>()
  for (const { status, reason } of earlier) {
    const text = `${status}: ${reason.slice(0, REASON_LIMIT_CHARACTERS).toWellFormed()}`
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  const told = [...counts]
    .slice(0, TOLD_LIMIT)
    .map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`))
  const more = counts.size > TOLD_LIMIT ? `; and ${counts.size - TOLD_LIMIT} more` : ''
  return {
    ...result,
    reason: `${result.reason}; on attempt ${attempt}, after ${told.join('; ')}${more}`,
  }
}
