// API keys over the database: made, verified, rotated, expired, and revoked here and on another server.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turnOfLoop } from 'node:timers/promises'
import { nodeRandom } from '../../../test/crypto.ts'
import { freshTenant } from '../../../test/database.ts'
import { codeOf, grafter, openGatehouse } from '../../../test/gatehouse.ts'
import { makeApiKeyText } from './format.ts'
import type { ApiKeyWish } from './model.ts'

const WISH: ApiKeyWish = { name: 'ci', role: 'developer', environments: null, lifetimeS: 3_600 }
const PEER = '192.0.2.7'

test('a key is verified with its rights, hashed once for many who show it at once, and stored without its text', async () => {
  const { keys, tenantId, sql, hashCount } = await openGatehouse()
  const wish: ApiKeyWish = { ...WISH, environments: ['staging'] }
  const { key, text } = await keys.create(tenantId, 'operator', wish)
  assert.match(text, /^swk_test_/)
  const made = hashCount()
  const verified = await Promise.all(Array.from({ length: 50 }, () => keys.verify(text, PEER)))
  assert.equal(hashCount(), made + 1)
  const [first] = verified
  assert.deepEqual(
    [first?.keyId, first?.tenantId, first?.role, first?.environments],
    [key.keyId, tenantId, 'developer', ['staging']],
  )
  const rows = await sql.transaction({ tenantId }, (tx) =>
    tx.query<{ secret_hash: string }>('select * from identity_api_key where tenant_id = $1', [
      tenantId,
    ]),
  )
  assert.match(rows[0]?.secret_hash ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.doesNotMatch(JSON.stringify(rows), new RegExp(text.slice(22)))
})

test('another secret, an unknown id and another reach open nothing', async () => {
  const { keys, tenantId } = await openGatehouse()
  const { text } = await keys.create(tenantId, 'operator', WISH)
  const stranger = makeApiKeyText(nodeRandom, 'live')
  // A stranger's secret under the id of a key that exists: the checksum is right.
  const grafted = makeApiKeyText({ bytes: grafter(text) }, 'live')
  assert.equal(grafted.keyId, text.slice(9, 21))
  const reach = makeApiKeyText({ bytes: grafter(text, true) }, 'test')
  assert.equal(reach.secretPart.slice(9), text.slice(9, -6))
  for (const each of [stranger.text, grafted.text, reach.text])
    assert.equal(await codeOf(keys.verify(each, PEER)), 'refused', each)
  assert.equal(await codeOf(keys.verify(text, PEER)), 'opened')
})

test('a revoked key opens nothing at once, and nothing on another server within two seconds', async () => {
  const { keys, elsewhere, tenantId, clock } = await openGatehouse()
  const { key, text } = await keys.create(tenantId, 'operator', WISH)
  assert.equal(await codeOf(keys.verify(text, PEER)), 'opened')
  assert.equal(await codeOf(elsewhere.verify(text, PEER)), 'opened')
  await keys.revoke(tenantId, 'operator', key.keyId, 'leaked')
  assert.equal(await codeOf(keys.verify(text, PEER)), 'IDENTITY_API_KEY_ENDED')
  clock.advance(2_000)
  assert.equal(await codeOf(elsewhere.verify(text, PEER)), 'IDENTITY_API_KEY_ENDED')
  const again = await keys.revoke(tenantId, 'operator', key.keyId, 'again')
  assert.equal(again.revokedAt, (await keys.list(tenantId))[0]?.revokedAt)
})

test('a key that is revoked while it is looked at is not remembered', async () => {
  const { keys, tenantId, holdHashes, hashCount } = await openGatehouse()
  const { key, text } = await keys.create(tenantId, 'operator', WISH)
  const made = hashCount()
  const letGo = holdHashes()
  const looked = keys.verify(text, PEER)
  while (hashCount() === made) await turnOfLoop()
  await keys.revoke(tenantId, 'operator', key.keyId, 'leaked')
  letGo()
  assert.equal((await looked)?.keyId, key.keyId)
  assert.equal(await codeOf(keys.verify(text, PEER)), 'IDENTITY_API_KEY_ENDED')
})

test('a key ends with its time, also while it is remembered', async () => {
  const { keys, tenantId, clock } = await openGatehouse()
  const { text } = await keys.create(tenantId, 'operator', { ...WISH, lifetimeS: 60 })
  clock.advance(30_000)
  assert.equal(await codeOf(keys.verify(text, PEER)), 'opened')
  clock.advance(30_000)
  assert.equal(await codeOf(keys.verify(text, PEER)), 'IDENTITY_API_KEY_ENDED')
})

test('after a rotation both keys open until the overlap is over, then only the new one', async () => {
  const { keys, elsewhere, tenantId, clock } = await openGatehouse()
  const old = await keys.create(tenantId, 'operator', { ...WISH, environments: ['staging'] })
  await elsewhere.verify(old.text, PEER)
  const { key, text } = await keys.rotate(tenantId, 'operator', old.key.keyId, 600)
  assert.deepEqual(
    [key.predecessor, key.name, key.role, key.environments, key.lifetimeS],
    [old.key.keyId, 'ci', 'developer', ['staging'], 3_600],
  )
  clock.advance(599_000)
  for (const each of [old.text, text]) assert.equal(await codeOf(keys.verify(each, PEER)), 'opened')
  clock.advance(1_000)
  const seen = [old.text, text].map((each) => codeOf(elsewhere.verify(each, PEER)))
  assert.deepEqual(await Promise.all(seen), ['IDENTITY_API_KEY_ENDED', 'opened'])
  const twice = keys.rotate(tenantId, 'operator', old.key.keyId, 0)
  assert.equal(await codeOf(twice), 'IDENTITY_API_KEY_OVER')
  const raced = [0, 1].map(() => codeOf(keys.rotate(tenantId, 'operator', key.keyId, 60)))
  assert.deepEqual((await Promise.all(raced)).sort(), ['IDENTITY_API_KEY_OVER', 'opened'])
})

test('making, rotating and revoking are facts in the tenant’s ledger, without any secret', async () => {
  const { keys, ledger, tenantId } = await openGatehouse()
  const { key, text } = await keys.create(tenantId, 'person-a', WISH)
  const next = await keys.rotate(tenantId, 'person-b', key.keyId, 0)
  await keys.revoke(tenantId, 'person-c', next.key.keyId, 'sold')
  const { entries } = await ledger.list(tenantId, { fromSeq: 0, limit: 10 })
  assert.deepEqual(
    entries.map(({ body }) => [body.type, body.actor, body.subject]),
    [
      ['api-key.created', 'person-a', `key-${key.keyId}`],
      ['api-key.rotated', 'person-b', `key-${next.key.keyId}`],
      ['api-key.revoked', 'person-c', `key-${next.key.keyId}`],
    ],
  )
  for (const secret of [text, next.text])
    assert.doesNotMatch(JSON.stringify(entries), new RegExp(secret.slice(22, 54)))
})

test('keys of another tenant are neither listed, rotated nor revoked', async () => {
  const { keys, sql, tenantId } = await openGatehouse()
  const other = await freshTenant(sql)
  const { key, text } = await keys.create(tenantId, 'operator', WISH)
  assert.deepEqual(await keys.list(other), [])
  const attempts = [
    keys.rotate(other, 'operator', key.keyId, 0),
    keys.revoke(other, 'operator', key.keyId, 'not mine'),
  ]
  const codes = await Promise.all(attempts.map(codeOf))
  assert.deepEqual(codes, ['IDENTITY_API_KEY_UNKNOWN', 'IDENTITY_API_KEY_UNKNOWN'])
  assert.equal(await codeOf(keys.verify(text, PEER)), 'opened')
})

test('without the database what is remembered counts for two seconds, and then nobody is let in', async () => {
  const { keys, tenantId, clock, loseDatabase } = await openGatehouse()
  const { key, text } = await keys.create(tenantId, 'operator', WISH)
  assert.equal(await codeOf(keys.verify(text, PEER)), 'opened')
  assert.equal(await keys.isInForce(key.keyId), true)
  loseDatabase()
  clock.advance(1_999)
  assert.equal(await codeOf(keys.verify(text, PEER)), 'opened')
  clock.advance(1)
  assert.equal(await codeOf(keys.verify(text, PEER)), 'Error: the database is away')
  await assert.rejects(keys.isInForce(key.keyId), /away/)
})

test('whoever acts in the name of a key is told at once that it was revoked here, and within two seconds elsewhere', async () => {
  const { keys, elsewhere, tenantId, clock } = await openGatehouse()
  const { key } = await keys.create(tenantId, 'operator', { ...WISH, lifetimeS: 60 })
  assert.deepEqual(
    [await keys.isInForce(key.keyId), await elsewhere.isInForce(key.keyId)],
    [true, true],
  )
  await keys.revoke(tenantId, 'operator', key.keyId, 'leaked')
  assert.equal(await keys.isInForce(key.keyId), false)
  clock.advance(2_000)
  assert.equal(await elsewhere.isInForce(key.keyId), false)
  const short = await keys.create(tenantId, 'operator', { ...WISH, lifetimeS: 60 })
  clock.advance(60_000)
  assert.equal(await keys.isInForce(short.key.keyId), false)
  assert.equal(await keys.isInForce('unknownKey12'), false)
})

test('of servers that start together one makes the first key, and a tenant that had one gets no other', async () => {
  const { keys, elsewhere, tenantId } = await openGatehouse()
  const wish: ApiKeyWish = { ...WISH, role: 'admin' }
  const made = await Promise.all(
    [keys, elsewhere, keys, elsewhere].map((server) =>
      server.createFirst(tenantId, 'operator', wish),
    ),
  )
  const [first, ...more] = made.filter((each) => each !== undefined)
  assert.ok(first !== undefined && more.length === 0)
  await keys.revoke(tenantId, 'operator', first.key.keyId, 'used')
  assert.equal(await keys.createFirst(tenantId, 'operator', wish), undefined)
})

test('an admin cannot be limited to environments', async () => {
  const { keys, tenantId } = await openGatehouse()
  const wish: ApiKeyWish = { ...WISH, role: 'admin', environments: ['staging'] }
  assert.equal(await codeOf(keys.create(tenantId, 'operator', wish)), 'IDENTITY_SCOPE_REFUSED')
})
