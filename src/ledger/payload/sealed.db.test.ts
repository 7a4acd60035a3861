// Payloads at rest: nothing of them, nor of their salts, lies in clear in a table or in the journal, and what did is sealed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalBytes, concatBytes, hexOf, utf8Bytes } from '../../kernel/index.ts'
import { nodeDigest, nodeRandom } from '../../../test/crypto.ts'
import { aFact, factsOf, memoryJournal, openTestLedger } from '../../../test/ledger.ts'
import type { TestLedger } from '../../../test/ledger.ts'
import { testPayloadKeys } from '../../../test/payload-keys.ts'
import { decodeJournalRecord } from '../journal-record.ts'
import { openSeal } from '../../platform/index.ts'
import { openJournalledSql } from '../journal.ts'
import { makeLedger } from '../service.ts'
import { sealStoredPayloads } from './clear.ts'
import { PayloadKeys } from './keys.ts'

const SECRET_WORDS = 'the harbour master is ill'

async function askOwner<T>({ sql }: TestLedger, text: string, values: string[] = []): Promise<T[]> {
  return sql.transaction('system', (tx) => tx.query<T>(text, values))
}

/** Everything that the tables say of the tenant's payloads, as text. */
async function dumpOf(opened: TestLedger): Promise<string> {
  const rows = await askOwner<{ said: string }>(
    opened,
    `select p::text as said from ledger_payload p join ledger_log l on l.log_id = p.log_id where l.tenant_id = $1
     union all select k::text from ledger_dek k where k.tenant_id = $1`,
    [opened.tenantId],
  )
  return rows.map(({ said }) => said).join('\n')
}

/** Puts a payload back to what versions before had. */
async function unseal(opened: TestLedger, seqs: readonly number[]): Promise<void> {
  for (const seq of seqs) {
    const kept = await opened.ledger.payloadOf(opened.tenantId, seq)
    await opened.sql.transaction('system', (tx) =>
      tx.query(
        `update ledger_payload p set sealed = null, dek_id = null, salt = $3, payload = $4
         from ledger_log l where l.log_id = p.log_id and l.tenant_id = $1 and p.seq = $2`,
        [opened.tenantId, seq, kept!.salt, JSON.stringify(kept!.value)],
      ),
    )
  }
}

test('neither a payload nor its salt lies in clear in the tables, and the ledger reads both', async () => {
  const opened = await openTestLedger()
  const { ledger, tenantId } = opened
  await ledger.append(tenantId, [aFact({ payload: { text: SECRET_WORDS } })])
  const kept = await ledger.payloadOf(tenantId, 0)
  assert.deepEqual(kept!.value, { text: SECRET_WORDS })
  const dump = await dumpOf(opened)
  assert.ok(dump.length > 100)
  for (const clear of [SECRET_WORDS, hexOf(utf8Bytes(SECRET_WORDS)), hexOf(kept!.salt)])
    assert.ok(!dump.includes(clear), clear)
})

test('each owner has a key of their own, and a repetition of a fact is still known', async () => {
  const opened = await openTestLedger()
  const { tenantId, ports } = opened
  const payloadKeys = testPayloadKeys({ 'note.appended': 'subject', 'request.done': 'actor' })
  const ledger = makeLedger({ ...ports, payloadKeys })
  const id = '01931234-5678-7abc-8def-0123456789ab'
  await ledger.append(tenantId, [aFact({ id }), aFact({ subject: 'customer-7' })])
  await ledger.append(tenantId, [
    aFact({ type: 'request.done', subject: 'customer-7' }),
    aFact({ type: 'plan.recorded' }),
    aFact({ subject: 'customer-7' }),
  ])
  const rows = await askOwner<{ dek_id: number }>(
    opened,
    `select p.dek_id from ledger_payload p join ledger_log l on l.log_id = p.log_id
     where l.tenant_id = $1 order by p.seq`,
    [tenantId],
  )
  assert.deepEqual(
    rows.map((row) => row.dek_id),
    [1, 2, 3, 4, 2],
  )
  const [again] = await makeLedger({ ...ports, payloadKeys: testPayloadKeys() }).append(tenantId, [
    aFact({ id }),
  ])
  assert.deepEqual([again!.seq, again!.isRepeat], [0, true])
})

test('a key made by a transaction that was taken back is not remembered', async () => {
  const { ledger, sql, tenantId } = await openTestLedger()
  const undone = sql.transaction({ tenantId }, async (tx) => {
    await ledger.appendInTx(tx, tenantId, [aFact()])
    await ledger.appendInTx(tx, tenantId, [aFact()])
    throw new Error('undone')
  })
  await assert.rejects(undone, /undone/)
  await sql.transaction({ tenantId }, (tx) => ledger.appendInTx(tx, tenantId, [aFact()]))
  assert.deepEqual((await ledger.payloadOf(tenantId, 0))!.value, { text: 'ok' })
  assert.ok((await ledger.verifyLog(tenantId, {})).ok)
})

test('under another key of the installation nothing is read, appended or verified', async () => {
  const { ledger, ports, tenantId } = await openTestLedger()
  await ledger.append(tenantId, [aFact()])
  const secret = new Uint8Array(32).fill(7)
  const terms = { secret, openSeal, random: nodeRandom, digest: nodeDigest }
  const stranger = makeLedger({ ...ports, payloadKeys: new PayloadKeys(terms) })
  const code = 'LEDGER_KEY_UNREADABLE'
  await assert.rejects(stranger.payloadOf(tenantId, 0), { code })
  await assert.rejects(stranger.verifyLog(tenantId, {}), { code })
  // Another secret names owners otherwise: without a look at what is there it would make keys that nobody else opens.
  await assert.rejects(stranger.append(tenantId, [aFact()]), { code })
  await ledger.append(tenantId, [aFact()])
  assert.equal(await ledger.sizeOf(tenantId), 2)
  assert.ok((await ledger.verifyLog(tenantId, {})).ok)
})

test('payloads that lie in clear are read, verified, and sealed once and for all', async () => {
  const opened = await openTestLedger()
  const { ledger, tenantId, sql, ports } = opened
  await ledger.append(tenantId, factsOf(5))
  await unseal(opened, [1, 3, 4])
  assert.deepEqual((await ledger.payloadOf(tenantId, 3))!.value, { n: 3 })
  assert.ok((await ledger.verifyLog(tenantId, {})).ok)
  const before = await ledger.payloadOf(tenantId, 3)
  const counts = await Promise.all([
    sealStoredPayloads(sql, ports.payloadKeys),
    sealStoredPayloads(sql, testPayloadKeys()),
  ])
  // Tests of the same database may have left more, so at least these.
  assert.ok(counts[0] + counts[1] >= 3)
  assert.ok(!(await dumpOf(opened)).includes('{"n":'))
  assert.deepEqual(await ledger.payloadOf(tenantId, 3), before)
  assert.ok((await ledger.verifyLog(tenantId, {})).ok)
})

/** The database forgets the tenant's log and keys, as an older one would not have them. */
async function loseAll({ sql, tenantId }: TestLedger): Promise<void> {
  await sql.transaction('system', async (tx) => {
    for (const table of ['ledger_entry', 'ledger_subject', 'ledger_log', 'ledger_head'])
      await tx.query(`alter table ${table} disable trigger user`)
    const mine = '(select log_id from ledger_log where tenant_id = $1)'
    for (const table of ['entry', 'idem', 'payload', 'subject', 'head'])
      await tx.query(`delete from ledger_${table} where log_id = ${mine}`, [tenantId])
    await tx.query('delete from ledger_log where tenant_id = $1', [tenantId])
    await tx.query('delete from ledger_dek where tenant_id = $1', [tenantId])
    for (const table of ['ledger_entry', 'ledger_subject', 'ledger_log', 'ledger_head'])
      await tx.query(`alter table ${table} enable trigger user`)
  })
}

/** A record as versions wrote it that sealed nothing. */
async function inClear(opened: TestLedger, record: Uint8Array): Promise<Uint8Array> {
  const batch = decodeJournalRecord(record)
  assert.ok('leaves' in batch)
  const { tenantId, origin, fromSeq, leaves, entries = [] } = batch
  const kept = await Promise.all(leaves.map((_, at) => opened.ledger.payloadOf(tenantId, at)))
  const payloads = kept.map((each) => canonicalBytes(each!.value))
  const queued = {
    ids: entries.map(({ fact }) => fact.id),
    keepsIds: entries.map(({ fact }) => fact.keepsId),
    payloadSizes: payloads.map((each) => each.length),
  }
  const leafSizes = leaves.map((leaf) => leaf.length)
  const header = canonicalBytes({
    v: 1,
    batch: batch.batch,
    tenantId,
    origin,
    fromSeq,
    leafSizes,
    queued,
  })
  const length = new Uint8Array([0, 0, header.length >> 8, header.length & 255])
  const salts = kept.map((each) => each!.salt)
  const hashes = entries.map(({ contentHash }) => contentHash)
  return concatBytes([length, header, ...leaves, ...payloads, ...salts, ...hashes])
}

test('a journal of a version that sealed nothing brings its entries back sealed', async () => {
  const opened = await openTestLedger()
  const { ports, tenantId } = opened
  const journal = memoryJournal()
  const journalled = await openJournalledSql({ ...ports, journal })
  const ledger = makeLedger({ ...ports, sql: journalled, journal: journalled })
  await ledger.append(tenantId, factsOf(2))
  const old = memoryJournal([await inClear(opened, journal.records[0]!)])
  await loseAll(opened)
  const again = await openJournalledSql({ ...ports, payloadKeys: testPayloadKeys(), journal: old })
  assert.deepEqual([again.report.restoredCount, again.report.clearCount], [2, 1])
  assert.ok(!(await dumpOf(opened)).includes('{"n":'))
  const reader = makeLedger({ ...ports, payloadKeys: testPayloadKeys() })
  assert.deepEqual((await reader.payloadOf(tenantId, 1))!.value, { n: 1 })
  assert.ok((await reader.verifyLog(tenantId, {})).ok)
})

test('the journal holds no payload in clear, and brings back keys that the database lost', async () => {
  const opened = await openTestLedger()
  const { ports, tenantId } = opened
  const journal = memoryJournal()
  const journalled = await openJournalledSql({ ...ports, journal })
  const ledger = makeLedger({ ...ports, sql: journalled, journal: journalled })
  await ledger.append(tenantId, [aFact({ payload: { text: SECRET_WORDS } })])
  const written = journal.records.map((record) => Buffer.from(record).toString('latin1')).join('')
  assert.ok(written.length > 200)
  assert.ok(!written.includes(SECRET_WORDS))
  await loseAll(opened)
  const again = await openJournalledSql({ ...ports, payloadKeys: testPayloadKeys(), journal })
  assert.equal(again.report.restoredCount, 1)
  assert.equal(again.report.clearCount, 0)
  const reader = makeLedger({ ...ports, payloadKeys: testPayloadKeys() })
  assert.deepEqual((await reader.payloadOf(tenantId, 0))!.value, { text: SECRET_WORDS })
})
