// Figures of messages and channels over all tenants, for whoever watches the deployment.
import type { Sql } from '../kernel/index.ts'

export interface NotificationFigures {
  /** Not arrived yet, and given up. */
  readonly pending: number
  readonly dead: number
  /** Channels that rest after failures, and those that are disabled. */
  readonly resting: number
  readonly disabled: number
  /** How long the oldest message has waited that did not arrive yet, in milliseconds; 0 without any. */
  readonly oldestPendingMs: number
}

/** @param nowMs what rests until later than this rests */
export async function countNotifications(sql: Sql, nowMs: number): Promise<NotificationFigures> {
  const [row] = await sql.transaction('system', (tx) =>
    tx.query<{
      pending: number
      oldest_at: string | null
      dead: number
      resting: number
      disabled: number
    }>(
      `select waits.pending, waits.oldest_at,
         (select count(*) from notification_message where state = 'dead') as dead,
         (select count(*) from notification_channel where is_enabled and is_resting and rests_until > $1) as resting,
         (select count(*) from notification_channel where not is_enabled) as disabled
       from (select count(*) as pending, min(created_at) as oldest_at from notification_message where state = 'pending') waits`,
      [new Date(nowMs).toISOString()],
    ),
  )
  const { oldest_at: oldestAt, ...counts } = row!
  const oldestPendingMs = oldestAt === null ? 0 : Math.max(0, nowMs - Date.parse(oldestAt))
  return { ...counts, oldestPendingMs }
}
