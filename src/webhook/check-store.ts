// SQL of the check: figures of the deliveries of a tenant.
import type { SqlTx } from '../kernel/index.ts'

export interface DeliveryFigures {
  readonly endpoints: number
  readonly resting: number
  readonly deliveries: number
  readonly delivered: number
  readonly dead: number
  /** Tried, and not arrived yet. */
  readonly failing: number
  readonly firstAttemptP95Ms: number | null
  readonly oldestPendingMs: number
}

export async function selectDeliveryFigures(
  tx: SqlTx,
  tenantId: string,
  fromMs: number,
  nowMs: number,
): Promise<DeliveryFigures> {
  const at = (ms: number): string => new Date(ms).toISOString()
  const [endpoints] = await tx.query<{ enabled: number; resting: number }>(
    `select count(*) filter (where is_enabled) as enabled,
       count(*) filter (where is_enabled and is_resting and rests_until > $2) as resting
     from webhook_endpoint where tenant_id = $1`,
    [tenantId, at(nowMs)],
  )
  const [row] = await tx.query<{
    deliveries: number
    delivered: number
    dead: number
    failing: number
    p95: number | null
  }>(
    `select count(*) as deliveries, count(*) filter (where d.state = 'delivered') as delivered,
       count(*) filter (where d.state = 'dead') as dead,
       count(*) filter (where d.state = 'pending' and d.attempt > 0) as failing,
       percentile_disc(0.95) within group
         (order by (extract(epoch from d.first_attempt_at - e.happened_at) * 1000)::float8) as p95
     from webhook_delivery d join webhook_event e on e.tenant_id = d.tenant_id and e.event_id = d.event_id
     where d.tenant_id = $1 and d.created_at >= $2`,
    [tenantId, at(fromMs)],
  )
  const [waiting] = await tx.query<{ oldest: string | null }>(
    `select min(created_at) as oldest from webhook_delivery
     where tenant_id = $1 and state = 'pending' and attempt = 0`,
    [tenantId],
  )
  const oldest = waiting?.oldest ?? undefined
  return {
    endpoints: endpoints!.enabled,
    resting: endpoints!.resting,
    deliveries: row!.deliveries,
    delivered: row!.delivered,
    dead: row!.dead,
    failing: row!.failing,
    firstAttemptP95Ms: row!.p95 === null ? null : Math.round(row!.p95),
    oldestPendingMs: oldest === undefined ? 0 : Math.max(0, nowMs - Date.parse(oldest)),
  }
}
