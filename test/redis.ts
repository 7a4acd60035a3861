// A Redis of a test's own: started on a free port, paused, resumed and killed by pid.
import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'

/** Why a test that needs Redis cannot run here; undefined when it can. */
export const redisMissing: string | undefined =
  process.env['SEAWORTHY_HIDE_SERVICES'] === '1'
    ? 'services are hidden'
    : spawnSync('redis-server', ['--version']).status === 0
      ? undefined
      : 'redis-server is not installed'

const START_TIMEOUT_MS = 120_000

export interface OwnRedis {
  readonly port: number
  /** As applications should connect: no queue, no patience. */
  connect(): Redis
  pause(): void
  resume(): void
  /** Gone without a word; its clients go on looking for it. */
  crash(): Promise<void>
  /** Its end, and that of its clients. */
  kill(): Promise<void>
}

export async function startRedis(port?: number): Promise<OwnRedis> {
  const chosen = port ?? (await freePort())
  const words = [
    '--port',
    String(chosen),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ]
  const child = spawn('redis-server', words, { stdio: 'ignore', cwd: '/' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const clients: Redis[] = []
  const connect = (): Redis => {
    const client = new Redis({
      port: chosen,
      host: '127.0.0.1',
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => 100,
    })
    // What a lost connection means is told by each call; the emitter would end the process.
    client.on('error', () => undefined)
    clients.push(client)
    return client
  }
  const probe = connect()
  const deadline = performance.now() + START_TIMEOUT_MS
  while ((await probe.ping().catch(() => '')) !== 'PONG') {
    if (performance.now() > deadline) throw new Error('expected redis-server to answer')
    await delay(20)
  }
  const crash = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  return {
    port: chosen,
    connect,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    crash,
    kill() {
      for (const client of clients) client.disconnect()
      return crash()
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
