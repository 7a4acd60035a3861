// The journal: what it restores, what it refuses, and who hears of a disk that takes nothing more.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshTenant } from '../../test/database.ts'
import { aFact, factsOf, memoryJournal, openTestLedger, rollBack } from '../../test/ledger.ts'
import type { MemoryJournal, TestLedger } from '../../test/ledger.ts'
import { uuidV7 } from '../kernel/index.ts'
import type { Sql } from '../kernel/index.ts'
import { makeLedger, openJournalledSql } from './index.ts'
import type { JournalledSql, Ledger } from './index.ts'
import { decodeJournalRecord, encodeJournalRecord } from './journal-record.ts'

interface Journalled {
  readonly ledger: Ledger
  readonly sql: JournalledSql
}

/** A process that starts on the database with this journal. */
async function start(
  opened: TestLedger,
  journal: MemoryJournal,
  sql: Sql = opened.sql,
): Promise<Journalled> {
  const journalled = await openJournalledSql({ ...opened.ports, sql, journal })
  return {
    ledger: makeLedger({ ...opened.ports, sql: journalled, journal: journalled }),
    sql: journalled,
  }
}

/** The database, except that a transaction is taken back after its last statement as often as asked. */
function losingSql(sql: Sql): Sql & { lose: number; isGone: boolean } {
  return {
    engine: sql.engine,
    lose: 0,
    isGone: false,
    async transaction(scope, work) {
      if (this.isGone) throw new Error('the database is gone')
      return sql.transaction(scope, async (tx) => {
        const result = await work(tx)
        if (this.lose > 0) {
          this.lose--
          throw new Error('the commit failed')
        }
        return result
      })
    },
  }
}

test('what the database lost of the queue is restored with ids, payloads and links, and a late retry finds it', async () => {
  const opened = await openTestLedger()
  const { tenantId } = opened
  const journal = memoryJournal()
  const before = await start(opened, journal)
  const fact = aFact({ id: uuidV7(1, new Uint8Array(10).fill(7)), payload: { text: 'é✓' } })
  await before.ledger.append(tenantId, [...factsOf(3), fact])
  await before.ledger.append(tenantId, factsOf(2))
  const kept = await before.ledger.list(tenantId, {})
  await rollBack(opened, 0)
  const after = await start(opened, journal)
  assert.deepEqual([after.sql.report.judgedCount, after.sql.report.restoredCount], [2, 6])
  assert.deepEqual(await after.ledger.list(tenantId, {}), kept)
  assert.deepEqual((await after.ledger.payloadOf(tenantId, 3))!.value, { text: 'é✓' })
  const [again] = await after.ledger.append(tenantId, [fact])
  assert.deepEqual([again!.seq, again!.isRepeat], [3, true])
  const verdict = await after.ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok)
  // Only the id that the caller chose is kept.
  assert.deepEqual([verdict.checked.entries, verdict.checked.repeats], [6, 1])
  const third = await start(opened, journal)
  assert.deepEqual([third.sql.report.judgedCount, third.sql.report.restoredCount], [2, 0])
})

test('a process that ends between journal and commit has its batch restored by the next one', async () => {
  const opened = await openTestLedger()
  const { tenantId } = opened
  const journal = memoryJournal()
  const losing = losingSql(opened.sql)
  const before = await start(opened, journal, losing)
  await before.ledger.append(tenantId, factsOf(2))
  const appending = before.ledger.append(tenantId, factsOf(3))
  losing.lose = 1
  // Gone for good before anybody can look whether the commit came.
  journal.onAppend = () => {
    losing.isGone = true
  }
  await assert.rejects(appending, /the commit failed/)
  const after = await start(opened, journal)
  assert.equal(after.sql.report.restoredCount, 3)
  assert.equal((await after.ledger.verifyLog(tenantId, {})).size, 5)
})

test('a batch whose commit failed is given up in the journal, and nothing of it comes back', async () => {
  const opened = await openTestLedger()
  const { tenantId } = opened
  const journal = memoryJournal()
  const losing = losingSql(opened.sql)
  const before = await start(opened, journal, losing)
  losing.lose = 1
  await assert.rejects(before.ledger.append(tenantId, factsOf(3)), /the commit failed/)
  const records = journal.records.map(decodeJournalRecord)
  assert.deepEqual(
    records.map((record) => 'givenUp' in record),
    [false, true],
  )
  const after = await start(opened, journal)
  assert.deepEqual([after.sql.report.judgedCount, after.sql.report.restoredCount], [0, 0])
  await after.ledger.append(tenantId, factsOf(1))
  assert.equal((await start(opened, journal)).sql.report.contradictions.size, 0)
})

test('when nobody could look after a failed commit, the next turn of the log gives the batch up', async () => {
  const opened = await openTestLedger()
  const { tenantId } = opened
  const journal = memoryJournal()
  const losing = losingSql(opened.sql)
  const { ledger, sql } = await start(opened, journal, losing)
  losing.lose = 2
  await assert.rejects(ledger.append(tenantId, factsOf(2)), /the commit failed/)
  await sql.transaction({ tenantId }, (tx) => ledger.appendInTx(tx, tenantId, [aFact()]))
  const after = await start(opened, journal)
  assert.deepEqual([after.sql.report.judgedCount, after.sql.report.restoredCount], [1, 0])
  assert.equal((await after.ledger.verifyLog(tenantId, {})).size, 1)
})

test('a caller’s batch is journalled after its commit, before its answer, and not when it is taken back', async () => {
  const opened = await openTestLedger()
  const { tenantId } = opened
  const journal = memoryJournal()
  const { ledger, sql } = await start(opened, journal)
  await sql.transaction({ tenantId }, async (tx) => {
    await ledger.appendInTx(tx, tenantId, factsOf(2))
    assert.equal(journal.records.length, 0)
  })
  assert.equal(journal.records.length, 1)
  const failing = sql.transaction({ tenantId }, async (tx) => {
    await ledger.appendInTx(tx, tenantId, factsOf(2))
    throw new Error('the caller fails')
  })
  await assert.rejects(failing, /the caller fails/)
  assert.equal(journal.records.length, 1)
  const elsewhere = opened.sql.transaction({ tenantId }, (tx) =>
    ledger.appendInTx(tx, tenantId, factsOf(1)),
  )
  await assert.rejects(elsewhere, /expected a transaction of the journalled database/)
  assert.equal((await ledger.verifyLog(tenantId, {})).size, 2)
})

test('a log that lacks what a caller committed takes nothing more, says where, and can be read', async () => {
  const opened = await openTestLedger()
  const { tenantId } = opened
  const journal = memoryJournal()
  const before = await start(opened, journal)
  await before.ledger.append(tenantId, factsOf(2))
  await before.sql.transaction({ tenantId }, (tx) =>
    before.ledger.appendInTx(tx, tenantId, factsOf(1)),
  )
  await rollBack(opened, 0)
  const { ledger, sql } = await start(opened, journal)
  assert.equal(sql.report.restoredCount, 0)
  const refusal = {
    code: 'LEDGER_JOURNAL_CONTRADICTS',
    message: /entry 2 was committed and is missing in the database/,
  }
  await assert.rejects(ledger.append(tenantId, factsOf(1)), refusal)
  await assert.rejects(ledger.checkpoint(tenantId), refusal)
  await assert.rejects(ledger.sealDay(tenantId, '2026-11-20'), refusal)
  const inTx = sql.transaction({ tenantId }, (tx) => ledger.appendInTx(tx, tenantId, factsOf(1)))
  await assert.rejects(inTx, refusal)
  assert.equal((await ledger.verifyLog(tenantId, {})).size, 0)
  const neighbour = await freshTenant(opened.sql)
  assert.equal((await ledger.append(neighbour, factsOf(1))).length, 1)
})

test('a database with other entries than the journal is refused at the first that differs', async () => {
  const opened = await openTestLedger()
  const { tenantId } = opened
  const journal = memoryJournal()
  const { ledger } = await start(opened, journal)
  await ledger.append(tenantId, factsOf(4))
  await ledger.append(tenantId, factsOf(4))
  const whole = journal.records.map(decodeJournalRecord)
  const [first, second] = whole
  assert.ok(first && 'leaves' in first && second && 'leaves' in second)
  const { entries: _entries, ...called } = second
  const changed = (leaf: Uint8Array): Uint8Array => leaf.map((byte, at) => (at === 60 ? 0 : byte))
  const cases: readonly (readonly [string, readonly (typeof first)[], RegExp])[] = [
    [
      'another entry',
      [
        first,
        { ...second, leaves: second.leaves.map((leaf, at) => (at < 2 ? leaf : changed(leaf))) },
      ],
      /entry 6 is another in the database/,
    ],
    [
      'more entries in a batch',
      [first, { ...called, leaves: [...second.leaves, second.leaves[0]!] }],
      /entry 8 is missing in the database/,
    ],
    [
      'a batch further on',
      [first, { ...second, fromSeq: 9 }],
      /ends after 8 entries, the journal goes on at 9/,
    ],
    [
      'a batch that does not continue',
      [first, { ...second, fromSeq: 8 }],
      /entry 8 of the journal does not continue the database/,
    ],
    ['another log', [{ ...first, origin: 'ships.example/ledger/0' }], /the log is .* also knows/],
    [
      'a tenant that is gone',
      [{ ...first, tenantId: 'nobody' }],
      /the database has no such tenant/,
    ],
  ]
  for (const [name, batches, reason] of cases) {
    const { sql } = await start(opened, memoryJournal(batches.map(encodeJournalRecord)))
    const found = [...sql.report.contradictions.values()].join()
    assert.match(found, reason, name)
    assert.equal(sql.report.restoredCount, 0, name)
  }
  assert.equal((await start(opened, journal)).sql.report.contradictions.size, 0)
})

test('a disk that takes nothing fails every waiter, and nothing of theirs is kept', async () => {
  const opened = await openTestLedger()
  const { tenantId } = opened
  const journal = memoryJournal()
  const { ledger } = await start(opened, journal)
  await ledger.append(tenantId, factsOf(1))
  journal.isFull = true
  const waiting = await Promise.allSettled([
    ledger.append(tenantId, factsOf(2)),
    ledger.append(tenantId, factsOf(1)),
  ])
  assert.deepEqual(
    waiting.map((each) => each.status),
    ['rejected', 'rejected'],
  )
  assert.equal((await ledger.verifyLog(tenantId, {})).size, 1)
  journal.isFull = false
  assert.equal((await ledger.append(tenantId, factsOf(1)))[0]!.seq, 1)
  const after = await start(opened, journal)
  assert.deepEqual([after.sql.report.restoredCount, after.sql.report.contradictions.size], [0, 0])
})

test('a caller whose commit the journal cannot take hears so, and nothing is appended until it has caught up', async () => {
  const opened = await openTestLedger()
  const { tenantId } = opened
  const journal = memoryJournal()
  const { ledger, sql } = await start(opened, journal)
  const appendOne = (): Promise<unknown> =>
    sql.transaction({ tenantId }, (tx) => ledger.appendInTx(tx, tenantId, [aFact()]))
  journal.isFull = true
  await assert.rejects(appendOne(), { code: 'LEDGER_JOURNAL_BEHIND' })
  await assert.rejects(appendOne(), /the disk is full/)
  await assert.rejects(ledger.append(tenantId, factsOf(1)), /the disk is full/)
  assert.equal((await ledger.verifyLog(tenantId, {})).size, 1)
  journal.isFull = false
  await appendOne()
  assert.deepEqual(
    journal.records
      .map(decodeJournalRecord)
      .map((record) => ('leaves' in record ? record.fromSeq : 'given up')),
    [0, 'given up', 1],
  )
  assert.equal((await start(opened, journal)).sql.report.contradictions.size, 0)
})

test('a record of another version stops the start', async () => {
  const opened = await openTestLedger()
  const records = [new Uint8Array(), new Uint8Array([0, 0, 0, 2, 0x7b, 0x7d]), new Uint8Array(9)]
  for (const record of records)
    await assert.rejects(start(opened, memoryJournal([record])), {
      code: 'LEDGER_JOURNAL_UNREADABLE',
    })
})
