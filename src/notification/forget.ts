// Forgets what nobody asks for any more: messages that ended long ago, and the gates of runs that never did.
import { UUID_CHANCE_BYTES, uuidV7 } from '../kernel/index.ts'
import type { Clock, Sql, SqlTx } from '../kernel/index.ts'
import { deleteEndedMessages } from './message-store.ts'
import { deleteOldGates } from './rule-store.ts'

const MS_PER_DAY = 24 * 3_600_000
/** The receipt in the ledger stays. Until then the same content is not sent a second time. */
const MESSAGE_KEPT_MS = 90 * MS_PER_DAY
const GATE_KEPT_MS = 30 * MS_PER_DAY
/** Rules wait while old things are forgotten: what is left after this time waits for the next hour. */
const FORGET_TIME_LIMIT_MS = 30_000

export interface ForgetPorts {
  readonly sql: Sql
  readonly clock: Pick<Clock, 'nowMs' | 'monotonicMs'>
}

export async function forgetOld({ sql, clock }: ForgetPorts): Promise<void> {
  const nowMs = clock.nowMs()
  const beforeAt = new Date(nowMs - MESSAGE_KEPT_MS).toISOString()
  const beforeId = uuidV7(nowMs - GATE_KEPT_MS, new Uint8Array(UUID_CHANCE_BYTES))
  const untilMs = clock.monotonicMs() + FORGET_TIME_LIMIT_MS
  for (const tenantId of await sql.transaction('system', selectTenantsOfGates))
    await sql.transaction({ tenantId }, (tx) => deleteOldGates(tx, tenantId, beforeId))
  let owed = await sql.transaction('system', (tx) => selectTenantsOfMessages(tx, beforeAt))
  while (owed.length > 0 && clock.monotonicMs() < untilMs) {
    // By turns, so that the one that has most keeps nobody from theirs.
    const more: string[] = []
    for (const tenantId of owed)
      if (await sql.transaction({ tenantId }, (tx) => deleteEndedMessages(tx, tenantId, beforeAt)))
        more.push(tenantId)
    owed = more
  }
}

interface TenantRow {
  readonly tenant_id: string
}

async function selectTenantsOfGates(tx: SqlTx): Promise<readonly string[]> {
  const rows = await tx.query<TenantRow>('select distinct tenant_id from notification_gate')
  return rows.map(({ tenant_id }) => tenant_id)
}

async function selectTenantsOfMessages(tx: SqlTx, beforeAt: string): Promise<readonly string[]> {
  const rows = await tx.query<TenantRow>(
    `select distinct tenant_id from notification_message where state <> 'pending' and ended_at < $1`,
    [beforeAt],
  )
  return rows.map(({ tenant_id }) => tenant_id)
}
