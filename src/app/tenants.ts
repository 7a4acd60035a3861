// Makes a tenant known with its first write, and the control plane known in it.
import type { Identity } from '../identity/index.ts'
import { keepSchedule } from '../job/index.ts'
import type { Signer, Sql } from '../kernel/index.ts'
import { DAILY_SEAL } from '../ledger/index.ts'
import { ensureTenant, systemClock } from '../platform/index.ts'

export function controlPlaneTenants(
  sql: Sql,
  identity: Identity,
  signer: Signer,
  { isServer }: { readonly isServer: boolean },
): (tenantId: string) => Promise<void> {
  return tenantOpener(sql, async (tenantId) => {
    const { id: createdBy } = await identity.register(tenantId, {
      kind: 'control-plane',
      displayName: 'control plane',
      roles: [],
      publicKey: signer.publicKey,
    })
    // Nothing runs jobs where nothing is served.
    if (isServer)
      await sql.transaction({ tenantId }, (tx) =>
        keepSchedule(tx, tenantId, { ...DAILY_SEAL, createdBy }, systemClock.nowMs()),
      )
  })
}

/** Makes a tenant on its first write; a tenant that was opened once is not looked up again. */
function tenantOpener(
  sql: Sql,
  register: (tenantId: string) => Promise<unknown>,
): (tenantId: string) => Promise<void> {
  const opened = new Set<string>()
  return async (tenantId) => {
    if (opened.has(tenantId)) return
    await ensureTenant(sql, tenantId, new Date(systemClock.nowMs()).toISOString())
    await register(tenantId)
    opened.add(tenantId)
  }
}
