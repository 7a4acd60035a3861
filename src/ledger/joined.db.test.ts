// Appends within a larger transaction: committed with it or not at all, and the journal knows of nothing that was undone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aFact, memoryJournal, openTestLedger } from '../../test/ledger.ts'
import type { MemoryJournal, TestLedger } from '../../test/ledger.ts'
import type { JoinableSql } from '../kernel/index.ts'
import { makeJoinableSql } from '../platform/index.ts'
import { makeLedger, openJournalledSql } from './index.ts'
import type { Ledger } from './index.ts'

interface Joined {
  readonly opened: TestLedger
  readonly sql: JoinableSql
  readonly ledger: Ledger
  readonly journal: MemoryJournal
  sizes(): Promise<number>
}

async function openJoined(): Promise<Joined> {
  const opened = await openTestLedger()
  const journal = memoryJournal()
  const journalled = await openJournalledSql({ ...opened.ports, journal })
  const sql = makeJoinableSql(journalled, journalled)
  const ledger = makeLedger({
    ...opened.ports,
    sql,
    journal: journalled,
    isJoined: () => sql.isJoined(),
  })
  return { opened, sql, ledger, journal, sizes: () => ledger.sizeOf(opened.tenantId) }
}

/** A process that opens the same database with the same journal; it says what it holds against the log. */
async function reopen({ opened, journal }: Joined): Promise<ReadonlyMap<string, string>> {
  const again = memoryJournal(journal.records)
  const sql = await openJournalledSql({ ...opened.ports, journal: again })
  return sql.report.contradictions
}

test('what a whole appends in parts is committed with it, and the journal has it after the commit', async () => {
  const joined = await openJoined()
  const { opened, sql, ledger, journal } = joined
  const { tenantId } = opened
  await ledger.append(tenantId, [aFact({})])
  const before = journal.records.length
  await sql.join(async () => {
    await ledger.append(tenantId, [aFact({}), aFact({})])
    await sql.transaction({ tenantId }, (tx) => ledger.appendInTx(tx, tenantId, [aFact({})]))
    assert.equal(journal.records.length, before, 'nothing is written before the commit')
  })
  assert.equal(await joined.sizes(), 4)
  assert.equal(journal.records.length, before + 2)
  assert.equal((await ledger.verifyLog(tenantId, {})).ok, true)
  assert.equal((await reopen(joined)).size, 0)
})

test('a whole that fails leaves no entry and no word in the journal', async () => {
  const joined = await openJoined()
  const { opened, sql, ledger, journal } = joined
  const { tenantId } = opened
  await ledger.append(tenantId, [aFact({})])
  const before = journal.records.length
  const whole = sql.join(async () => {
    await ledger.append(tenantId, [aFact({})])
    throw new Error('the request failed')
  })
  await assert.rejects(whole, /the request failed/)
  assert.deepEqual([await joined.sizes(), journal.records.length], [1, before])
  await ledger.append(tenantId, [aFact({})])
  assert.equal((await reopen(joined)).size, 0)
})

test('a part that is undone after it appended is not in the journal, although its whole is committed', async () => {
  const joined = await openJoined()
  const { opened, sql, ledger } = joined
  const { tenantId } = opened
  await sql.join(async () => {
    const part = sql.transaction({ tenantId }, async (tx) => {
      await ledger.appendInTx(tx, tenantId, [aFact({ payload: { text: 'undone' } })])
      throw new Error('the part failed')
    })
    await assert.rejects(part, /the part failed/)
    await ledger.append(tenantId, [aFact({ payload: { text: 'stays' } })])
  })
  assert.equal(await joined.sizes(), 1)
  assert.deepEqual((await ledger.payloadOf(tenantId, 0))?.value, { text: 'stays' })
  assert.deepEqual([...(await reopen(joined))], [])
})

test('nothing is signed within a whole: the guard would hold what may never be committed', async () => {
  const { opened, sql, ledger } = await openJoined()
  const { tenantId, guard } = opened
  await ledger.append(tenantId, [aFact({})])
  const signing = sql.join(async () => {
    await ledger.append(tenantId, [aFact({})])
    await ledger.checkpoint(tenantId)
  })
  await assert.rejects(signing, TypeError)
  const { origin } = (await ledger.identify(tenantId))!
  assert.equal(await guard.read(origin), undefined)
  assert.equal((await ledger.checkpoint(tenantId)).size, 1)
})
