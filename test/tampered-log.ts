// A log with everything that a log can hold, and what is said of it while its database's owner has changed something.
import assert from 'node:assert/strict'
import { makeLedger } from '../src/ledger/index.ts'
import type { LogVerdict } from '../src/ledger/index.ts'
import { namedFacts, openTestLedger } from './ledger.ts'
import type { TestLedger } from './ledger.ts'
import { TAMPERED_SIZE } from './tampering.ts'
import type { Tampering } from './tampering.ts'

export const LEDGER_TABLES = [
  'ledger_entry',
  'ledger_head',
  'ledger_tile',
  'ledger_checkpoint',
  'ledger_daily',
  'ledger_log',
  'ledger_idem',
  'ledger_payload',
  'ledger_subject',
]

/** Thrown so that a transaction leaves nothing behind. */
export class Undo extends Error {}

export interface TamperedLog extends TestLedger {
  readonly logId: number
}

/** A log of `size` entries with a checkpoint at two thirds of them and a sealed day at the end. */
export async function openTampered(size = TAMPERED_SIZE): Promise<TamperedLog> {
  const opened = await openTestLedger()
  const { ledger, sql, tenantId, clock } = opened
  await ledger.append(tenantId, namedFacts(Math.floor((size * 2) / 3)))
  await ledger.checkpoint(tenantId)
  clock.advance(86_400_000)
  await ledger.append(tenantId, namedFacts(size - Math.floor((size * 2) / 3)))
  await ledger.sealDay(tenantId, '2026-11-21')
  clock.advance(2 * 86_400_000)
  const [row] = await sql.transaction('system', (tx) =>
    tx.query<{ log_id: number }>('select log_id from ledger_log where tenant_id = $1', [tenantId]),
  )
  return { ...opened, logId: row!.log_id }
}

/** Tampers as the owner would, asks all three, and takes everything back. @throws what `change` throws. */
export async function judgeTampering(
  tampered: TamperedLog,
  change: Tampering['change'],
  outside: { readonly size: number; readonly root: Uint8Array },
): Promise<{
  readonly sql: boolean | null
  readonly typescript: LogVerdict | string
  readonly checkpoint: LogVerdict | string
}> {
  const { sql, ports, tenantId, logId } = tampered
  let seen: Awaited<ReturnType<typeof judgeTampering>> | undefined
  const undone = sql.transaction('system', async (tx) => {
    for (const table of LEDGER_TABLES) await tx.query(`alter table ${table} disable trigger user`)
    await change(tx, logId)
    const [row] = await tx.query<{ valid: boolean | null }>(
      'select validate_hash_chain($1) as valid',
      [tenantId],
    )
    // The same transaction answers, so that nothing tampered is ever committed.
    const { guard: _guard, ...withoutGuard } = ports
    const inside = makeLedger({
      ...withoutGuard,
      sql: { engine: sql.engine, transaction: (_scope, work) => work(tx) },
    })
    const ask = (query: Parameters<typeof inside.verifyLog>[1]): Promise<LogVerdict | string> =>
      inside
        .verifyLog(tenantId, query)
        .catch((error: { code?: string }) => error.code ?? 'a fault without code')
    seen = {
      sql: row!.valid,
      typescript: await ask({}),
      checkpoint: await ask({ checkpoint: outside }),
    }
    throw new Undo()
  })
  await undone.catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error
  })
  assert.ok(seen !== undefined)
  return seen
}

export const isFound = (verdict: LogVerdict | string): boolean =>
  typeof verdict === 'string' || !verdict.ok
