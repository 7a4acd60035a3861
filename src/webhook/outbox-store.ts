// SQL that looks over every tenant: which endpoints have something to wait for.
import type { SqlTx } from '../kernel/index.ts'

export async function selectPendingEndpoints(
  tx: SqlTx,
): Promise<readonly { readonly tenantId: string; readonly endpointId: string }[]> {
  const rows = await tx.query<{ tenant_id: string; endpoint_id: string }>(
    `select p.tenant_id, p.endpoint_id from webhook_endpoint p where exists (
       select from webhook_delivery d where d.tenant_id = p.tenant_id and d.endpoint_id = p.endpoint_id
         and d.state = 'pending')`,
  )
  return rows.map(({ tenant_id: tenantId, endpoint_id: endpointId }) => ({ tenantId, endpointId }))
}

export async function selectTenants(tx: SqlTx): Promise<readonly string[]> {
  const rows = await tx.query<{ tenant_id: string }>(
    'select distinct tenant_id from webhook_endpoint',
  )
  return rows.map(({ tenant_id }) => tenant_id)
}
