// SQL of the check: the last test of a channel that arrived, and what became of its messages.
import type { SqlTx } from '../kernel/index.ts'

export interface ArrivalFigures {
  readonly lastTestState: string | null
  readonly lastArrivedAt: string | null
  readonly lastArrivedLevel: string | null
  readonly delivered: number
  readonly dead: number
  readonly failing: number
  readonly oldestPendingAt: string | null
}

export async function selectArrivalFigures(
  tx: SqlTx,
  tenantId: string,
  channelId: string,
  fromMs: number,
): Promise<ArrivalFigures> {
  const [row] = await tx.query<{
    tested_state: string | null
    arrived_at: string | null
    arrived_level: string | null
    delivered: number
    dead: number
    failing: number
    oldest_at: string | null
  }>(
    `select
       (select t.state from notification_message t where t.tenant_id = $1 and t.channel_id = $2::uuid and t.origin = 'test'
         order by t.created_at desc limit 1) as tested_state,
       (select a.ended_at from notification_message a where a.tenant_id = $1 and a.channel_id = $2::uuid
         and a.origin = 'test' and a.state = 'delivered' order by a.created_at desc limit 1) as arrived_at,
       (select l.proof ->> 'level' from notification_message l where l.tenant_id = $1 and l.channel_id = $2::uuid
         and l.origin = 'test' and l.state = 'delivered' order by l.created_at desc limit 1) as arrived_level,
       count(*) filter (where m.origin <> 'test' and m.state = 'delivered' and m.created_at >= $3) as delivered,
       count(*) filter (where m.origin <> 'test' and m.state = 'dead' and m.created_at >= $3) as dead,
       count(*) filter (where m.state = 'pending' and m.attempt > 0) as failing,
       min(m.created_at) filter (where m.state = 'pending') as oldest_at
     from notification_message m where m.tenant_id = $1 and m.channel_id = $2::uuid`,
    [tenantId, channelId, new Date(fromMs).toISOString()],
  )
  return {
    lastTestState: row!.tested_state,
    lastArrivedAt: row!.arrived_at,
    lastArrivedLevel: row!.arrived_level,
    delivered: row!.delivered,
    dead: row!.dead,
    failing: row!.failing,
    oldestPendingAt: row!.oldest_at,
  }
}
