// Following a log: every entry once and in order, whoever writes meanwhile, however slow the reader and wherever it begins.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aFact, factsOf, openTestLedger } from '../../test/ledger.ts'
import { copyLedger } from '../../test/rolled-back.ts'
import { systemClock } from '../platform/index.ts'
import { makeLedgerFeed } from './feed.ts'
import type { LedgerFeed } from './feed.ts'

/** Longer than any test takes: a follower that says nothing for so long has hung. */
const QUIET_MS = 60_000

const BEGINNING = { seq: 0, mark: undefined }

async function take(
  feed: LedgerFeed,
  tenantId: string,
  fromSeq: number,
  count: number,
  pauseMs = 0,
): Promise<number[]> {
  const ending = new AbortController()
  const seen: number[] = []
  const from = { seq: fromSeq, mark: undefined }
  const terms = { from, quietMs: QUIET_MS, signal: ending.signal }
  for await (const entries of feed.follow(tenantId, terms)) {
    assert.notEqual(entries.length, 0, 'nothing came for a minute')
    seen.push(...entries.map(({ seq }) => seq))
    if (seen.length >= count) ending.abort()
    if (pauseMs > 0) await systemClock.sleep(pauseMs)
  }
  return seen
}

const upTo = (count: number, from = 0): number[] =>
  Array.from({ length: count - from }, (_, index) => from + index)

test('followers see every entry once and in order while eight writers append, and one that is slow sees the same', async () => {
  const { ledger, tenantId } = await openTestLedger()
  const feed = makeLedgerFeed({ ledger, clock: systemClock })
  const followers = [
    take(feed, tenantId, 0, 400),
    take(feed, tenantId, 0, 400),
    take(feed, tenantId, 0, 400, 20),
  ]
  const writers = Array.from({ length: 8 }, async () => {
    for (let round = 0; round < 10; round++)
      await ledger.append(
        tenantId,
        Array.from({ length: 5 }, () => aFact()),
      )
  })
  await Promise.all(writers)
  for (const seen of await Promise.all(followers)) assert.deepEqual(seen, upTo(400))
})

test('a follower that is further behind than what is kept reads the rest from the database, and then goes on live', async () => {
  const { ledger, tenantId } = await openTestLedger()
  const feed = makeLedgerFeed({ ledger, clock: systemClock })
  const append = (count: number) =>
    ledger.append(
      tenantId,
      Array.from({ length: count }, () => aFact()),
    )
  await append(500)
  const ending = new AbortController()
  const terms = { from: BEGINNING, quietMs: QUIET_MS, signal: ending.signal }
  const behind = feed.follow(tenantId, terms)
  const first = await behind.next()
  const seen = (first.value ?? []).map(({ seq }) => seq)
  // Somebody keeps the tail going, and it forgets what the one behind has not read.
  const atEnd = take(feed, tenantId, 500, 1_500)
  for (let round = 0; round < 3; round++) await append(500)
  assert.deepEqual(await atEnd, upTo(2_000, 500))
  for await (const entries of behind) {
    seen.push(...entries.map(({ seq }) => seq))
    if (seen.length === 2_000) await append(1)
    if (seen.length > 2_000) ending.abort()
  }
  assert.deepEqual(seen, upTo(2_001))
})

test('a follower begins where it is told, or at the end; a place that the log has not reached is refused', async () => {
  const { ledger, tenantId } = await openTestLedger()
  const feed = makeLedgerFeed({ ledger, clock: systemClock })
  assert.deepEqual(await feed.placeIn(tenantId, undefined), BEGINNING)
  await ledger.append(tenantId, [aFact(), aFact(), aFact()])
  const end = await feed.placeIn(tenantId, undefined)
  assert.equal(end.seq, 3)
  assert.deepEqual(await feed.placeIn(tenantId, end), end)
  // As older versions gave it out: what is handed on from there has its mark.
  assert.deepEqual(await feed.placeIn(tenantId, { seq: 3, mark: undefined }), end)
  const beyond = feed.placeIn(tenantId, { seq: 4, mark: undefined })
  await assert.rejects(beyond, { code: 'LEDGER_ENTRY_UNKNOWN' })
  const nobodys = feed.placeIn('nobody', BEGINNING)
  await assert.rejects(nobodys, { code: 'LEDGER_TENANT_UNKNOWN' })
  assert.deepEqual(await take(feed, tenantId, 1, 2), [1, 2])
})

test('a quiet log says that it is alive, and a database that fails ends every follower with the failure', async () => {
  const { ledger, tenantId } = await openTestLedger()
  await ledger.append(tenantId, [aFact()])
  let isFailing = false
  const feed = makeLedgerFeed({
    clock: systemClock,
    ledger: {
      list: (tenant, query) =>
        isFailing ? Promise.reject(new Error('gone')) : ledger.list(tenant, query),
    },
  })
  const terms = {
    from: await feed.placeIn(tenantId, undefined),
    quietMs: 5,
    signal: new AbortController().signal,
  }
  const followers = [feed.follow(tenantId, terms), feed.follow(tenantId, terms)]
  for (const each of followers) assert.deepEqual((await each.next()).value, [])
  isFailing = true
  for (const each of followers) {
    await assert.rejects(async () => {
      for await (const entries of each) assert.deepEqual(entries, [])
    }, /gone/)
  }
  isFailing = false
  assert.deepEqual(await take(feed, tenantId, 0, 1), [0])
})

test('a place in a log that was put back and has grown past it is refused, and whoever follows is told nothing of the other history', async (t) => {
  const opened = await openTestLedger()
  const { ledger, tenantId } = opened
  const feed = makeLedgerFeed({ ledger, clock: systemClock })
  await ledger.append(tenantId, factsOf(4))
  const kept = await feed.placeIn(tenantId, undefined)
  const putBack = await copyLedger(opened)
  await ledger.append(tenantId, factsOf(6))
  const lost = await feed.placeIn(tenantId, undefined)
  const terms = { from: lost, quietMs: 5, signal: new AbortController().signal }
  const following = feed.follow(tenantId, terms)
  t.after(() => following.return())
  assert.deepEqual((await following.next()).value, [])
  await putBack()
  await ledger.append(tenantId, factsOf(9))
  await assert.rejects(feed.placeIn(tenantId, lost), { code: 'LEDGER_ENTRY_UNKNOWN' })
  await assert.rejects(async () => {
    for await (const entries of following) assert.deepEqual(entries, [])
  }, /fewer or others/)
  // What both histories have is no matter.
  assert.deepEqual(await feed.placeIn(tenantId, kept), kept)
  assert.deepEqual(await take(feed, tenantId, kept.seq, 9), upTo(13, 4))
})

test('a follower hears of a log that was put back before it has grown again', async () => {
  const opened = await openTestLedger()
  const { ledger, tenantId } = opened
  const feed = makeLedgerFeed({ ledger, clock: systemClock })
  await ledger.append(tenantId, factsOf(4))
  const putBack = await copyLedger(opened)
  await ledger.append(tenantId, factsOf(6))
  const from = await feed.placeIn(tenantId, undefined)
  const terms = { from, quietMs: QUIET_MS, signal: new AbortController().signal }
  const next = feed.follow(tenantId, terms).next()
  await putBack()
  await assert.rejects(next, { code: 'LEDGER_ENTRY_UNKNOWN' })
})
