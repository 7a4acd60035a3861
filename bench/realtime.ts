// Holds many connections of the realtime feed open at two servers on one PostgreSQL and one Redis: how fast they come, how soon all are told, what they cost; prints markdown lines.
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { NOTE_MARK } from './feed-client.ts'
import type { Order, Report, Times } from './feed-client.ts'
import { busyOf, residentOf, serve, stop } from './feed-servers.ts'
import type { Served } from './feed-servers.ts'

const { values: words } = parseArgs({
  options: {
    connections: { type: 'string', default: '20000' },
    clients: { type: 'string', default: '4' },
    notes: { type: 'string', default: '20' },
    events: { type: 'string', default: '600' },
    seconds: { type: 'string', default: '10' },
    postgres: { type: 'string', default: 'postgresql://postgres@127.0.0.1:5432/postgres' },
    redis: { type: 'string', default: 'redis://127.0.0.1:6379/0' },
    /** Folder for profiles of the servers. */
    profile: { type: 'string' },
  },
})
const CLIENT = fileURLToPath(new URL('./feed-client.ts', import.meta.url))
/** One key may begin 6,000 connections a minute at a server, 1,500 of them at once. */
const CONNECTIONS_PER_KEY = 1_000
const LANES = 100
const NOTE_PAUSE_MS = 1_000
const SETTLE_MS = 2_000
const HEARING_LIMIT_MS = 60_000
const MS_PER_SECOND = 1_000
const US_PER_SECOND = 1_000_000

const connections = Number(words.connections)
const clientCount = Number(words.clients)
const noteCount = Number(words.notes)
let isMissed = false

async function post(url: URL, path: string, key: string, body: unknown): Promise<string> {
  const answer = await fetch(new URL(path, url), {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`expected an answer, got ${answer.status}: ${text}`)
  return text
}

function order(child: ChildProcess, wanted: Order): Promise<Report> {
  const answered = once(child, 'message')
  child.send(wanted)
  return answered.then(([report]) => report as Report)
}

async function orderAll<Kind extends Report['kind']>(
  children: readonly ChildProcess[],
  kind: Kind,
  of: (nth: number) => Order,
): Promise<readonly Extract<Report, { readonly kind: Kind }>[]> {
  const reports = await Promise.all(children.map((child, nth) => order(child, of(nth))))
  return reports.map((report) => {
    if (report.kind !== kind) throw new Error(`expected ${kind}, got ${report.kind}`)
    return report as Extract<Report, { readonly kind: Kind }>
  })
}

function percentile(times: Times, share: number): number {
  const sorted = times.toSorted(([one], [other]) => one - other)
  const rank = Math.ceil(share * countOf(times))
  let count = 0
  for (const [ms, more] of sorted) {
    count += more
    if (count >= rank) return ms
  }
  throw new Error('expected something that was measured')
}

function countOf(times: Times): number {
  return times.reduce((sum, [, count]) => sum + count, 0)
}

function line(what: string, figure: string, goal: string): void {
  process.stdout.write(`| ${what} | ${figure} | ${goal} |\n`)
}

/** Counts that must agree; nothing at all is no agreement. */
function expectCount(what: string, gotCount: number, expectedCount: number): void {
  const isRight = gotCount === expectedCount && expectedCount > 0
  isMissed ||= !isRight
  const count = `${gotCount.toLocaleString('en')} of ${expectedCount.toLocaleString('en')}`
  line(what, isRight ? count : `**${count}**`, 'all')
}

function both(figures: readonly number[], unit: string): string {
  return figures.map((figure) => `${Math.round(figure)} ${unit}`).join(' / ')
}

async function makeKeys(url: URL, operator: string, count: number): Promise<readonly string[]> {
  const keys: string[] = []
  for (let nth = 0; nth < count; nth++) {
    const wish = { name: `feed ${nth}`, role: 'viewer' }
    const made = JSON.parse(await post(url, '/v1/api-keys', operator, wish)) as {
      data: { key: string }
    }
    keys.push(made.data.key)
  }
  return keys
}

async function connectAll(
  children: readonly ChildProcess[],
  servers: readonly Served[],
  keys: readonly string[],
): Promise<void> {
  const began = performance.now()
  const reports = await orderAll(children, 'connected', (nth) => ({
    kind: 'connect',
    ports: servers.map(({ url }) => Number(url.port)),
    keys,
    source: `127.0.0.${nth + 2}`,
    count: Math.floor(connections / clientCount) + (nth < connections % clientCount ? 1 : 0),
    lanes: LANES,
  }))
  const tookS = (performance.now() - began) / MS_PER_SECOND
  const failures = reports.flatMap((report) => report.failures)
  line(
    `${connections.toLocaleString('en')} connections, shown, let in and watching`,
    `${tookS.toFixed(1)} s`,
    '≤ 10 s for 20,000',
  )
  if (failures.length > 0) line('refused', [...new Set(failures)].join('; ').slice(0, 300), 'none')
  expectCount(
    'of them let in',
    reports.reduce((sum, { count }) => sum + count, 0),
    connections,
  )
}

async function broadcast(
  children: readonly ChildProcess[],
  servers: readonly Served[],
  operator: string,
): Promise<void> {
  const before = servers.map(busyOf)
  for (let nth = 0; nth < noteCount; nth++) {
    const { url } = servers[nth % servers.length]!
    const subject = `${NOTE_MARK}${Date.now()}-${nth}`
    await post(url, '/v1/ledger/entries', operator, { type: 'note.appended', subject, payload: {} })
    await pause(NOTE_PAUSE_MS)
  }
  const expectedCount = connections * noteCount
  const endsAtMs = performance.now() + HEARING_LIMIT_MS
  let heard: Times = []
  let cutCount = 0
  do {
    const reports = await orderAll(children, 'heard', () => ({ kind: 'report' }))
    heard = reports.flatMap(({ notes }) => notes)
    cutCount = reports.reduce((sum, report) => sum + report.cutCount, 0)
    await pause(SETTLE_MS / 4)
  } while (countOf(heard) < expectedCount && performance.now() < endsAtMs)
  line(
    'a note until a client is told, from before it is sent to its server, p50 / p99',
    `${percentile(heard, 0.5)} / ${percentile(heard, 0.99)} ms`,
    'p99 ≤ 500 ms',
  )
  const busy = servers.map((server, nth) => busyOf(server) - before[nth]!)
  const perMessage = busy.map((s) => (s * US_PER_SECOND * servers.length) / expectedCount)
  line('processor time of a server meanwhile, for a message', both(perMessage, 'µs'), '')
  expectCount('notes told to every connection', countOf(heard), expectedCount)
  if (cutCount > 0) line('connections that were cut', String(cutCount), 'none')
}

async function sendEvents(
  children: readonly ChildProcess[],
  servers: readonly Served[],
): Promise<void> {
  const [perSecond, seconds] = [Number(words.events), Number(words.seconds)]
  const before = servers.map(busyOf)
  const began = performance.now()
  const reports = await orderAll(children, 'acknowledged', () => ({
    kind: 'events',
    perSecond: perSecond / clientCount,
    seconds,
  }))
  const tookS = (performance.now() - began) / MS_PER_SECOND
  const shares = servers.map((server, nth) => (100 * (busyOf(server) - before[nth]!)) / tookS)
  const times = reports.flatMap((report) => report.times)
  line(
    `${perSecond} client events a second, each acknowledged, p50 / p99`,
    `${percentile(times, 0.5)} / ${percentile(times, 0.99)} ms`,
    '',
  )
  line('a core of each server meanwhile', both(shares, '%'), '≤ 70 %')
  expectCount('events acknowledged', countOf(times), perSecond * seconds)
}

async function measure(servers: readonly Served[], operator: string): Promise<void> {
  const first = servers[0]!.url
  const keyCount = Math.max(4, Math.ceil(connections / CONNECTIONS_PER_KEY))
  const keys = await makeKeys(first, operator, keyCount)
  await pause(SETTLE_MS)
  line('memory of each server before anybody connects', both(servers.map(residentOf), 'MiB'), '')
  const children = Array.from({ length: clientCount }, () => fork(CLIENT))
  try {
    const busyBefore = servers.map(busyOf)
    await connectAll(children, servers, keys)
    const busy = servers.map((server, nth) => busyOf(server) - busyBefore[nth]!)
    const perConnection = busy.map((s) => (s * MS_PER_SECOND * servers.length) / connections)
    line(
      'processor time of a server for a connection',
      perConnection.map((ms) => `${ms.toFixed(2)} ms`).join(' / '),
      '',
    )
    await pause(SETTLE_MS)
    line('memory of each server then', both(servers.map(residentOf), 'MiB'), '≤ 450 MiB')
    await broadcast(children, servers, operator)
    await sendEvents(children, servers)
    line('memory of each server at the end', both(servers.map(residentOf), 'MiB'), '≤ 450 MiB')
  } finally {
    for (const child of children) {
      const ended = once(child, 'exit')
      child.send({ kind: 'end' } satisfies Order)
      await ended
    }
  }
}

const load = (): string => loadavg()[0]!.toFixed(1)
const { length: coreCount, 0: core } = cpus()
process.stdout.write(
  `${core?.model.trim() ?? ''}, ${coreCount} cores, Node ${process.version}, load ${load()}\n` +
    `\`node bench/realtime.ts --connections ${connections}\`\n\n| what | figure | goal |\n|---|---|---|\n`,
)
const name = `seaworthy_bench_${randomUUID().slice(0, 8)}`
const admin = new pg.Client({ connectionString: words.postgres })
await admin.connect()
await admin.query(`create database ${name}`)
const databaseUrl = new URL(words.postgres)
databaseUrl.pathname = `/${name}`
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'))
const servers: Served[] = []
try {
  const [one, other] = [join(folder, 'one'), join(folder, 'other')]
  for (const data of [one, other]) mkdirSync(data, { mode: 0o700 })
  const terms = { databaseUrl: databaseUrl.href, redisUrl: words.redis, profiles: words.profile }
  servers.push(await serve(one, terms))
  cpSync(join(one, 'keys'), join(other, 'keys'), { recursive: true })
  servers.push(await serve(other, terms))
  const secret = readFileSync(join(one, 'keys', 'api.secret'), 'utf8').trim()
  await measure(servers, Buffer.from(secret, 'base64').toString('base64url'))
} finally {
  for (const server of servers) await stop(server)
  rmSync(folder, { recursive: true, force: true })
  await admin.query(`drop database ${name} with (force)`)
  await admin.end()
}
process.stdout.write(`\nload at the end ${load()}\n`)
if (isMissed) process.exitCode = 1
