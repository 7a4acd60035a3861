// SQL of epochs: the logs that a tenant had, the end of one and the beginning of the next. Runs as the owner.
import type { SqlTx } from '../../kernel/index.ts'
import type { StoredLog } from '../store.ts'

export interface EpochLog extends StoredLog {
  readonly epoch: number
  readonly state: 'open' | 'archived' | 'sealed'
  /** As it is stored. */
  readonly frontier: Uint8Array
}

/** Every log of the tenant, oldest first. */
export async function selectEpochs(tx: SqlTx, tenantId: string): Promise<EpochLog[]> {
  const rows = await tx.query<{
    log_id: number
    origin: string
    epoch: number
    state: EpochLog['state']
    genesis: Uint8Array
    size: number
    frontier: Uint8Array
  }>(
    `select l.log_id, l.origin, l.epoch, l.state, l.genesis, h.size, h.frontier
     from ledger_log l join ledger_head h on h.log_id = l.log_id where l.tenant_id = $1 order by l.epoch`,
    [tenantId],
  )
  return rows.map(({ log_id: logId, ...row }) => ({ logId, ...row }))
}

/** Nothing happens to a log that is not there. */
export async function sealLog(tx: SqlTx, tenantId: string, origin: string): Promise<void> {
  await tx.query(`update ledger_log set state = 'sealed' where tenant_id = $1 and origin = $2`, [
    tenantId,
    origin,
  ])
}

/** @param genesis what `prev` of entry 0 will hold */
export async function insertEpoch(
  tx: SqlTx,
  tenantId: string,
  next: { readonly origin: string; readonly epoch: number },
  genesis: Uint8Array,
): Promise<void> {
  await tx.query(
    `with made as (
       insert into ledger_log (tenant_id, origin, epoch, genesis) values ($1, $2, $3, $4) returning log_id
     )
     insert into ledger_head (log_id, size, latest, frontier) select log_id, 0, $4, ''::bytea from made`,
    [tenantId, next.origin, next.epoch, genesis],
  )
}
