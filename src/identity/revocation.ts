// Ends a signing key for ever, in the transaction of its caller, who has its row locked.
import type { Clock, SqlTx } from '../kernel/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { RegisteredPrincipal } from './model.ts'
import { updateRevocation } from './store.ts'

export interface RevocationWords {
  /** Who ends it. */
  readonly actor: string
  readonly reason: string
}

export async function revokeInTx(
  { clock, ledger }: { readonly clock: Clock; readonly ledger: Ledger },
  tx: SqlTx,
  tenantId: string,
  key: RegisteredPrincipal,
  { actor, reason }: RevocationWords,
): Promise<RegisteredPrincipal> {
  // Read after the lock: everything recorded under the key bears an earlier time.
  const at = new Date(clock.nowMs()).toISOString()
  await updateRevocation(tx, tenantId, key.id, { at, by: actor, reason })
  await ledger.appendInTx(tx, tenantId, [
    {
      type: 'principal.revoked',
      actor,
      subject: key.id,
      payload: { keyId: key.keyId, kind: key.kind, principal: key.id, reason },
      refs: [],
    },
  ])
  return { ...key, revokedAt: at }
}
