// Readers of the log that keep their place: each entry is handed to each reader at least once, in order, after its commit.
import { parseStrictJson } from '../kernel/index.ts'
import type { Json, Sql, SqlTx } from '../kernel/index.ts'
import {
  advanceReader,
  lockCopies,
  lockReader,
  selectLogsBehind,
  selectPayloads,
  selectUnread,
} from './reader-store.ts'
import { readEntry } from './log-reader.ts'
import type { LedgerEntry } from './model.ts'
import type { PayloadKeys } from './payload/keys.ts'
import { openStored, plainOf } from './payload/stored.ts'

/** An entry with its payload. */
export interface ReaderEntry extends LedgerEntry {
  /** Null when it was erased. */
  readonly payload: Json
  /** `traceparent` of what appended it, where somebody follows that. */
  readonly trace: string | null
}

export interface ReaderTake {
  readonly limit: number
  /** False when nobody wants the entries of this tenant: then the reader goes to the end at once. */
  isWanted(tx: SqlTx): Promise<boolean>
  /** In one transaction with the reader's place: what it writes there, it writes once. It must not append. */
  take(tx: SqlTx, entries: readonly ReaderEntry[]): Promise<void>
}

export interface LedgerReaders {
  /** Tenants with entries that the reader has not taken. */
  behind(reader: string, limit: number): Promise<readonly string[]>
  /** How many entries of a tenant the reader has not taken. */
  lag(reader: string, tenantId: string): Promise<number>
  /** @returns how many entries were handed over; 0 too when another process is at it */
  advance(reader: string, tenantId: string, terms: ReaderTake): Promise<number>
}

export interface ReadersPorts {
  readonly sql: Sql
  readonly payloadKeys: PayloadKeys
}

export function makeLedgerReaders({ sql, payloadKeys }: ReadersPorts): LedgerReaders {
  return {
    async behind(reader, limit) {
      const logs = await sql.transaction('system', (tx) => selectLogsBehind(tx, reader, limit))
      return [...new Set(logs.map(({ tenantId }) => tenantId))]
    },
    async lag(reader, tenantId) {
      const logs = await sql.transaction({ tenantId }, (tx) => selectUnread(tx, reader, tenantId))
      return logs.reduce((sum, { unread }) => sum + unread, 0)
    },
    advance: (reader, tenantId, terms) =>
      sql.transaction({ tenantId }, async (tx) => {
        await lockCopies(tx, tenantId)
        const [log] = await selectUnread(tx, reader, tenantId)
        if (log === undefined) return 0
        const fromSeq = await lockReader(tx, reader, log.logId)
        if (fromSeq === undefined) return 0
        if (!(await terms.isWanted(tx))) {
          await advanceReader(tx, reader, log.logId, log.size)
          return 0
        }
        const rows = await selectPayloads(tx, log.logId, fromSeq, terms.limit)
        const stored = rows.map(({ seq, row }) => ({ seq, ...row }))
        const opened = await openStored(payloadKeys, tx, tenantId, log.origin, stored)
        const entries = rows.map(({ trace, row: _row, ...leaf }, at) => {
          const plain = plainOf(opened[at], leaf.seq)
          const payload = plain === undefined ? null : parseStrictJson(plain.payload)
          return { ...readEntry(leaf), trace, payload }
        })
        if (entries.length === 0) return 0
        await terms.take(tx, entries)
        await advanceReader(tx, reader, log.logId, entries.at(-1)!.seq + 1)
        return entries.length
      }),
  }
}
