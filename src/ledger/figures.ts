// How much the ledgers of a database hold, for whoever watches it.
import type { Sql } from '../kernel/index.ts'

/** Entries of every tenant's logs together. */
export async function countLedgerEntries(sql: Sql): Promise<number> {
  const rows = await sql.transaction('system', (tx) =>
    tx.query<{ entries: number }>(
      'select coalesce(sum(size), 0)::bigint as entries from ledger_head',
      [],
    ),
  )
  return rows[0]?.entries ?? 0
}
