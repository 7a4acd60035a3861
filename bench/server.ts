// Times the server on PostgreSQL against bare Fastify with the same question, at a steady rate, in writes, and from cold; prints markdown lines.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request as send } from 'node:http'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

const ADMIN = process.argv[2] ?? 'postgresql://postgres@127.0.0.1:5432/postgres'
const PROGRAM = fileURLToPath(new URL('../bin/seaworthy.js', import.meta.url))
const BARE = fileURLToPath(new URL('./bare-server.ts', import.meta.url))
const ROUNDS = 5
const ROUND_MS = 3_000
const LANES = 32
/** Each may ask 500 times a second and 3,000 times at once: no limit of ours is what is measured. */
const KEY_COUNT = 40
const ENTRY_COUNT = 10
const READ_RATE = 500
const WRITE_RATE = 100
const STEADY_MS = 10_000
const COLD_STARTS = 5
const COLD_ENTRIES = 2_000
const READ_PATH = `/v1/ledger/entries?limit=${ENTRY_COUNT}`

const agent = new Agent({ keepAlive: true, maxSockets: 256 })

interface Target {
  readonly url: string
  readonly keys: readonly string[]
}

/** @returns the status, once the whole answer is there */
function ask(
  { url, keys }: Target,
  nth: number,
  path: string,
  body?: string,
): Promise<{ status: number; text: string }> {
  const key = keys[nth % keys.length]
  return new Promise((resolve, reject) => {
    const headers = {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const method = body === undefined ? 'GET' : 'POST'
    const sent = send(new URL(path, url), { agent, method, headers }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() }),
      )
      answer.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function askWell(target: Target, nth: number, path: string, body?: string): Promise<string> {
  const { status, text } = await ask(target, nth, path, body)
  if (status >= 300) throw new Error(`expected an answer, got ${status}: ${text.slice(0, 300)}`)
  return text
}

/** Lanes that ask again as soon as they are answered. @returns requests a second */
async function rateOf(target: Target): Promise<number> {
  const untilMs = performance.now() + ROUND_MS
  let count = 0
  const lane = async (): Promise<void> => {
    while (performance.now() < untilMs) await askWell(target, count++, READ_PATH)
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: LANES }, lane))
  return count / ((performance.now() - began) / 1_000)
}

/** Asks at a steady rate, whether or not earlier ones were answered; times count from when each was due. */
async function steady(
  target: Target,
  perSecond: number,
  of: (nth: number) => Promise<string>,
): Promise<readonly number[]> {
  for (let nth = 0; nth < target.keys.length; nth++) await askWell(target, nth, READ_PATH)
  const timesMs: number[] = []
  const pending: Promise<void>[] = []
  const began = performance.now()
  const total = (perSecond * STEADY_MS) / 1_000
  for (let nth = 0; nth < total; nth++) {
    const dueMs = began + (nth * 1_000) / perSecond
    const aheadMs = dueMs - performance.now()
    if (aheadMs > 0) await pause(aheadMs)
    pending.push(of(nth).then(() => void timesMs.push(performance.now() - dueMs)))
  }
  await Promise.all(pending)
  return timesMs
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)]!
}

function line(what: string, figure: string, goal: string): void {
  process.stdout.write(`| ${what} | ${figure} | ${goal} |\n`)
}

interface Served {
  readonly url: string
  /** From the start of the process to an answer that it is ready. */
  readonly readyMs: number
  stop(): Promise<void>
}

async function serve(data: string, databaseUrl?: string): Promise<Served> {
  const env = {
    PATH: process.env['PATH'],
    HOME: data,
    SEAWORTHY_DATA: data,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  }
  const began = performance.now()
  const words = [PROGRAM, 'serve', '--port', '0', '--log', 'json']
  const child = spawn(process.execPath, words, {
    env,
    cwd: data,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const url = await firstMatch(child, /Serving on (http:\S+)/)
  const target = { url, keys: [] }
  while ((await ask(target, 0, '/health/ready')).status !== 200) await pause(5)
  return { url, readyMs: performance.now() - began, stop: () => ended(child) }
}

function firstMatch(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let told = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      told += chunk.toString('utf8')
      const found = pattern.exec(told)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once('exit', () => reject(new Error(`the server ended: ${told}`)))
  })
}

function ended(child: ChildProcess): Promise<void> {
  const end = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  return end
}

function operatorKey(data: string): string {
  const secret = readFileSync(join(data, 'keys', 'api.secret'), 'utf8').trim()
  return Buffer.from(secret, 'base64').toString('base64url')
}

function noteOf(nth: number): string {
  return JSON.stringify({ type: 'note.appended', subject: 'harbour@2.1.0', payload: { nth } })
}

async function makeKeys(url: string, operator: string): Promise<Target> {
  const admin = { url, keys: [operator] }
  const keys: string[] = []
  for (let nth = 0; nth < KEY_COUNT; nth++) {
    const wish = JSON.stringify({ name: `bench ${nth}`, role: 'developer' })
    const { data } = JSON.parse(await askWell(admin, 0, '/v1/api-keys', wish)) as {
      data: { key: string }
    }
    keys.push(data.key)
  }
  return { url, keys }
}

/** @param name of the statement that its sessions keep planned */
async function openBare(
  databaseUrl: string,
  name?: string,
): Promise<{ readonly child: ChildProcess; readonly target: Target }> {
  const words = [BARE, databaseUrl, String(ENTRY_COUNT), ...(name === undefined ? [] : [name])]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await firstMatch(child, /Serving on (http:\S+)/)
  return { child, target: { url, keys: [] } }
}

async function measureReads(ours: Target, databaseUrl: string): Promise<void> {
  const [bare, prepared] = [await openBare(databaseUrl), await openBare(databaseUrl, 'page')]
  // Warm: code, connections, remembered keys.
  for (const target of [bare.target, prepared.target, ours]) await rateOf(target)
  const rounds: { ours: number; bare: number; prepared: number }[] = []
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({
      bare: await rateOf(bare.target),
      prepared: await rateOf(prepared.target),
      ours: await rateOf(ours),
    })
  for (const { child } of [bare, prepared]) await ended(child)
  const median = (of: (round: (typeof rounds)[number]) => number): number =>
    percentile(rounds.map(of), 0.5)
  const rate = (which: 'ours' | 'bare' | 'prepared'): string =>
    String(Math.round(median((round) => round[which])))
  const without = 'by bare Fastify, without a key, a transaction or row security'
  line('read with a key, requests a second, median of five rounds', rate('ours'), '')
  line(`the same statement ${without}, planned each time`, rate('bare'), '')
  line(`the same ${without}, prepared as ours is`, rate('prepared'), '')
  const [share, ofPrepared] = [
    median((round) => round.ours / round.bare),
    median((round) => round.ours / round.prepared),
  ]
  const percent = (part: number): string => `${Math.round(part * 100)} %`
  line(
    'ratio to the first and to the second of these, median of the rounds',
    `${percent(share)} / ${percent(ofPrepared)}`,
    '≥ 60 %',
  )
}

async function measureServer(): Promise<void> {
  const name = `seaworthy_bench_${randomUUID().slice(0, 8)}`
  const admin = new pg.Client({ connectionString: ADMIN })
  await admin.connect()
  await admin.query(`create database ${name}`)
  const url = new URL(ADMIN)
  url.pathname = `/${name}`
  const data = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'))
  const served = await serve(data, url.href)
  try {
    const ours = await makeKeys(served.url, operatorKey(data))
    for (let nth = 0; nth < ENTRY_COUNT; nth++)
      await askWell(ours, nth, '/v1/ledger/entries', noteOf(nth))
    await measureReads(ours, url.href)
    const reads = await steady(ours, READ_RATE, (nth) => askWell(ours, nth, READ_PATH))
    line(`read with a key at ${READ_RATE} a second, p50 / p99`, timesOf(reads, 0.99), 'p99 ≤ 50 ms')
    const writes = await steady(ours, WRITE_RATE, (nth) =>
      askWell(ours, nth, '/v1/ledger/entries', noteOf(nth)),
    )
    line(`write at ${WRITE_RATE} a second, p50 / p95`, timesOf(writes, 0.95), 'p95 ≤ 50 ms')
  } finally {
    await served.stop()
    rmSync(data, { recursive: true, force: true })
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  }
}

function timesOf(values: readonly number[], share: number): string {
  return `${percentile(values, 0.5).toFixed(1)} / ${percentile(values, share).toFixed(1)} ms`
}

async function measureColdStart(): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'))
  try {
    const first = await serve(data)
    const target = { url: first.url, keys: [operatorKey(data)] }
    for (let nth = 0; nth < COLD_ENTRIES; nth += LANES)
      await Promise.all(
        Array.from({ length: LANES }, (_, lane) =>
          askWell(target, 0, '/v1/ledger/entries', noteOf(nth + lane)),
        ),
      )
    await first.stop()
    const timesMs: number[] = []
    for (let start = 0; start < COLD_STARTS; start++) {
      const again = await serve(data)
      timesMs.push(again.readyMs)
      await again.stop()
    }
    const figure = `${Math.round(percentile(timesMs, 0.5))} / ${Math.round(Math.max(...timesMs))} ms`
    line(
      `start to ready on embedded data of ${COLD_ENTRIES} entries, median / longest`,
      figure,
      '≤ 3 s',
    )
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

const { length: coreCount, 0: core } = cpus()
const load = (): string => loadavg()[0]!.toFixed(1)
process.stdout.write(
  `${core?.model.trim() ?? ''}, ${coreCount} cores, Node ${process.version}, load ${load()}\n`,
)
process.stdout.write('`node bench/server.ts`\n\n| what | figure | goal |\n|---|---|---|\n')
await measureServer()
await measureColdStart()
process.stdout.write(`\nload at the end ${load()}\n`)
agent.destroy()
