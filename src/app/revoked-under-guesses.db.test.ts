// A key that is revoked while somebody guesses at keys from the same address.
import assert from 'node:assert/strict'
import test from 'node:test'
import { nodeRandom } from '../../test/crypto.ts'
import { askAsOperator, bearer } from '../../test/composed.ts'
import { connectFeed, serveApp } from '../../test/feed.ts'
import { makeApiKeyText } from '../identity/api-key/format.ts'

/** Closes the address for keys that were not known before. */
const GUESS_COUNT = 30

test('what a revoked key has open ends within five seconds, however many keys are guessed at from its address', async (t) => {
  const { app, url } = await serveApp(t)
  await askAsOperator(app, '/v1/ledger/entries', { subject: 'begun', payload: '' })
  const wish = { name: 'leaked', role: 'viewer' }
  const leaked = await askAsOperator<{ id: string; key: string }>(app, '/v1/api-keys', wish)
  const client = await connectFeed(url, { token: leaked.key })
  const stream = await fetch(`${url}/v1/changes`, { headers: bearer(leaked.key) })
  assert.equal(stream.status, 200)
  const guess = async (): Promise<number> => {
    const { text } = makeApiKeyText(nodeRandom, 'live')
    return (await fetch(`${url}/v1/session`, { headers: bearer(text) })).status
  }
  const answers: number[] = []
  for (let made = 0; made < GUESS_COUNT; made++) answers.push(await guess())
  assert.equal(answers.at(-1), 429)
  const revokedMs = performance.now()
  await askAsOperator(app, `/v1/api-keys/${leaked.id}/revocation`, { reason: 'was in a log' })
  const over = Promise.all([client.ended, stream.text()]).then(() => 'over')
  let seen: unknown
  while (seen !== 'over' && performance.now() - revokedMs < 10_000)
    seen = await Promise.race([over, Promise.all([guess(), guess(), guess()])])
  const tookMs = performance.now() - revokedMs
  assert.ok(seen === 'over' && tookMs < 5_000, `took ${tookMs} ms`)
})
