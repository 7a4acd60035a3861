// A Redis that takes commands and says nothing: whoever asks is told within seconds, and the next answer is taken.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'node:test'
import { systemRandom } from './random.ts'
import { openRedis } from './redis.ts'

const ignore = (): void => undefined
const log = { info: ignore, warn: ignore, error: ignore }

test('a server that goes silent is left within seconds, and answers count again once it speaks', async (t) => {
  const sockets: Socket[] = []
  let isSilent = false
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      if (isSilent) return
      const text = bytes.toString('latin1').toLowerCase()
      const asked = text
        .split('\r\n')
        .filter((line) => /^(?:info|client|ping|zrem|hello|select)$/.test(line))
      const info = 'redis_version:7.0.0\r\nloading:0'
      for (const word of asked)
        socket.write(word === 'info' ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`
  const redis = await openRedis({ url, prefix: 'test', random: systemRandom, log })
  t.after(async () => {
    await redis.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const answers = async (): Promise<boolean> =>
    redis.ping().then(
      () => true,
      () => false,
    )
  const until = async (limitMs: number): Promise<void> => {
    const deadline = performance.now() + limitMs
    while (!(await answers())) {
      assert.ok(performance.now() < deadline, 'no answer came')
      await pause(50)
    }
  }
  await until(10_000)
  isSilent = true
  const late = pause(12_000, 'waits', { ref: false })
  assert.equal(await Promise.race([answers(), late]), false)
  isSilent = false
  await until(12_000)
})
