// An older database in the place of a newer one: read only, and a new epoch once an operator says so, signed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeVerifier, testSigner } from '../../../test/crypto.ts'
import {
  aFact,
  factsOf,
  memoryJournal,
  openTestLedger,
  recountSubjects,
  rollBack,
} from '../../../test/ledger.ts'
import { cutHead, erasingOf, openRolledBack, restoreOf } from '../../../test/rolled-back.ts'
import { bytesEqual } from '../../kernel/index.ts'
import { LogRestore, makeLedger, openJournalledSql } from '../index.ts'
import type { JournalledSql } from '../index.ts'

const REASON = 'the disk is lost, this is the backup of the night'
const by = { name: 'ana', signer: testSigner('ecdsa-p256-sha256') }

test('a log behind its checkpoint is read and takes nothing, whichever way, also in a process that has appended before', async () => {
  const opened = await openRolledBack()
  const { tenantId, sql } = opened
  for (const ledger of [makeLedger(opened.ports), opened.ledger]) {
    const code = { code: 'LEDGER_LOG_ROLLED_BACK', row: { status: 409 } }
    const isRefused = (error: { code?: string; row?: { status: number } }): boolean =>
      error.code === code.code && error.row?.status === code.row.status
    await assert.rejects(ledger.append(tenantId, [aFact()]), isRefused)
    await assert.rejects(
      sql.transaction({ tenantId }, (tx) => ledger.appendInTx(tx, tenantId, [aFact()])),
      isRefused,
    )
    await assert.rejects(ledger.checkpoint(tenantId), isRefused)
    assert.equal((await ledger.list(tenantId, {})).entries.length, 4)
    const verdict = await ledger.verifyLog(tenantId, {})
    assert.ok(!verdict.ok)
    assert.match(verdict.reason, /expected the 10 entries of a checkpoint, got 4/)
  }
})

test('an undone transaction that appended is not taken for a restore', async () => {
  const { ledger, sql, tenantId } = await openTestLedger()
  await ledger.append(tenantId, factsOf(2))
  await ledger.checkpoint(tenantId)
  await assert.rejects(
    sql.transaction({ tenantId }, async (tx) => {
      await ledger.appendInTx(tx, tenantId, factsOf(3))
      await ledger.appendInTx(tx, tenantId, factsOf(3))
      throw new Error('undo')
    }),
    /undo/,
  )
  const [entry] = await ledger.append(tenantId, [aFact()])
  assert.equal(entry!.seq, 2)
})

test('a signed restore opens the next epoch, and verification shows both with the break between them', async () => {
  const opened = await openRolledBack()
  const { tenantId, guard, ports } = opened
  const restore = restoreOf(opened)
  const wish = { tenantId, reason: REASON }
  const preview = await restore.preview(wish)
  const { old, lost, next } = preview.statement
  assert.deepEqual(lost, { from: 4, until: 10 })
  assert.deepEqual([old.epoch, old.stands.size, old.signed?.size, next.epoch], [1, 4, 10, 2])
  assert.notEqual(next.origin, old.origin)
  assert.equal((await restore.preview(wish)).token, preview.token)
  await assert.rejects(restore.carryOut(wish, 'another', by), { code: 'LEDGER_RESTORE_CHANGED' })
  const other = { tenantId, reason: 'something else' }
  await assert.rejects(restore.carryOut(other, preview.token, by), {
    code: 'LEDGER_RESTORE_CHANGED',
  })
  const before = await guard.read(old.origin)
  const done = await restore.carryOut(wish, preview.token, by)
  assert.deepEqual([done.checkpoint.origin, done.checkpoint.size], [next.origin, 1])
  await assert.rejects(restore.preview(wish), { code: 'LEDGER_RESTORE_REFUSED' })

  const ledger = makeLedger(ports)
  await ledger.append(tenantId, factsOf(3))
  // The old origin signs nothing any more, least of all something else than it signed.
  const signed = await ledger.checkpoint(tenantId)
  assert.equal(signed.origin, next.origin)
  const after = await guard.read(old.origin)
  assert.ok(bytesEqual(before!.root, after!.root) && before!.size === after!.size)
  await assert.rejects(guard.write(old.origin, { size: 4, root: new Uint8Array(32) }))

  const verdict = await ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok)
  assert.deepEqual(verdict.earlier, [
    {
      epoch: 1,
      origin: old.origin,
      size: 4,
      ok: true,
      reason: null,
      lost: { from: 4, until: 10 },
      next: next.origin,
      restoredBy: 'ana',
      isKnown: true,
      erasures: { registerSince: '2026-11-21T10:00:00.000Z', isCovered: true, payloads: 0 },
    },
  ])
  const earlier = await ledger.list(tenantId, { epoch: 1 })
  assert.equal(earlier.entries.length, 4)
  const [first] = (await ledger.list(tenantId, {})).entries
  assert.equal(first!.body.type, 'ledger.restored')
  const [row] = await opened.sql.transaction('system', (tx) =>
    tx.query<{ valid: boolean }>('select validate_hash_chain($1) as valid', [tenantId]),
  )
  assert.equal(row!.valid, true)
})

const IN_CLEAR = 'update ledger_payload set sealed = null, dek_id = null, salt = sha256(sealed),'

test('a restored past that is changed afterwards, or whose statement is, is found', async () => {
  const changes = {
    'the statement': `${IN_CLEAR} payload = '{}' where log_id = $2 and seq = 0`,
    'a statement that is none': `${IN_CLEAR} payload = 'nothing' where log_id = $2 and seq = 0`,
    'the earlier head': `update ledger_head set size = 3 where log_id = $1`,
    'an earlier entry': `${IN_CLEAR} payload = '9' where log_id = $1 and seq = 2`,
  }
  for (const [name, change] of Object.entries(changes)) {
    const opened = await openRolledBack()
    const { tenantId, sql, ports } = opened
    const restore = restoreOf(opened)
    const { token } = await restore.preview({ tenantId, reason: REASON })
    await restore.carryOut({ tenantId, reason: REASON }, token, by)
    await sql.transaction('system', async (tx) => {
      const logs = await tx.query<{ log_id: number }>(
        'select log_id from ledger_log where tenant_id = $1 order by epoch',
        [tenantId],
      )
      const [first, second] = logs.map((log) => log.log_id)
      const isSecond = change.includes('$2')
      await tx.query(change.replace(/\$[12]/, '$1'), [isSecond ? second! : first!])
    })
    const verdict = await makeLedger(ports).verifyLog(tenantId, {})
    assert.ok(!verdict.ok, name)
  }
})

test('a log that ended keeps what it had: a tail that is cut off it so that all rows fit again is found', async () => {
  const opened = await openRolledBack()
  const { tenantId, sql, ports } = opened
  const wish = { tenantId, reason: REASON }
  const restore = restoreOf(opened)
  await restore.carryOut(wish, (await restore.preview(wish)).token, by)
  await sql.transaction('system', async (tx) => {
    const [log] = await tx.query<{ log_id: number }>(
      'select log_id from ledger_log where tenant_id = $1 and epoch = 1',
      [tenantId],
    )
    for (const table of ['ledger_entry', 'ledger_payload', 'ledger_subject']) {
      await tx.query(`alter table ${table} disable trigger user`)
      if (table !== 'ledger_subject')
        await tx.query(`delete from ${table} where log_id = $1 and seq >= 3`, [log!.log_id])
      else await recountSubjects(tx, log!.log_id)
      await tx.query(`alter table ${table} enable trigger user`)
    }
    await cutHead(tx, log!.log_id)
  })
  const verdict = await makeLedger(ports).verifyLog(tenantId, {})
  assert.ok(!verdict.ok)
  assert.match(verdict.reason, /epoch 1: it is not as it was when it ended/)
})

test('the same older database put in place twice is continued under two origins', async () => {
  const opened = await openRolledBack()
  const { tenantId, sql } = opened
  const wish = { tenantId, reason: REASON }
  const restore = restoreOf(opened)
  const first = await restore.preview(wish)
  await restore.carryOut(wish, first.token, by)
  await sql.transaction('system', async (tx) => {
    const [log] = await tx.query<{ log_id: number }>(
      `select log_id from ledger_log where tenant_id = $1 and state = 'open'`,
      [tenantId],
    )
    const tables = ['entry', 'payload', 'subject', 'checkpoint', 'head', 'log'].map(
      (name) => `ledger_${name}`,
    )
    for (const table of tables) {
      await tx.query(`alter table ${table} disable trigger user`)
      await tx.query(`delete from ${table} where log_id = $1`, [log!.log_id])
      await tx.query(`alter table ${table} enable trigger user`)
    }
    await tx.query(`update ledger_log set state = 'open' where tenant_id = $1`, [tenantId])
  })
  const second = await restore.preview(wish)
  assert.notEqual(second.statement.next.origin, first.statement.next.origin)
  const done = await restore.carryOut(wish, second.token, by)
  assert.equal(done.checkpoint.size, 1)
})

test('a log that continues what was signed needs no restore, and a key that cannot sign opens nothing', async () => {
  const opened = await openTestLedger()
  const { ledger, tenantId } = opened
  const wish = { tenantId, reason: REASON }
  await assert.rejects(restoreOf(opened).preview(wish), { code: 'LEDGER_LOG_EMPTY' })
  await ledger.append(tenantId, factsOf(2))
  await ledger.checkpoint(tenantId)
  await assert.rejects(restoreOf(opened).preview(wish), { code: 'LEDGER_RESTORE_REFUSED' })
  const back = await openRolledBack()
  const mute = { ...by, signer: { ...by.signer, sign: () => Promise.resolve(new Uint8Array(70)) } }
  const restore = restoreOf(back, { verifier: nodeVerifier })
  const { token } = await restore.preview({ ...wish, tenantId: back.tenantId })
  await assert.rejects(restore.carryOut({ ...wish, tenantId: back.tenantId }, token, mute), {
    code: 'LEDGER_RESTORE_REFUSED',
  })
  assert.equal((await back.ledger.list(back.tenantId, {})).entries.length, 4)
})

test('what the journal alone knows is given up by a restore, and the next start holds nothing against the new log', async () => {
  const opened = await openTestLedger()
  const { sql, ports, tenantId, guard } = opened
  const journal = memoryJournal()
  const openJournal = (): Promise<JournalledSql> => openJournalledSql({ ...ports, journal })
  const journalled = await openJournal()
  const ledger = makeLedger({ ...ports, sql: journalled, journal: journalled })
  // Callers' batches cannot be restored from the journal.
  for (const fact of factsOf(5))
    await journalled.transaction({ tenantId }, (tx) => ledger.appendInTx(tx, tenantId, [fact]))
  await rollBack(opened, 3)
  await sql.transaction('system', async (tx) => {
    const [log] = await tx.query<{ log_id: number }>(
      'select log_id from ledger_log where tenant_id = $1',
      [tenantId],
    )
    await cutHead(tx, log!.log_id)
  })
  const again = await openJournal()
  assert.match(again.contradictionOf(tenantId) ?? '', /entry 3/)
  const ledgerAgain = makeLedger({ ...ports, sql: again, journal: again })
  await assert.rejects(ledgerAgain.append(tenantId, [aFact()]), {
    code: 'LEDGER_JOURNAL_CONTRADICTS',
  })
  const { digest, clock, verifier } = ports
  const own = { guard, ledger: ledgerAgain, digest, clock, verifier, journal: again }
  const base = { sql: again, ...own, ...erasingOf(opened, ledgerAgain) }
  const restore = new LogRestore(base)
  const { statement, token } = await restore.preview({ tenantId, reason: REASON })
  assert.deepEqual([statement.old.signed, statement.lost], [null, null])
  await restore.carryOut({ tenantId, reason: REASON }, token, by)
  await ledgerAgain.append(tenantId, [aFact()])
  const third = await openJournal()
  assert.equal(third.contradictionOf(tenantId), undefined)
  assert.equal(third.report.contradictions.size, 0)
})
