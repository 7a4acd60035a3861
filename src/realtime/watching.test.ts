// What is let go again while it is still being begun: told of nothing, and watched again at once.
import assert from 'node:assert/strict'
import test from 'node:test'
import { connectFeed, until } from '../../test/feed.ts'
import { RELEASE, serveFeed } from '../../test/memory-feed.ts'

test('what is unwatched before its watch began is told of nothing, and may be watched again at once', async (t) => {
  const { realtime, log, port } = await serveFeed(t)
  const client = await connectFeed(`http://127.0.0.1:${port}`, { token: 'x' })
  const letGo = log.hold()
  const watching = client.send('watch', { release: RELEASE })
  const unwatched = await client.send('unwatch', { release: RELEASE })
  assert.ok(unwatched.ok)
  const other = await connectFeed(`http://127.0.0.1:${port}`, { token: 'x' })
  const others = other.send('watch', { release: RELEASE })
  letGo()
  assert.ok((await watching).ok)
  assert.ok((await others).ok)
  log.grow(3)
  await until(() => other.seqs().length === 3, 'three changes')
  assert.deepEqual(client.seqs(), [])
  const again = [
    client.send('watch', { release: RELEASE }),
    client.send('unwatch', { release: RELEASE }),
    client.send('watch', { release: RELEASE, since: 1 }),
  ]
  for (const answer of await Promise.all(again)) assert.ok(answer.ok)
  log.grow(2)
  await until(() => client.seqs().length >= 4, 'what came after the cursor')
  assert.deepEqual(client.seqs(), [1, 2, 3, 4])
  for (const each of [client, other]) each.socket.close()
  await until(() => realtime.figures().tenants === 0, 'nothing held')
})
