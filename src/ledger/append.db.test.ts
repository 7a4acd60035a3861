// Appending: order, links, repetition, refusal, many writers at once, row security.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { freshTenant } from '../../test/database.ts'
import { aFact, factsOf, openTestLedger, TEST_NOW_MS } from '../../test/ledger.ts'
import { bytesEqual, hexOf, uuidV7 } from '../kernel/index.ts'
import { decodeLeaf, genesisLink, hashLeaf, verifyCommitment } from '../proof/index.ts'
import { makeLedger, QUEUE_LIMIT } from './index.ts'
import type { Ledger } from './index.ts'

const idOf = (n: number): string => uuidV7(TEST_NOW_MS, new Uint8Array(10).fill(n))

async function sizeOf(ledger: Ledger, tenantId: string): Promise<number> {
  return (await ledger.verifyLog(tenantId, {})).size
}

test('entries come back in order, linked from the genesis, with payload and commitment', async () => {
  const { ledger, sql, clock, tenantId } = await openTestLedger()
  await sql.transaction({ tenantId }, (tx) =>
    ledger.appendInTx(tx, tenantId, [aFact({ payload: { n: 0 } }), aFact({ payload: { n: 1 } })]),
  )
  clock.advance(1_500)
  const [third] = await ledger.append(tenantId, [
    aFact({ payload: { n: 2 }, subject: 'other@1.0.0' }),
  ])
  assert.deepEqual([third!.seq, third!.isRepeat], [2, false])
  const { entries, nextSeq } = await ledger.list(tenantId, {})
  assert.equal(nextSeq, undefined)
  assert.deepEqual(
    entries.map((entry) => [entry.seq, entry.timeMs]),
    [
      [0, TEST_NOW_MS],
      [1, TEST_NOW_MS],
      [2, TEST_NOW_MS + 1_500],
    ],
  )
  const origin = (await ledger.identify(tenantId))!.origin
  assert.match(origin, /^ships\.example\/ledger\/[0-9a-f]{16}$/)
  let link = genesisLink(nodeDigest, origin, 1)
  for (const entry of entries) {
    const leaf = decodeLeaf(entry.leaf)
    assert.ok(leaf.ok && bytesEqual(leaf.value.prev, link))
    link = hashLeaf(nodeDigest, entry.leaf)
    assert.deepEqual(entry.leafHash, link)
    const payload = await ledger.payloadOf(tenantId, entry.seq)
    assert.deepEqual(payload?.value, { n: entry.seq })
    assert.ok(verifyCommitment(nodeDigest, entry.body.payload, payload.salt, payload.value))
  }
})

test('a transaction that fails after appending leaves no entry and no log behind', async () => {
  const { ledger, sql, tenantId } = await openTestLedger()
  const failing = sql.transaction({ tenantId }, async (tx) => {
    await ledger.appendInTx(tx, tenantId, [aFact()])
    throw new Error('the caller fails')
  })
  await assert.rejects(failing, /the caller fails/)
  assert.equal(await ledger.identify(tenantId), undefined)
  await sql.transaction({ tenantId }, (tx) => ledger.appendInTx(tx, tenantId, [aFact()]))
  assert.equal(await sizeOf(ledger, tenantId), 1)
})

test('the same id with the same content answers the old entry, with other content it is a conflict', async () => {
  const { ledger, sql, clock, tenantId } = await openTestLedger()
  const fact = aFact({ id: idOf(1), payload: { b: 1, a: [true] } })
  const [first] = await ledger.append(tenantId, [fact])
  clock.advance(60_000)
  const [again] = await ledger.append(tenantId, [{ ...fact, payload: { a: [true], b: 1 } }])
  assert.deepEqual(
    [again!.seq, again!.isRepeat, hexOf(again!.leafHash)],
    [0, true, hexOf(first!.leafHash)],
  )
  const [inTx] = await sql.transaction({ tenantId }, (tx) =>
    ledger.appendInTx(tx, tenantId, [fact]),
  )
  assert.ok(inTx!.isRepeat)
  for (const other of [
    { payload: { b: 2, a: [true] } },
    { subject: 'other@1.0.0' },
    { type: 'note.changed' },
    { actor: 'p-2' },
  ]) {
    await assert.rejects(ledger.append(tenantId, [{ ...fact, ...other }]), {
      code: 'LEDGER_ENTRY_CONFLICT',
    })
  }
  assert.equal(await sizeOf(ledger, tenantId), 1)
})

test('a repetition inside one batch is recognised, and a conflict in it fails its own caller only', async () => {
  const { ledger, tenantId } = await openTestLedger()
  const results = await Promise.allSettled([
    ledger.append(tenantId, [aFact({ id: idOf(1) })]),
    ledger.append(tenantId, [aFact({ id: idOf(1) })]),
    ledger.append(tenantId, [aFact({ id: idOf(1), payload: 'other' })]),
    ledger.append(tenantId, [aFact({ id: idOf(2) })]),
  ])
  assert.deepEqual(
    results.map((result) => result.status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  )
  const [, second, third, fourth] = results
  assert.ok(
    second?.status === 'fulfilled' && second.value[0]!.isRepeat && second.value[0]!.seq === 0,
  )
  assert.ok(third?.status === 'rejected')
  assert.equal((third.reason as { code?: string }).code, 'LEDGER_ENTRY_CONFLICT')
  assert.ok(fourth?.status === 'fulfilled' && fourth.value[0]!.seq === 1)
})

test('an id belongs to one log: another tenant may use it', async () => {
  const { ledger, sql, tenantId } = await openTestLedger()
  const neighbour = await freshTenant(sql)
  await ledger.append(tenantId, [aFact({ id: idOf(1) })])
  const [entry] = await ledger.append(neighbour, [aFact({ id: idOf(1), payload: 'theirs' })])
  assert.deepEqual([entry!.seq, entry!.isRepeat], [0, false])
})

test('facts that could not be read back exactly are refused before anything is written', async () => {
  const { ledger, tenantId } = await openTestLedger()
  const refused = [
    { type: 'Note Appended' },
    { type: 'note' },
    { id: '00000000-0000-4000-8000-000000000000' },
    { payload: undefined },
    { payload: { at: new Date(0) } },
    { payload: ['\ud800'] },
    { payload: 2 ** 60 },
    { subject: '\udfff' },
    { ts: '2026-11-21' },
    { refs: ['sha256:short' as const] },
  ]
  for (const changed of refused) {
    await assert.rejects(
      ledger.append(tenantId, [aFact(changed)]),
      { code: /^(LEDGER_ENTRY_REFUSED|CANONICAL_VALUE_REFUSED)$/ },
      JSON.stringify(changed),
    )
  }
  await assert.rejects(ledger.append(tenantId, [aFact({ subject: 'x'.repeat(66_000) })]), {
    code: 'LEDGER_ENTRY_TOO_LARGE',
  })
  await assert.rejects(ledger.append(tenantId, [aFact({ payload: 'x'.repeat(300_000) })]), {
    code: 'LEDGER_ENTRY_TOO_LARGE',
  })
  assert.equal(await sizeOf(ledger, tenantId), 0)
})

test('payloads of any Unicode and numbers come back as they were', async () => {
  const { ledger, tenantId } = await openTestLedger()
  const payloads = [
    '\u0000\u0001',
    'é\u{1f6a2}',
    '"\\',
    0.1,
    -0.5e-7,
    9007199254740991,
    null,
    [],
    {},
    { '\u20ac': { '': [false] } },
  ]
  await ledger.append(
    tenantId,
    payloads.map((payload) => aFact({ payload })),
  )
  for (const [seq, payload] of payloads.entries()) {
    assert.deepEqual((await ledger.payloadOf(tenantId, seq))?.value, payload)
  }
  const verdict = await ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok)
  assert.equal(verdict.checked.payloads, payloads.length)
})

test('sixteen writers at once make no gap and no fork', async () => {
  const { ledger, ports, sql, tenantId } = await openTestLedger()
  const other = makeLedger(ports)
  const writers = Array.from({ length: 16 }, async (_, writer) => {
    const seqs: number[] = []
    for (let n = 0; n < 12; n++) {
      const fact = aFact({ payload: { writer, n } })
      const front = writer % 2 === 0 ? ledger : other
      const appended =
        writer % 4 < 2
          ? await front.append(tenantId, [fact])
          : await sql.transaction({ tenantId }, (tx) => front.appendInTx(tx, tenantId, [fact]))
      seqs.push(appended[0]!.seq)
    }
    return seqs
  })
  const seqs = (await Promise.all(writers)).flat().sort((a, b) => a - b)
  assert.deepEqual(
    seqs,
    Array.from({ length: 192 }, (_, at) => at),
  )
  const verdict = await ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok)
  assert.deepEqual([verdict.size, verdict.checked.entries], [192, 192])
})

test('what one writer appends stays in the order it was given', async () => {
  const { ledger, tenantId } = await openTestLedger()
  const appended = await Promise.all([
    ledger.append(tenantId, factsOf(400)),
    ledger.append(tenantId, factsOf(300)),
  ])
  assert.deepEqual(
    appended.flat().map((entry) => entry.seq),
    Array.from({ length: 700 }, (_, at) => at),
  )
  assert.deepEqual((await ledger.payloadOf(tenantId, 399))?.value, { n: 399 })
  assert.deepEqual((await ledger.payloadOf(tenantId, 400))?.value, { n: 0 })
})

test('a queue beyond its bound refuses and takes nothing of what it refuses', async () => {
  const { ledger, tenantId } = await openTestLedger()
  const first = ledger.append(tenantId, factsOf(10))
  await assert.rejects(ledger.append(tenantId, factsOf(QUEUE_LIMIT)), { code: 'LEDGER_QUEUE_FULL' })
  await first
  assert.equal(await sizeOf(ledger, tenantId), 10)
})

test('time never goes back in a log, though the clock does', async () => {
  const { ledger, clock, tenantId } = await openTestLedger()
  await ledger.append(tenantId, [aFact()])
  clock.advance(-3_600_000)
  await ledger.append(tenantId, [aFact()])
  clock.advance(3_600_000 - 1_000)
  await ledger.append(tenantId, [aFact()])
  const { entries } = await ledger.list(tenantId, {})
  assert.deepEqual(
    entries.map((entry) => entry.timeMs),
    [TEST_NOW_MS, TEST_NOW_MS, TEST_NOW_MS],
  )
  assert.ok((await ledger.verifyLog(tenantId, {})).ok)
})

test('a clock that leaps ahead stops appends to a log that has entries', async () => {
  const clock = {
    wallMs: TEST_NOW_MS,
    nowMs: () => clock.wallMs,
    monotonicMs: () => 0,
    sleep: () => Promise.resolve(),
  }
  const { ledger, sql, ports, tenantId } = await openTestLedger({ clock })
  await ledger.append(tenantId, [aFact()])
  clock.wallMs += 86_400_000
  await assert.rejects(ledger.append(tenantId, [aFact()]), { code: 'LEDGER_CLOCK_JUMPED' })
  await assert.rejects(
    sql.transaction({ tenantId }, (tx) => ledger.appendInTx(tx, tenantId, [aFact()])),
    { code: 'LEDGER_CLOCK_JUMPED' },
  )
  // A process started anew cannot tell the leap from a pause, and takes it.
  assert.equal((await makeLedger(ports).append(tenantId, [aFact()]))[0]!.seq, 1)
})
