// What several servers share besides the database: scripts run on one Redis, and how many servers there are.
import type { Redis } from 'ioredis'
import type { Log, Random } from '../kernel/index.ts'
import { hexOf } from '../kernel/index.ts'
import { platformFault } from './errors.ts'

/** A lost connection is opened again after this. */
const RECONNECT_PAUSE_MS = 200
const CONNECT_LIMIT_MS = 5_000
/** A server that takes commands and says nothing is gone; without a limit, who asked would wait for ever. */
const SILENCE_LIMIT_MS = 5_000
const COUNT_INTERVAL_MS = 5_000
/** Who did not count for so long, by the clock of Redis, is gone. */
const GONE_AFTER_S = 15
const NAME_BYTES = 8

/** By the server's clock, so that clocks of several machines do not matter. */
const COUNT_ONE_MORE = `
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. (now - tonumber(ARGV[2])))
redis.call('EXPIRE', KEYS[1], 4 * tonumber(ARGV[2]))
return redis.call('ZCARD', KEYS[1])
`

export interface OpenRedis {
  /** Runs a script by its text; rejects at once while there is no connection. */
  run(script: string, keys: readonly string[], args: readonly string[]): Promise<unknown>
  /** Two connections of their own for Socket.IO's adapter; what cannot be said while Redis is away is lost. */
  openAdapterClients(): AdapterClients
  /** Counts this process among the servers from now on. */
  join(): void
  /** Servers that were there when Redis last answered, this one included. */
  liveCount(): number
  /** Rejects when Redis does not answer. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** As the adapter uses them, which catches nothing: a lost connection would end the process. */
export interface AdapterClients {
  readonly publisher: unknown
  readonly subscriber: unknown
}

export interface RedisTerms {
  readonly url: string
  /** Begins every key, so that others may use the same Redis. */
  readonly prefix: string
  readonly random: Random
  readonly log: Log
}

/** Never fails for want of a connection: whoever asks is told by each call. @throws PLATFORM_VALUE_REFUSED for an address that is none */
export async function openRedis({ url, prefix, random, log }: RedisTerms): Promise<OpenRedis> {
  if (!/^rediss?:\/\/[^/]/.test(url))
    throw platformFault('PLATFORM_VALUE_REFUSED', 'expected an address like redis://host:6379/0')
  const { Redis: Client } = await import('ioredis')
  const client = new Client(url, {
    // A queue would keep requests waiting for a server that is gone.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_LIMIT_MS,
    socketTimeout: SILENCE_LIMIT_MS,
    retryStrategy: () => RECONNECT_PAUSE_MS,
  })
  // Each call tells what a lost connection means to it; the emitter would end the process.
  client.on('error', () => undefined)
  client.on('ready', () => log.info('redis answers'))
  client.on('close', () => log.warn('redis was lost'))
  const run = scriptsOver(client)
  const adapterClients: Redis[] = []
  const name = hexOf(random.bytes(NAME_BYTES))
  let [liveCount, isCounting] = [1, false]
  const count = async (): Promise<void> => {
    if (isCounting) return
    isCounting = true
    try {
      liveCount = Number(
        await run(COUNT_ONE_MORE, [`${prefix}:servers`], [name, String(GONE_AFTER_S)]),
      )
    } catch {
      // What was counted last still holds: this server takes its share of that.
    } finally {
      isCounting = false
    }
  }
  let timer: NodeJS.Timeout | undefined
  return {
    run,
    openAdapterClients() {
      const publisher = client.duplicate()
      // What it listens to is said once, perhaps before there is a connection, and again after each loss.
      const subscriber = client.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null })
      adapterClients.push(publisher, subscriber)
      return { publisher: patient(publisher), subscriber: patient(subscriber) }
    },
    join() {
      const counted = (): void => void count()
      client.on('ready', counted)
      counted()
      timer = setInterval(counted, COUNT_INTERVAL_MS).unref()
    },
    liveCount: () => Math.max(1, liveCount),
    async ping() {
      await client.ping()
    },
    async close() {
      clearInterval(timer)
      await client.zrem(`${prefix}:servers`, name).catch(() => 0)
      for (const each of [client, ...adapterClients]) each.disconnect()
    },
  }
}

/** Sends a script whole only where the server does not know it. */
function scriptsOver(client: Redis): OpenRedis['run'] {
  const names = new Map<string, string>()
  return (script, keys, args) => {
    let name = names.get(script)
    if (name === undefined) {
      name = `script${names.size}`
      names.set(script, name)
      client.defineCommand(name, { lua: script })
    }
    const command: unknown = Reflect.get(client, name)
    if (typeof command !== 'function') throw new TypeError(`expected the command ${name}`)
    return command.call(client, keys.length, ...keys, ...args) as Promise<unknown>
  }
}

const WORDS = ['publish', 'subscribe', 'psubscribe', 'unsubscribe', 'punsubscribe'] as const

/** The part of a client that the adapter calls, without a rejection that nobody hears. */
function patient(client: Redis): Readonly<Record<string, unknown>> {
  client.on('error', () => undefined)
  const call =
    (word: (typeof WORDS)[number]) =>
    (...args: never[]): Promise<unknown> =>
      (client[word] as (...args: never[]) => Promise<unknown>)(...args).catch(() => undefined)
  return {
    ...Object.fromEntries(WORDS.map((word) => [word, call(word)])),
    on: client.on.bind(client),
    off: client.off.bind(client),
    listenerCount: client.listenerCount.bind(client),
  }
}
