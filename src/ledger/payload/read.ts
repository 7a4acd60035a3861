// Reads one entry's payload where it is stored.
import type { SqlTx } from '../../kernel/index.ts'
import { selectPayload } from '../reader-store.ts'
import type { PayloadKeys } from './keys.ts'
import type { PlainPayload } from './sealed.ts'
import { openStored, plainOf } from './stored.ts'

/** Undefined when there is none, or it was erased. @throws LEDGER_ENTRY_UNREADABLE, LEDGER_KEY_UNREADABLE */
export async function readPayload(
  keys: PayloadKeys,
  tx: SqlTx,
  log: { readonly tenantId: string; readonly logId: number; readonly origin: string },
  seq: number,
): Promise<PlainPayload | undefined> {
  const row = await selectPayload(tx, log.logId, seq)
  if (row === undefined) return undefined
  const [stored] = await openStored(keys, tx, log.tenantId, log.origin, [{ seq, ...row }])
  return plainOf(stored, seq)
}
