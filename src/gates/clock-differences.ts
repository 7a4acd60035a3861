// Compares the time that runners give their results with the time at which those were recorded.
import type { SqlTx } from '../kernel/index.ts'

export interface ClockDifferences {
  readonly samples: number
  readonly aheadMs: number | null
  readonly behindMs: number | null
}

/** Over all results of one run; those of the control plane itself differ by nothing and hide nothing. */
export async function selectClockDifferences(
  tx: SqlTx,
  tenantId: string,
  runId: string,
): Promise<ClockDifferences> {
  const [row] = await tx.query<{
    samples: number
    ahead_ms: number | null
    behind_ms: number | null
  }>(
    `with difference as (
       select finished_at_ms - (extract(epoch from created_at) * 1000)::bigint as ahead_ms
       from gates_result where tenant_id = $1 and run_id = $2
     )
     select count(*)::int as samples, greatest(max(ahead_ms), 0)::bigint as ahead_ms,
       greatest(max(-ahead_ms), 0)::bigint as behind_ms
     from difference`,
    [tenantId, runId],
  )
  const samples = row?.samples ?? 0
  return samples === 0
    ? { samples, aheadMs: null, behindMs: null }
    : { samples, aheadMs: row?.ahead_ms ?? null, behindMs: row?.behind_ms ?? null }
}
