// Opens the rows that payloads are stored in, in whichever state each of them is.
import { SeaworthyError } from '../../kernel/index.ts'
import type { SqlTx } from '../../kernel/index.ts'
import { ledgerFault } from '../errors.ts'
import type { PayloadKeys } from './keys.ts'
import type { PlainPayload } from './sealed.ts'
import { openPayload } from './sealed.ts'

/** Columns that a reader of payloads selects from `ledger_payload p`. */
export const PAYLOAD_COLUMNS = 'p.salt, p.payload, p.sealed, p.dek_id, p.erased_log, p.erased_seq'

/** A row as it is stored; all null where there is none. */
export interface PayloadRow {
  readonly salt: Uint8Array | null
  /** In clear, from before payloads were sealed. */
  readonly payload: string | null
  readonly sealed: Uint8Array | null
  readonly dek_id: number | null
  /** Where the entry stands that attests the erasure. */
  readonly erased_log: number | null
  readonly erased_seq: number | null
}

export type StoredPayload =
  | ({ readonly state: 'there' } & PlainPayload)
  /** Says which entry attests that it was erased; whether that is so is judged elsewhere. */
  | { readonly state: 'erased'; readonly by: { readonly logId: number; readonly seq: number } }
  /** Neither in clear nor sealed, or its key was destroyed. */
  | { readonly state: 'gone' }
  /** Not as it was sealed, moved here from another entry, or in two of these states at once. */
  | { readonly state: 'broken' }

/** Of each row in order. @throws LEDGER_KEY_UNREADABLE when the installation's key is another one */
export async function openStored(
  keys: PayloadKeys,
  tx: SqlTx,
  tenantId: string,
  origin: string,
  rows: readonly (PayloadRow & { readonly seq: number })[],
): Promise<readonly StoredPayload[]> {
  const dekIds = rows.flatMap(({ sealed, dek_id: dekId }) =>
    sealed === null || dekId === null ? [] : [dekId],
  )
  const seals = await keys.openSeals(tx, tenantId, dekIds)
  return rows.map(({ seq, salt, payload, sealed, dek_id: dekId, ...row }) => {
    const { erased_log: logId, erased_seq: bySeq } = row
    const isClear = salt !== null || payload !== null
    const isErased = logId !== null || bySeq !== null
    // The house writes one of the three; of a row that says two of them, neither is believed.
    if (Number(isClear) + Number(isErased) + Number(sealed !== null) > 1) return { state: 'broken' }
    if (salt !== null && payload !== null) return { state: 'there', salt, payload }
    if (logId !== null && bySeq !== null) return { state: 'erased', by: { logId, seq: bySeq } }
    const seal = dekId === null ? undefined : seals.get(dekId)
    if (sealed === null || seal === undefined) return { state: 'gone' }
    try {
      return { state: 'there', ...openPayload(seal, origin, seq, sealed) }
    } catch (error) {
      if (!(error instanceof SeaworthyError)) throw error
      return { state: 'broken' }
    }
  })
}

/** For readers of one entry: undefined when it is gone. @throws LEDGER_ENTRY_UNREADABLE when it is broken */
export function plainOf(stored: StoredPayload | undefined, seq: number): PlainPayload | undefined {
  if (stored === undefined || stored.state === 'gone' || stored.state === 'erased') return undefined
  if (stored.state === 'broken')
    throw ledgerFault(
      'LEDGER_ENTRY_UNREADABLE',
      `entry ${seq}: its payload is not as it was sealed`,
    )
  return stored
}
