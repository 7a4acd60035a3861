// Idempotency keys: what is asked twice under one key is done once, and the key stands or falls with the effect.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '../../test/clock.ts'
import { berthFault, openBerth } from '../../test/keyed-berth.ts'
import type { Told } from '../../test/keyed-berth.ts'
import type { SqlTx } from '../kernel/index.ts'
import { KEPT_MS } from './keyed-answers.ts'
import { purgeKeptAnswers } from './kept-answer-purge.ts'

const IN_FLIGHT = 'WEB_IDEMPOTENCY_KEY_IN_FLIGHT'

test('the same key twice is one effect, and the second answer is the first again, marked as such', async () => {
  const berth = await openBerth()
  const first = await berth.ask({ key: '"k1"' })
  const second = await berth.ask({ key: '"k1"' })
  assert.deepEqual([first.status, first.isReplayed], [201, false])
  assert.deepEqual([second.status, second.isReplayed], [201, true])
  assert.deepEqual(second.body, first.body)
  assert.equal(await berth.countShips(), 1)
})

test('without a key each request is an effect of its own, and nothing is kept', async () => {
  const berth = await openBerth()
  await berth.ask({})
  await berth.ask({})
  assert.deepEqual([await berth.countShips(), await berth.countKept()], [2, 0])
})

test('twenty requests with one key at a time are one effect; each is answered the same or told to wait', async () => {
  const berth = await openBerth()
  const told = await Promise.all(Array.from({ length: 20 }, () => berth.ask({ key: '"k1"' })))
  assert.equal(await berth.countShips(), 1)
  const done = told.filter(({ status }) => status === 201)
  assert.equal(new Set(done.map(({ body }) => JSON.stringify(body))).size, 1)
  assert.equal(done.filter(({ isReplayed }) => !isReplayed).length, 1)
  const others = told.filter(({ status }) => status !== 201)
  assert.ok(others.every(({ code, retryAfter }) => code === IN_FLIGHT && retryAfter === '1'))
  assert.deepEqual((await berth.ask({ key: '"k1"' })).body, done[0]?.body)
})

test('two servers that race on one key make one effect', async () => {
  const here = await openBerth()
  const there = await openBerth(here)
  let answers: Told[] = []
  for (let round = 0; round < 5; round++) {
    const key = `"race-${round}"`
    answers = await Promise.all([here.ask({ key }), there.ask({ key }), here.ask({ key })])
    assert.ok(answers.some(({ status }) => status === 201))
    assert.ok(answers.every(({ status, code }) => status === 201 || code === IN_FLIGHT))
    assert.equal((await there.ask({ key })).isReplayed, true)
  }
  assert.equal(await here.countShips(), 5)
})

test('another body, route or query under the same key is refused; the same JSON written otherwise is the same', async () => {
  const berth = await openBerth()
  await berth.ask({ key: '"k1"', payload: '{"ship":"Ada","tons":1}' })
  const same = await berth.ask({ key: '"k1"', payload: ' { "tons": 1.0, "ship": "Ad\\u0061" }' })
  assert.deepEqual([same.status, same.isReplayed], [201, true])
  const body = await berth.ask({ key: '"k1"', payload: '{"ship":"Ada","tons":2}' })
  const route = await berth.ask({ key: '"k1"', path: '/v1/papers' })
  for (const refused of [body, route])
    assert.deepEqual([refused.status, refused.code], [422, 'WEB_IDEMPOTENCY_KEY_REUSED'])
  assert.equal(await berth.countShips(), 1)
})

test('the key of one principal says nothing about that of another', async () => {
  const berth = await openBerth()
  const mine = await berth.ask({ key: '"k1"', principal: 'ada' })
  const yours = await berth.ask({ key: '"k1"', principal: 'ben', ship: 'Other' })
  assert.deepEqual([mine.isReplayed, yours.isReplayed, yours.status], [false, false, 201])
  assert.equal(await berth.countShips(), 2)
})

test('a fault after the effect undoes it and keeps nothing, so that the repetition does it', async () => {
  const berth = await openBerth()
  berth.afterEffect = () => Promise.reject(berthFault('BERTH_BROKEN', 'the pier is gone'))
  assert.equal((await berth.ask({ key: '"k1"' })).status, 500)
  assert.deepEqual([await berth.countShips(), await berth.countKept()], [0, 0])
  berth.afterEffect = () => Promise.resolve()
  const again = await berth.ask({ key: '"k1"' })
  assert.deepEqual([again.status, again.isReplayed, await berth.countShips()], [201, false, 1])
})

test('a refusal is not kept and is judged again; what the handler had committed before stays, as without a key', async () => {
  const berth = await openBerth()
  berth.afterEffect = () => Promise.reject(berthFault('BERTH_TAKEN', 'somebody lies there'))
  const refused = await berth.ask({ key: '"k1"' })
  assert.deepEqual([refused.status, refused.code], [409, 'BERTH_TAKEN'])
  assert.deepEqual([await berth.countShips(), await berth.countKept()], [1, 0])
  berth.afterEffect = () => Promise.resolve()
  assert.deepEqual([(await berth.ask({ key: '"k1"' })).status, await berth.countShips()], [201, 2])
})

test('a key counts for a day; then it is new again, and the purge removes what is over', async () => {
  const berth = await openBerth()
  await berth.ask({ key: '"k1"' })
  await berth.ask({ key: '"k2"' })
  berth.clock.advance(KEPT_MS - 1)
  assert.equal((await berth.ask({ key: '"k1"' })).isReplayed, true)
  berth.clock.advance(1)
  assert.equal((await berth.ask({ key: '"k1"', ship: 'Later' })).isReplayed, false)
  assert.deepEqual([await berth.countShips(), await berth.countKept()], [3, 2])
  assert.ok((await purgeKeptAnswers({ sql: berth.sql, clock: berth.clock })) >= 1)
  assert.equal(await berth.countKept(), 1)
  const later = fakeClock(berth.clock.nowMs() + KEPT_MS)
  assert.ok((await purgeKeptAnswers({ sql: berth.sql, clock: later })) >= 1)
  assert.equal(await berth.countKept(), 0)
})

test('a secret is in the first answer and nowhere else; the repetition says that it is done and what to do', async () => {
  const berth = await openBerth()
  const first = await berth.ask({ path: '/v1/papers', key: '"k1"' })
  assert.deepEqual(first.body.data, { ship: 'Ada', seal: 'obviously-fake-seal' })
  const second = await berth.ask({ path: '/v1/papers', key: '"k1"' })
  assert.deepEqual([second.status, second.code], [409, 'WEB_IDEMPOTENCY_ANSWER_WITHHELD'])
  assert.deepEqual(second.body.details, { status: 201, data: { ship: 'Ada' } })
  assert.match(JSON.stringify(second.body), /Ask for new papers\./)
  const rows = await berth.sql.transaction('system', (tx) =>
    tx.query('select row_to_json(k)::text as kept from web_kept_answer k where tenant_id = $1', [
      berth.tenantId,
    ]),
  )
  assert.ok(!JSON.stringify(rows).includes('obviously-fake-seal'))
  assert.equal(await berth.countShips(), 1)
})

test('what a key says is not in the database, and an answer that the version before kept under its words is found', async () => {
  const berth = await openBerth()
  const key = 'ship-of-ada@example.com'
  await berth.ask({ key: `"${key}"` })
  const inRow = (tx: SqlTx): Promise<readonly { key: string; kept: string }[]> =>
    tx.query(
      'select key, row_to_json(k)::text as kept from web_kept_answer k where tenant_id = $1',
      [berth.tenantId],
    )
  const [row] = await berth.sql.transaction('system', inRow)
  assert.match(row?.key ?? '', /^h1:[0-9a-f]{64}$/)
  assert.doesNotMatch(row?.kept ?? '', /ada@/)
  await berth.ask({ key: `"${key}"`, principal: 'another' })
  const stored = (await berth.sql.transaction('system', inRow)).map((each) => each.key)
  assert.equal(new Set(stored).size, 2, 'one key of two callers is two names')
  const asBefore = 'update web_kept_answer set key = $2 where tenant_id = $1 and key = $3'
  await berth.sql.transaction('system', (tx) =>
    tx.query(asBefore, [berth.tenantId, key, row?.key ?? '']),
  )
  assert.equal((await berth.ask({ key: `"${key}"` })).isReplayed, true)
  assert.deepEqual([await berth.countShips(), await berth.countKept()], [2, 2])
})

test('a handler with transactions of its own keeps the key in that of its effect, also when it is raced', async () => {
  const berth = await openBerth()
  const path = '/v1/convoys'
  const told = await Promise.all([1, 2, 3].map(() => berth.ask({ path, key: '"k1"' })))
  assert.deepEqual(
    told.map(({ status }) => status),
    [201, 201, 201],
  )
  assert.equal(told.filter(({ isReplayed }) => !isReplayed).length, 1)
  assert.deepEqual([await berth.countShips(), await berth.countKept()], [1, 1])
  berth.afterEffect = () => Promise.reject(berthFault('BERTH_BROKEN', 'the pier is gone'))
  assert.equal((await berth.ask({ path, key: '"k2"' })).status, 500)
  assert.deepEqual([await berth.countShips(), await berth.countKept()], [1, 1])
})

test('a key is one quoted or bare text of 255 characters at most, and both ways of writing it are one key', async () => {
  const berth = await openBerth()
  for (const key of ['""', '"a', 'a b', '"a","b"', 'ä', `"${'x'.repeat(256)}"`]) {
    const refused = await berth.ask({ key })
    assert.deepEqual([refused.status, refused.code], [400, 'WEB_IDEMPOTENCY_KEY_INVALID'], key)
  }
  assert.equal((await berth.ask({ key: `"${'x'.repeat(255)}"` })).status, 201)
  assert.equal((await berth.ask({ key: 'one-key' })).isReplayed, false)
  assert.equal((await berth.ask({ key: '"one-key"' })).isReplayed, true)
})
