// Figures of webhooks over all tenants, for whoever watches the deployment.
import type { Sql } from '../kernel/index.ts'

export interface WebhookFigures {
  /** Not arrived yet, and given up. */
  readonly pending: number
  readonly dead: number
  /** Endpoints that rest after failures, and those that are disabled. */
  readonly resting: number
  readonly disabled: number
}

/** @param nowMs what rests until later than this rests */
export async function countWebhooks(sql: Sql, nowMs: number): Promise<WebhookFigures> {
  const [row] = await sql.transaction('system', (tx) =>
    tx.query<{ pending: number; dead: number; resting: number; disabled: number }>(
      `select (select count(*) from webhook_delivery where state = 'pending') as pending,
         (select count(*) from webhook_delivery where state = 'dead') as dead,
         (select count(*) from webhook_endpoint where is_enabled and is_resting and rests_until > $1) as resting,
         (select count(*) from webhook_endpoint where not is_enabled) as disabled`,
      [new Date(nowMs).toISOString()],
    ),
  )
  return row!
}
