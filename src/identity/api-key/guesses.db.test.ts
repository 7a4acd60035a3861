// Keys that are guessed at: limited before anything is hashed, without shutting out those who hold one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeRandom } from '../../../test/crypto.ts'
import { codeOf, grafter, openGatehouse } from '../../../test/gatehouse.ts'
import { makeApiKeyText } from './format.ts'
import type { ApiKeyWish } from './model.ts'

const WISH: ApiKeyWish = { name: 'ci', role: 'developer', environments: null, lifetimeS: 3_600 }
const PEER = '192.0.2.7'

test('after ten keys that do not fit nothing of that key is hashed for the address, and its owner is not shut out', async () => {
  const { keys, tenantId, clock, hashCount } = await openGatehouse()
  const { text } = await keys.create(tenantId, 'operator', WISH)
  const guess = (): string => makeApiKeyText({ bytes: grafter(text) }, 'live').text
  const made = hashCount()
  const seen: string[] = []
  for (let i = 0; i < 30; i++) seen.push(await codeOf(keys.verify(guess(), '198.51.100.9')))
  assert.equal(hashCount(), made + 10)
  assert.deepEqual(seen.slice(10), Array(20).fill('IDENTITY_FAILURES_LIMITED'))
  assert.equal(await codeOf(keys.verify(text, PEER)), 'opened')
  clock.advance(6_000)
  assert.equal(await codeOf(keys.verify(guess(), '198.51.100.9')), 'refused')
})

test('a key that was verified before is looked at in spite of others who guess from its address', async () => {
  const { keys, tenantId, clock } = await openGatehouse()
  const { text } = await keys.create(tenantId, 'operator', WISH)
  const late = await keys.create(tenantId, 'operator', WISH)
  assert.equal(await codeOf(keys.verify(text, PEER)), 'opened')
  clock.advance(60_000)
  const guesses = Array.from({ length: 20 }, () => makeApiKeyText(nodeRandom, 'live').text)
  for (const each of guesses) assert.equal(await codeOf(keys.verify(each, PEER)), 'refused')
  assert.equal(await codeOf(keys.verify(guesses[0]!, PEER)), 'IDENTITY_FAILURES_LIMITED')
  assert.equal(await codeOf(keys.verify(text, PEER)), 'opened')
  assert.equal(await codeOf(keys.verify(late.text, PEER)), 'IDENTITY_FAILURES_LIMITED')
  clock.advance(1_000)
  assert.equal(await codeOf(keys.verify(late.text, PEER)), 'opened')
})

test('a key that was let in is asked about again in spite of guesses, without a hash, and is known when it ends', async () => {
  const { keys, elsewhere, tenantId, clock, hashCount, holdHashes } = await openGatehouse()
  const { text, key } = await keys.create(tenantId, 'operator', WISH)
  const short = await keys.create(tenantId, 'operator', { ...WISH, lifetimeS: 120 })
  for (const each of [text, short.text])
    assert.equal(await codeOf(keys.verify(each, PEER)), 'opened')
  await elsewhere.revoke(tenantId, 'operator', key.keyId, 'leaked')
  clock.advance(2_000)
  const guesses = Array.from({ length: 20 }, () => makeApiKeyText(nodeRandom, 'live').text)
  for (const each of guesses) assert.equal(await codeOf(keys.verify(each, PEER)), 'refused')
  const letGo = holdHashes()
  const made = hashCount()
  assert.equal(await codeOf(keys.verifyAgain(text)), 'IDENTITY_API_KEY_ENDED')
  assert.equal(await codeOf(keys.verifyAgain(short.text)), 'opened')
  // Also of what is not remembered any more.
  clock.advance(61_000)
  assert.equal(await codeOf(keys.verifyAgain(short.text)), 'opened')
  clock.advance(61_000)
  assert.equal(await codeOf(keys.verifyAgain(short.text)), 'IDENTITY_API_KEY_ENDED')
  assert.equal(await codeOf(keys.verifyAgain(guesses[0]!)), 'refused')
  assert.equal(hashCount(), made)
  letGo()
})

test(
  'a flood of keys that do not fit is hashed by two at once, and what does not fit into the queue is asked to come again',
  { timeout: 120_000 },
  async () => {
    const { keys, tenantId, holdHashes, hashCount } = await openGatehouse()
    const { text } = await keys.create(tenantId, 'operator', WISH)
    const made = hashCount()
    const letGo = holdHashes()
    const flood = Array.from({ length: 1_000 }, (_, i) =>
      codeOf(
        keys.verify(
          makeApiKeyText({ bytes: grafter(text) }, 'live').text,
          `10.0.${i >> 8}.${i & 255}`,
        ),
      ),
    )
    // The look-ups before the hashes take turns of their own: all of them are through when the first are refused.
    const first = await Promise.race(flood)
    assert.equal(first, 'IDENTITY_KEYS_BUSY')
    assert.equal(hashCount(), made + 2)
    letGo()
    const codes = await Promise.all(flood)
    const busyCount = codes.filter((code) => code === 'IDENTITY_KEYS_BUSY').length
    assert.equal(codes.filter((code) => code === 'refused').length, 1_000 - busyCount)
    assert.ok(busyCount >= 500, `${busyCount} were asked to come again`)
    assert.equal(await codeOf(keys.verify(text, PEER)), 'opened')
  },
)
