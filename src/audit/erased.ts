// What becomes of lines of the audit log whose ledger entries were erased.
import type { SqlTx } from '../kernel/index.ts'
import type { DerivedPayloads } from '../ledger/index.ts'

/** The line keeps its place, its actor and its result, which the ledger's leaf says as well; everything else is gone. */
export const auditCopies: DerivedPayloads = { name: 'audit log', forget: blankEntries }

async function blankEntries(
  tx: SqlTx,
  tenantId: string,
  seqs: readonly number[],
  by: number | null,
): Promise<void> {
  await tx.query(
    `update audit_entry set action = 'erased', resource = $3,
       record = json_build_object('action', 'erased', 'resource', $3::text, 'result', result, 'status', null, 'code', null,
         'requestId', '', 'credential', null, 'parameters', '', 'fields', json_build_object(), 'peer', null, 'counts', null)::text
     where tenant_id = $1 and seq = any ($2::bigint[])`,
    [tenantId, seqs, by === null ? 'erased' : `erased (attested by seq ${by})`],
  )
}
