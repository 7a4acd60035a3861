// The journal of the embedded database: appends are on the disk outside the database before anybody hears of them.
import { hexOf, messageOf } from '../kernel/index.ts'
import type { Digest, Random, Sql, SqlScope, SqlTx } from '../kernel/index.ts'
import type { LogHead, SealedEntry } from './batch.ts'
import { ledgerFault } from './errors.ts'
import { encodeJournalRecord } from './journal-record.ts'
import type { JournalledBatch } from './journal-record.ts'
import type { WrappedKey } from './payload/key-store.ts'
import type { PayloadKeys } from './payload/keys.ts'
import { replayJournal } from './replay.ts'
import type { ReplayReport } from './replay.ts'
import { lockHead } from './store.ts'

const BATCH_NAME_BYTES = 8

/** Records outside the database, whole or not there. */
export interface LeafJournal {
  /** Every record that was there when it was opened, oldest first. */
  takeRecords(): readonly Uint8Array[]
  /** All of them or none; durable when it resolves. */
  append(records: readonly Uint8Array[]): Promise<void>
  /** Nothing of what was appended so far can be read any more when it resolves. */
  forget(): Promise<void>
}

export interface JournalPorts {
  readonly sql: Sql
  readonly digest: Digest
  readonly random: Random
  readonly journal: LeafJournal
  /** For records of versions that wrote payloads in clear. */
  readonly payloadKeys: PayloadKeys
}

/** Who commits: the queue, which can be repeated, or a caller with rows of its own. */
export type AppendWay = 'queue' | 'caller'

/** What one transaction has told the journal, or will have to. */
interface TxNotes {
  /** Written before the commit; open until the commit is known or a later turn sees that it never came. */
  readonly queued: JournalledBatch[]
  /** To be written after the commit. */
  readonly called: JournalledBatch[]
  /** Records are to be gone after the commit: they hold what the transaction erased. */
  isForgetting: boolean
}

/**
 * Restores what the tables lack, then hands out the database whose commits the journal knows of.
 * @throws LEDGER_JOURNAL_UNREADABLE
 */
export async function openJournalledSql(ports: JournalPorts): Promise<JournalledSql> {
  const report = await replayJournal(ports, ports.journal.takeRecords())
  return new JournalledSql(ports, report)
}

/**
 * The database as every room must use it when there is a journal: appends in a transaction that was opened elsewhere are
 * refused, because nobody would write them down after the commit.
 *
 * What holds: a queue's batch is flushed to the journal before its commit begins, so it is restored if the database
 * loses it. A caller's batch is flushed after its commit and before its answer; if that fails, the caller hears
 * LEDGER_JOURNAL_BEHIND, and nothing more is appended until the journal has caught up.
 */
export class JournalledSql implements Sql {
  readonly engine: Sql['engine']
  /** What opening found. */
  readonly report: ReplayReport
  readonly #ports: JournalPorts
  /** Tenants whose logs were restored since. */
  readonly #forgiven = new Set<string>()
  readonly #notes = new WeakMap<SqlTx, TxNotes>()
  /** Queue batches whose commit nobody has seen yet, by tenant. */
  readonly #open = new Map<string, readonly JournalledBatch[]>()
  /** Committed batches that the journal does not have yet. */
  #owed: readonly JournalledBatch[] = []

  constructor(ports: JournalPorts, report: ReplayReport) {
    this.engine = ports.sql.engine
    this.report = report
    this.#ports = ports
  }

  async transaction<T>(scope: SqlScope, work: (tx: SqlTx) => Promise<T>): Promise<T> {
    const notes: TxNotes = { queued: [], called: [], isForgetting: false }
    let result: T
    try {
      result = await this.#ports.sql.transaction(scope, (tx) => {
        this.#notes.set(tx, notes)
        return work(tx)
      })
    } catch (error) {
      await this.#lookAgain(notes)
      throw error
    }
    for (const batch of notes.queued) this.#close(batch)
    if (notes.called.length > 0) await this.#writeCommitted(notes.called)
    // A crash before this leaves them; the next opening finds keys that were destroyed, and forgets.
    if (notes.isForgetting) await this.#ports.journal.forget()
    return result
  }

  /** Why this tenant's log may only be read; undefined when it may be written. */
  contradictionOf(tenantId: string): string | undefined {
    return this.#forgiven.has(tenantId) ? undefined : this.report.contradictions.get(tenantId)
  }

  /** The tenant goes on in another log. @returns what takes that back */
  forgive(tenantId: string): () => void {
    this.#forgiven.add(tenantId)
    return () => void this.#forgiven.delete(tenantId)
  }

  /** @throws LEDGER_JOURNAL_CONTRADICTS when this tenant's log may only be read */
  assertWritable(tenantId: string): void {
    const reason = this.contradictionOf(tenantId)
    if (reason === undefined) return
    throw ledgerFault(
      'LEDGER_JOURNAL_CONTRADICTS',
      `expected the log of tenant ${tenantId} to hold what its journal holds: ${reason}`,
      { details: { tenantId, reason } },
    )
  }

  /** For whoever has the log's turn: batches that the head does not hold were never committed, and are given up. */
  async settleBatches(tenantId: string, head: LogHead | undefined): Promise<void> {
    for (const batch of this.#open.get(tenantId) ?? []) {
      const isCommitted = head?.origin === batch.origin && head.size > batch.fromSeq
      if (!isCommitted) await this.#write([encodeJournalRecord({ givenUp: batch.batch })])
      this.#close(batch)
    }
  }

  /** Tells the journal what the transaction adds, as its last act. */
  async recordBatch(
    tx: SqlTx,
    way: AppendWay,
    tenantId: string,
    head: LogHead,
    entries: readonly SealedEntry[],
    made: readonly WrappedKey[],
  ): Promise<void> {
    const notes = this.#notes.get(tx)
    if (notes === undefined)
      throw new TypeError('expected a transaction of the journalled database, got another')
    const written: JournalledBatch = {
      batch: hexOf(this.#ports.random.bytes(BATCH_NAME_BYTES)),
      tenantId,
      origin: head.origin,
      fromSeq: head.size,
      leaves: entries.map(({ leaf }) => leaf),
    }
    if (way === 'caller') {
      if (this.#owed.length > 0) await this.#write([])
      notes.called.push(written)
      return
    }
    const batch = { ...written, entries, madeKeys: made }
    notes.queued.push(batch)
    this.#open.set(tenantId, [...(this.#open.get(tenantId) ?? []), batch])
    await this.#write([encodeJournalRecord(batch)])
  }

  /** What was recorded before the transaction is forgotten with its commit. */
  forgetAfter(tx: SqlTx): void {
    const notes = this.#notes.get(tx)
    if (notes === undefined)
      throw new TypeError('expected a transaction of the journalled database, got another')
    notes.isForgetting = true
  }

  /** How much of the transaction's own appends there is so far; for `forgetSince`. */
  countCalled(tx: SqlTx): number {
    return this.#notes.get(tx)?.called.length ?? 0
  }

  /** A part of the transaction was undone: what it appended will never be committed. */
  forgetSince(tx: SqlTx, count: number): void {
    this.#notes.get(tx)?.called.splice(count)
  }

  #close(batch: JournalledBatch): void {
    const rest = (this.#open.get(batch.tenantId) ?? []).filter((each) => each !== batch)
    if (rest.length === 0) this.#open.delete(batch.tenantId)
    else this.#open.set(batch.tenantId, rest)
  }

  /** After a failure: if the database still answers, it says whether the batch is in; else the next turn, or replay, does. */
  async #lookAgain(notes: TxNotes): Promise<void> {
    for (const { tenantId } of notes.queued) {
      await this.#ports.sql
        .transaction({ tenantId }, async (tx) =>
          this.settleBatches(tenantId, await lockHead(tx, tenantId)),
        )
        // The failure that brought us here is the one to tell; the batch stays open.
        .catch(() => undefined)
    }
  }

  async #writeCommitted(batches: readonly JournalledBatch[]): Promise<void> {
    this.#owed = [...this.#owed, ...batches]
    try {
      await this.#write([])
    } catch (error) {
      throw ledgerFault(
        'LEDGER_JOURNAL_BEHIND',
        `expected the journal to take what was committed, got: ${messageOf(error)}`,
        { cause: error },
      )
    }
  }

  /** What is owed goes first. */
  async #write(records: readonly Uint8Array[]): Promise<void> {
    const owed = this.#owed
    this.#owed = []
    try {
      await this.#ports.journal.append([...owed.map(encodeJournalRecord), ...records])
    } catch (error) {
      this.#owed = [...owed, ...this.#owed]
      throw error
    }
  }
}
