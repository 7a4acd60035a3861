// Keys that were verified before: hashed no more while they are used, and looked up all the same.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as later } from 'node:timers/promises'
import { testEngine } from '../../../test/database.ts'
import { codeOf, openGatehouse } from '../../../test/gatehouse.ts'
import type { ApiKeyWish } from './model.ts'

const WISH: ApiKeyWish = { name: 'ci', role: 'developer', environments: null, lifetimeS: 3_600 }
const PEER = '192.0.2.7'

test('keys in use are hashed once, however long they are used, and again after a minute without use', async () => {
  const { keys, tenantId, clock, hashCount } = await openGatehouse()
  const texts: string[] = []
  for (let nth = 0; nth < 3; nth++) texts.push((await keys.create(tenantId, 'operator', WISH)).text)
  const verifyAll = (): Promise<string[]> =>
    Promise.all(texts.map((text) => codeOf(keys.verify(text, PEER))))
  await verifyAll()
  const made = hashCount()
  for (let minute = 0; minute < 10; minute++) {
    clock.advance(59_000)
    assert.deepEqual(await verifyAll(), Array(3).fill('opened'))
  }
  assert.equal(hashCount(), made)
  clock.advance(60_000)
  assert.equal(await codeOf(keys.verify(texts[0]!, PEER)), 'opened')
  assert.equal(hashCount(), made + 1)
})

test('the last use of a key in use is noted to the minute, of one that is not used it stays', async () => {
  const { keys, tenantId, clock } = await openGatehouse()
  const used = await keys.create(tenantId, 'operator', WISH)
  const left = await keys.create(tenantId, 'operator', WISH)
  const lastUses = async (): Promise<readonly number[]> => {
    const listed = await keys.list(tenantId)
    return [used, left].map(({ key }) =>
      Date.parse(listed.find(({ keyId }) => keyId === key.keyId)?.lastUsedAt ?? ''),
    )
  }
  await keys.verify(used.text, PEER)
  await keys.verify(left.text, PEER)
  const firstAtMs = clock.nowMs()
  assert.deepEqual(await lastUses(), [firstAtMs, firstAtMs])
  for (let second = 0; second < 300; second += 5) {
    clock.advance(5_000)
    await keys.verify(used.text, PEER)
    const [usedAtMs = 0, leftAtMs] = await lastUses()
    assert.ok(clock.nowMs() - usedAtMs <= 60_000, `${clock.nowMs() - usedAtMs} ms ago`)
    assert.equal(leftAtMs, firstAtMs)
  }
})

test('a key that was used for minutes is over at once where it is revoked, and within two seconds on another server', async () => {
  const { keys, elsewhere, tenantId, clock, hashCount } = await openGatehouse()
  const { key, text } = await keys.create(tenantId, 'operator', WISH)
  for (let second = 0; second < 300; second += 10) {
    assert.equal(await codeOf(keys.verify(text, PEER)), 'opened')
    assert.equal(await codeOf(elsewhere.verify(text, PEER)), 'opened')
    clock.advance(10_000)
  }
  await elsewhere.verify(text, PEER)
  const made = hashCount()
  await keys.revoke(tenantId, 'operator', key.keyId, 'leaked')
  assert.equal(await codeOf(keys.verify(text, PEER)), 'IDENTITY_API_KEY_ENDED')
  // Asked all the while, so that use itself does not put the question off.
  for (let tenth = 0; tenth < 19; tenth++) {
    clock.advance(100)
    await codeOf(elsewhere.verify(text, PEER))
  }
  clock.advance(100)
  assert.equal(await codeOf(elsewhere.verify(text, PEER)), 'IDENTITY_API_KEY_ENDED')
  assert.ok(hashCount() > made, 'whoever holds an ended key is told so by the row')
})

test('a rotation elsewhere ends a key that is in use when its overlap is over', async () => {
  const { keys, elsewhere, tenantId, clock } = await openGatehouse()
  const { key, text } = await keys.create(tenantId, 'operator', WISH)
  assert.equal(await codeOf(elsewhere.verify(text, PEER)), 'opened')
  await keys.rotate(tenantId, 'operator', key.keyId, 90)
  for (let second = 0; second < 88; second += 2) {
    clock.advance(2_000)
    assert.equal(await codeOf(elsewhere.verify(text, PEER)), 'opened')
  }
  clock.advance(2_000)
  assert.equal(await codeOf(elsewhere.verify(text, PEER)), 'IDENTITY_API_KEY_ENDED')
})

test('without the database a key that was used for minutes counts for two seconds', async () => {
  const { keys, tenantId, clock, loseDatabase } = await openGatehouse()
  const { text } = await keys.create(tenantId, 'operator', WISH)
  for (let minute = 0; minute < 5; minute++) {
    assert.equal(await codeOf(keys.verify(text, PEER)), 'opened')
    clock.advance(50_000)
  }
  await keys.verify(text, PEER)
  loseDatabase()
  clock.advance(1_999)
  assert.equal(await codeOf(keys.verify(text, PEER)), 'opened')
  clock.advance(1)
  assert.equal(await codeOf(keys.verify(text, PEER)), 'Error: the database is away')
})

test('a key that is being changed meanwhile is let in without waiting for the change', async (t) => {
  if (testEngine() !== 'postgres') return t.skip('SEAWORTHY_TEST_ENGINE is not postgres')
  const { keys, tenantId, clock, sql } = await openGatehouse()
  const { key, text } = await keys.create(tenantId, 'operator', WISH)
  await keys.verify(text, PEER)
  clock.advance(40_000)
  await keys.verify(text, PEER)
  // Due to be noted.
  clock.advance(40_000)
  const [held, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const change = sql.transaction({ tenantId }, async (tx) => {
    await tx.query('select 1 from identity_api_key where key_id = $1 for update', [key.keyId])
    held.resolve()
    await release.promise
  })
  await held.promise
  const code = await Promise.race([codeOf(keys.verify(text, PEER)), later(5_000, 'still waiting')])
  release.resolve()
  await change
  assert.equal(code, 'opened')
})
