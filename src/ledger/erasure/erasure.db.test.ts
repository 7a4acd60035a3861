// Erasure: all of it or nothing, attested by an entry that verification holds against exactly what is gone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hexOf } from '../../kernel/index.ts'
import type { SqlTx } from '../../kernel/index.ts'
import { openSeal, systemClock } from '../../platform/index.ts'
import { verifyCommitment } from '../../proof/index.ts'
import { nodeDigest } from '../../../test/crypto.ts'
import { aFact, memoryJournal, memoryRegister, openTestLedger } from '../../../test/ledger.ts'
import type { TestLedger } from '../../../test/ledger.ts'
import { testPayloadKeys } from '../../../test/payload-keys.ts'
import { openJournalledSql } from '../journal.ts'
import type { JournalledSql } from '../journal.ts'
import type { Ledger } from '../model.ts'
import { PayloadKeys } from '../payload/keys.ts'
import { makeLedger } from '../service.ts'
import { executeErasure, previewErasure } from './erasure.ts'
import type { Erased } from './erasure.ts'
import type { Attestation, ErasurePorts, ErasureWish } from './model.ts'

const CLASSES = {
  'note.*': 'subject',
  'request.done': 'actor',
  'sign-off.recorded': 'record',
} as const
const WISH: ErasureWish = { subject: 'customer-7', reason: 'asked on 21 November' }

interface Yard extends TestLedger {
  readonly ports: TestLedger['ports']
  readonly erasing: ErasurePorts
  /** As another process has it. */
  fresh(): Ledger
  erase(wish?: ErasureWish): Promise<Erased>
}

/** 0 about the person, 1 by them, 2 signed by them, 3 about another, 4 the tenant's own that names them. */
async function openYard(): Promise<Yard> {
  const opened = await openTestLedger()
  const { sql, tenantId } = opened
  const payloadKeys = testPayloadKeys(CLASSES)
  const ports = { ...opened.ports, payloadKeys }
  const ledger = makeLedger(ports)
  const person = WISH.subject
  await ledger.append(tenantId, [
    aFact({ subject: person, payload: { street: 'Quay 9' } }),
    aFact({ type: 'request.done', actor: person }),
    aFact({ type: 'sign-off.recorded', actor: person }),
    aFact({ subject: 'customer-8' }),
    aFact({ type: 'plan.recorded', actor: person }),
  ])
  const { digest, random } = ports
  const erasing = { ledger, payloadKeys, digest, random, derived: [], register: memoryRegister() }
  const erase = (wish = WISH): Promise<Erased> =>
    sql.transaction({ tenantId }, (tx) => executeErasure(erasing, tx, tenantId, wish, ['p-1']))
  const fresh = (): Ledger => makeLedger({ ...ports, payloadKeys: testPayloadKeys(CLASSES) })
  return { ...opened, ports, ledger, erasing, erase, fresh }
}

const asOwner = <T>({ sql }: Yard, work: (tx: SqlTx) => Promise<T>): Promise<T> =>
  sql.transaction('system', work)

async function run(yard: Yard, text: string): Promise<void> {
  await asOwner(yard, (tx) =>
    tx.query(text.replaceAll('MINE', '(select log_id from ledger_log where tenant_id = $1)'), [
      yard.tenantId,
    ]),
  )
}

test('what is theirs is gone, what is not theirs or has to be kept stays, and the log says so', async () => {
  const yard = await openYard()
  const { ledger, sql, tenantId, erasing } = yard
  const before = await ledger.payloadOf(tenantId, 0)
  const reach = await sql.transaction({ tenantId }, (tx) =>
    previewErasure(erasing, tx, tenantId, WISH),
  )
  const erased = [
    { class: 'subject', count: 1 },
    { class: 'actor', count: 1 },
  ]
  assert.deepEqual(reach, { erased, kept: 1, tenants: 1 })
  const done = await yard.erase()
  assert.deepEqual([done.count, done.attestedBy], [2, [5]])
  for (const each of [ledger, yard.fresh()])
    assert.deepEqual(
      await Promise.all(
        [0, 1, 2, 3, 4].map(async (seq) => (await each.payloadOf(tenantId, seq)) !== undefined),
      ),
      [false, false, true, true, true],
    )
  const { entries } = await ledger.list(tenantId, {})
  assert.deepEqual(
    entries.map(({ erasedBy }) => erasedBy),
    [5, 5, undefined, undefined, undefined, undefined],
  )
  const verdict = await ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.reason)
  assert.deepEqual([verdict.checked.payloads, verdict.checked.erased], [4, 2])
  const attested = (await ledger.payloadOf(tenantId, 5))!.value
  assert.ok(!JSON.stringify([attested, entries[5]!.body]).includes(WISH.subject))
  // Whoever has the leaf alone cannot try out what the payload was: the salt went with the key.
  assert.ok(verifyCommitment(nodeDigest, entries[0]!.body.payload, before!.salt, before!.value))
  const rows = await asOwner(yard, (tx) =>
    tx.query<{ said: string }>(
      'select p::text as said from ledger_payload p join ledger_log using (log_id) where tenant_id = $1',
      [tenantId],
    ),
  )
  assert.ok(!rows.some(({ said }) => said.includes(hexOf(before!.salt))))
})

test('under a policy that is named what had to be kept goes too, and a new entry about them gets a new key', async () => {
  const yard = await openYard()
  const { ledger, tenantId } = yard
  assert.equal((await yard.erase({ ...WISH, policy: 'retention ended' })).count, 3)
  const [entry] = await ledger.append(tenantId, [aFact({ subject: WISH.subject })])
  assert.deepEqual((await yard.fresh().payloadOf(tenantId, entry!.seq))!.value, { text: 'ok' })
  assert.equal((await yard.erase()).count, 1)
  await assert.rejects(yard.erase(), { code: 'LEDGER_ERASURE_EMPTY' })
  await assert.rejects(yard.erase({ ...WISH, subject: 'nobody' }), { code: 'LEDGER_ERASURE_EMPTY' })
  const verdict = await ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok)
  assert.equal(verdict.checked.erased, 4)
})

test('under another key of the installation nobody is erased by halves: it is refused', async () => {
  const { erasing, ports, sql, tenantId } = await openYard()
  const secret = new Uint8Array(32).fill(7)
  const { digest, random } = ports
  const stranger = {
    ...erasing,
    payloadKeys: new PayloadKeys({ secret, digest, random, openSeal }),
  }
  const code = 'LEDGER_KEY_UNREADABLE'
  const asStranger = <T>(work: (tx: SqlTx) => Promise<T>): Promise<T> =>
    sql.transaction({ tenantId }, work)
  await assert.rejects(
    asStranger((tx) => previewErasure(stranger, tx, tenantId, WISH)),
    { code },
  )
  await assert.rejects(
    asStranger((tx) => executeErasure(stranger, tx, tenantId, WISH, ['p-1'])),
    { code },
  )
})

test('a process that remembers a key that another destroyed appends under a new one', async () => {
  const yard = await openYard()
  const { tenantId, ports } = yard
  // The refused batch is tried again after a pause.
  const payloadKeys = testPayloadKeys(CLASSES)
  const other = makeLedger({ ...ports, payloadKeys, clock: systemClock })
  const about = (): ReturnType<Ledger['append']> =>
    other.append(tenantId, [aFact({ subject: WISH.subject })])
  await about()
  await about()
  await yard.erase()
  const [entry] = await about()
  assert.deepEqual((await yard.fresh().payloadOf(tenantId, entry!.seq))!.value, { text: 'ok' })
})

test('a payload that is gone and not exactly what an entry attests is missing, and only that is a failure', async () => {
  const changes = {
    'a ciphertext taken away':
      'update ledger_payload set sealed = null where log_id in MINE and seq = 3',
    'one more that names the attestation': `update ledger_payload set sealed = null, erased_log = log_id, erased_seq = 5
      where log_id in MINE and seq = 3`,
    'one less': 'update ledger_payload set erased_seq = null where log_id in MINE and seq = 0',
    'another in its place': `update ledger_payload set sealed = case seq when 0 then sha256('x') end,
      erased_log = case seq when 3 then log_id end, erased_seq = case seq when 3 then 5 end
      where log_id in MINE and seq in (0, 3)`,
    'an entry that attests nothing':
      'update ledger_payload set erased_seq = 4 where log_id in MINE and erased_seq = 5',
    'an attestation whose own payload is gone':
      'update ledger_payload set sealed = null where log_id in MINE and seq = 5',
    'a key destroyed besides': `update ledger_dek set wrapped = null where tenant_id = $1 and class = 'tenant'`,
  }
  for (const [name, change] of Object.entries(changes)) {
    const yard = await openYard()
    await yard.erase()
    await run(yard, change)
    const verdict = await yard.ledger.verifyLog(yard.tenantId, {})
    assert.ok(!verdict.ok, name)
    assert.match(verdict.reason, /missing \(unexplained\)/, name)
  }
})

test('more payloads than one entry attests are attested in parts with a summary, each part by exactly its own', async () => {
  const yard = await openYard()
  const { ledger, sql, tenantId, erasing } = yard
  await ledger.append(
    tenantId,
    [0, 1, 2].map(() => aFact({ subject: WISH.subject })),
  )
  const done = await sql.transaction({ tenantId }, (tx) =>
    executeErasure({ ...erasing, partLimit: 2 }, tx, tenantId, WISH, ['p-1']),
  )
  assert.deepEqual([done.count, done.attestedBy], [5, [8, 9, 10, 11]])
  const { entries } = await ledger.list(tenantId, {})
  assert.deepEqual(
    entries.slice(0, 8).map(({ erasedBy }) => erasedBy),
    [8, 8, undefined, undefined, undefined, 9, 9, 10],
  )
  const types = ['erasure.executed', 'erasure.executed', 'erasure.executed', 'erasure.summed-up']
  assert.deepEqual(
    entries.slice(8).map(({ body }) => body.type),
    types,
  )
  const { request, parts, count } = (await ledger.payloadOf(tenantId, 11))!.value as Attestation
  assert.deepEqual([request, parts, count], [done.request, 3, 5])
  const whole = await ledger.verifyLog(tenantId, {})
  assert.ok(whole.ok)
  assert.equal(whole.checked.erased, 5)
  // The same five payloads, and one of them under the part of others.
  await run(yard, 'update ledger_payload set erased_seq = 9 where log_id in MINE and seq = 7')
  assert.equal((await ledger.verifyLog(tenantId, {})).ok, false)
})

test('an erasure that is cut off at any of its statements has erased nothing, and the next one all', async () => {
  const yard = await openYard()
  const { sql, tenantId, erasing, ledger } = yard
  class Death extends Error {}
  let cutOff = 0
  for (let dieAt = 1; dieAt < 100; dieAt++) {
    let count = 0
    const dying = sql.transaction({ tenantId }, (tx) => {
      const query: SqlTx['query'] = (text, values) => {
        count++
        if (count === dieAt) throw new Death()
        return tx.query(text, values)
      }
      return executeErasure(erasing, { ...tx, query }, tenantId, WISH, ['p-1'])
    })
    const isDone = await dying.then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof Death)) throw error
        return false
      },
    )
    const isThere = (await yard.fresh().payloadOf(tenantId, 0)) !== undefined
    assert.equal(isThere, !isDone, `statement ${dieAt}`)
    if (isDone) break
    cutOff = dieAt
    assert.equal(await ledger.sizeOf(tenantId), 5)
  }
  assert.ok(cutOff >= 8, String(cutOff))
  assert.ok((await ledger.verifyLog(tenantId, {})).ok)
})

test('the journal forgets the wrapped keys with the erasure, also when the process ends before it can', async () => {
  const yard = await openYard()
  const { ports, tenantId } = yard
  const journal = memoryJournal()
  const sql: JournalledSql = await openJournalledSql({ ...ports, journal })
  const ledger = makeLedger({ ...ports, sql, journal: sql })
  await ledger.append(tenantId, [aFact({ subject: 'customer-9' })])
  const written = [...journal.records]
  const wish = { ...WISH, subject: 'customer-9' }
  const erasing = { ...yard.erasing, ledger, journal: sql }
  await sql.transaction({ tenantId }, (tx) => executeErasure(erasing, tx, tenantId, wish, ['p-1']))
  assert.deepEqual(journal.records, [])
  const after = await openJournalledSql({ ...ports, journal: memoryJournal(written) })
  assert.equal(after.report.destroyedCount, 1)
})
