// SQL that looks over every tenant: which endpoints have something to wait for, and who has old events.
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

/** Those that have events from before a moment, whether they have an endpoint or had one. */
export async function selectTenantsOfEvents(
  tx: SqlTx,
  beforeAt: string,
): Promise<readonly string[]> {
  const rows = await tx.query<{ tenant_id: string }>(
    'select distinct tenant_id from webhook_event where happened_at < $1',
    [beforeAt],
  )
  return rows.map(({ tenant_id }) => tenant_id)
}
