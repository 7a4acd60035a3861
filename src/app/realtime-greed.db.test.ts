// The realtime feed under whoever wants all of its room, and whoever guesses at keys while one is revoked.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { nodeRandom } from '../../test/crypto.ts'
import { askAsOperator, bearer } from '../../test/composed.ts'
import { connectFeed, serveApp } from '../../test/feed.ts'
import type { ServedApp } from '../../test/feed.ts'
import { makeApiKeyText } from '../identity/api-key/format.ts'

/** Closes the address for keys that were not known before. */
const GUESS_COUNT = 30

let house: ServedApp
const endings: (() => unknown)[] = []
before(async () => {
  const ending = { after: (end: () => unknown) => void endings.push(end) }
  house = await serveApp(ending, { socketLimits: { perPrincipal: 2 } })
  await askAsOperator(house.app, '/v1/ledger/entries', { subject: 'begun', payload: '' })
})
after(async () => {
  for (const end of endings) await end()
})

function makeKey(name: string): Promise<{ readonly id: string; readonly key: string }> {
  return askAsOperator(house.app, '/v1/api-keys', { name, role: 'viewer' })
}

test('one key has as many connections as its server was told, and others have theirs', async () => {
  const [greedy, other] = await Promise.all([makeKey('greedy'), makeKey('other')])
  const tokens = [greedy.key, greedy.key, other.key]
  const clients = await Promise.all(tokens.map((token) => connectFeed(house.url, { token })))
  const refused = { message: 'REALTIME_CONNECTIONS_EXHAUSTED' }
  await assert.rejects(connectFeed(house.url, { token: greedy.key }), refused)
  for (const { socket } of clients) socket.close()
})

test('what a revoked key has open ends within five seconds, however many keys are guessed at from its address', async () => {
  const { app, url } = house
  const leaked = await makeKey('leaked')
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
