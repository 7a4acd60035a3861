// What becomes of events in the outbox whose ledger entries were erased.
import type { SqlTx } from '../kernel/index.ts'
import type { DerivedPayloads } from '../ledger/index.ts'

/** Nothing is delivered any more, nor replayed, with a payload that is gone; what was delivered is the receiver's. */
export const webhookCopies: DerivedPayloads = { name: 'outbox of webhooks', forget: blankEvents }

async function blankEvents(tx: SqlTx, tenantId: string, seqs: readonly number[]): Promise<void> {
  await tx.query(
    `update webhook_event set body = jsonb_set(body::jsonb, '{data,payload}', 'null'::jsonb)::text
     where tenant_id = $1 and seq = any ($2::bigint[])`,
    [tenantId, seqs],
  )
}
