// Subscriptions over a socket pass the graph guard as queries over HTTP do.
import assert from 'node:assert/strict'
import test from 'node:test'
import fastify from 'fastify'
import mercurius from 'mercurius'
import { guardMercurius, makeGraphGuard } from '../../src/guard/index.ts'
import { nodeGuardClock as clock } from '../../src/guard/node.ts'
import { nested } from '../graph-corpus.ts'

/** What a socket of the graphql-transport-ws protocol answers to one subscription. */
async function subscribeOver(
  url: string,
  query: string,
): Promise<{ type: string; payload?: unknown }> {
  const socket = new WebSocket(url, 'graphql-transport-ws')
  const { promise, resolve, reject } = Promise.withResolvers<{ type: string }>()
  socket.addEventListener('open', () => socket.send('{"type":"connection_init"}'))
  socket.addEventListener('error', () => reject(new Error('the socket failed')))
  socket.addEventListener('close', () => reject(new Error('the socket was closed')))
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data))
    if (message.type === 'connection_ack')
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }))
    else if (message.type !== 'ping') resolve(message)
  })
  try {
    return await promise
  } finally {
    socket.close()
  }
}

test('a subscription over a socket of mercurius is measured before it begins', async () => {
  const app = fastify()
  const item = { id: '1' }
  await app.register(mercurius, {
    schema:
      'type Query { a: Int } type Subscription { ticks(first: Int): [Item!]! } type Item { id: ID items(first: Int): [Item!]! }',
    resolvers: {
      Subscription: {
        ticks: {
          subscribe: async function* () {
            yield { ticks: [item] }
          },
        },
      },
    },
    subscription: true,
  })
  guardMercurius(app, makeGraphGuard({ clock }))
  const base = await app.listen({ port: 0, host: '127.0.0.1' })
  const url = `${base.replace('http', 'ws')}/graphql`
  try {
    assert.equal((await subscribeOver(url, 'subscription { ticks(first: 3) { id } }')).type, 'next')
    for (const bomb of [
      'subscription { ticks(first: 90000) { id } }',
      `subscription { ticks { ${nested('items', 20)} } }`,
    ]) {
      const refused = await subscribeOver(url, bomb)
      assert.equal(refused.type, 'error', JSON.stringify(refused))
      assert.match(JSON.stringify(refused.payload), /expected (?:cost|depth) of at most/)
    }
  } finally {
    await app.close()
  }
})
