// Decisions a second and memory a key, against rate-limiter-flexible in the same run; Redis where one can be started.
import { cpus, loadavg } from 'node:os'
import { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible'
import { makeLocalBuckets, makeRedisBuckets } from '../src/guard/index.ts'
import type { RatePolicy } from '../src/guard/index.ts'
import { nodeGuardClock, overIoredis } from '../src/guard/node.ts'
import { redisMissing, startRedis } from '../test/redis.ts'

const policy: RatePolicy = { kind: 'bucket', name: 'b', limit: 200, windowMs: 60_000, burst: 60 }
const DECISIONS = 1_000_000
const KEYS = 10_000
const ROUNDS = 5
const REDIS_DECISIONS = 60_000
const IN_FLIGHT = 64
const MANY_KEYS = 1_000_000

const keys = Array.from({ length: KEYS }, (_, index) => `t/tenant-${index}/e/push`)

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

async function rateOf(count: number, work: () => Promise<void> | void): Promise<number> {
  const began = performance.now()
  await work()
  return (count / (performance.now() - began)) * 1_000
}

function heapMb(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 1e6 + process.memoryUsage().arrayBuffers / 1e6
}

async function inMemory(): Promise<void> {
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const buckets = makeLocalBuckets(policy, nodeGuardClock)
    ours.push(
      await rateOf(DECISIONS, () => {
        for (let index = 0; index < DECISIONS; index++) buckets.take(keys[index % KEYS]!, 1)
      }),
    )
    const peer = new RateLimiterMemory({ points: 200, duration: 60 })
    theirs.push(
      await rateOf(DECISIONS, async () => {
        for (let index = 0; index < DECISIONS; index++)
          await peer.consume(keys[index % KEYS]!, 1).catch(() => undefined)
      }),
    )
  }
  row('decisions in memory, 10,000 keys', median(ours), median(theirs), '/s')
}

async function heapPerKey(): Promise<void> {
  const before = heapMb()
  const buckets = makeLocalBuckets(policy, nodeGuardClock, MANY_KEYS)
  for (let index = 0; index < MANY_KEYS; index++) buckets.take(`ip/10.${index}/e/push`, 60)
  const ours = heapMb() - before
  if (buckets.size !== MANY_KEYS) throw new Error(`expected ${MANY_KEYS} keys, got ${buckets.size}`)
  const middle = heapMb()
  const peer = new RateLimiterMemory({ points: 200, duration: 60 })
  for (let index = 0; index < MANY_KEYS; index++) await peer.consume(`ip/10.${index}/e/push`, 1)
  row('heap of 1,000,000 keys', ours, heapMb() - middle, ' MB')
}

async function throughRedis(): Promise<void> {
  if (redisMissing !== undefined) {
    say(`| decisions through Redis | ${redisMissing} | | |`)
    return
  }
  const server = await startRedis()
  const client = new Redis({ port: server.port, host: '127.0.0.1', enableOfflineQueue: false })
  await new Promise((resolve) => client.once('ready', resolve))
  const buckets = makeRedisBuckets(overIoredis(client))
  const peer = new RateLimiterRedis({ storeClient: client, points: 200, duration: 60 })
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await rateOf(REDIS_DECISIONS, () => inFlight((key) => buckets.take(key, policy, 1))))
    theirs.push(
      await rateOf(REDIS_DECISIONS, () =>
        inFlight((key) => peer.consume(key, 1).catch(() => undefined)),
      ),
    )
  }
  row(`decisions through Redis, ${IN_FLIGHT} in flight`, median(ours), median(theirs), '/s')
  client.disconnect()
  await server.kill()
}

async function inFlight(take: (key: string) => Promise<unknown>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < REDIS_DECISIONS) await take(keys[next++ % KEYS]!)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
}

function row(what: string, ours: number, theirs: number, unit: string): void {
  const shown = (value: number): string => `${Math.round(value).toLocaleString('en')}${unit}`
  say(`| ${what} | ${shown(ours)} | ${shown(theirs)} | ${(ours / theirs).toFixed(2)} |`)
}

say(
  `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
)
say('| what | Seaworthy | rate-limiter-flexible | ratio |\n| --- | --- | --- | --- |')
await inMemory()
await throughRedis()
await heapPerKey()
// The peer keeps a timer for every key.
process.exit(0)
