// Times background work on PGlite and PostgreSQL and prints markdown lines; writes nothing outside databases of its own.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { jobSlice, makeJobs, makeJobWorker } from '../src/job/index.ts'
import type { JobKind, PubSub } from '../src/kernel/index.ts'
import {
  migrateUp,
  openLocalPubSub,
  openPglite,
  openPostgres,
  openPostgresPubSub,
  systemClock,
  systemRandom,
} from '../src/platform/index.ts'
import type { OpenSql } from '../src/platform/index.ts'
import { freshTenant } from '../test/database.ts'
import { aKind, SILENT_LOG } from '../test/jobs.ts'

const JOB_COUNT = 20_000
const BATCH = 1_000
const WAKE_COUNT = 200
const WAKE_PAUSE_MS = 10
const ROUNDS = 3
const ADMIN = process.argv[2] ?? 'postgresql://postgres@127.0.0.1:5432/postgres'

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)]!
}

async function measure(name: string, sql: OpenSql, pubSub: PubSub): Promise<void> {
  const { migrations } = jobSlice
  if (migrations === undefined) throw new Error('expected migrations')
  await migrateUp(sql, [{ name: 'job', migrations }])
  const ports = { sql, clock: systemClock, random: systemRandom, pubSub, log: SILENT_LOG }
  const jobs = makeJobs(ports)
  const tenantId = await freshTenant(sql)
  let doneCount = 0
  let seenAt = 0
  const run = (): Promise<undefined> => {
    doneCount += 1
    seenAt = performance.now()
    return Promise.resolve(undefined)
  }
  const bulk = aKind({ name: 'bench.bulk', workerLimit: 1_000, keptDoneMs: 0, run })
  const limited = aKind({
    name: 'bench.limited',
    workerLimit: 1_000,
    tenantLimit: 500,
    keptDoneMs: 0,
    run,
  })
  const waiting = async (count: number): Promise<void> => {
    const isOver = (): boolean => doneCount >= count
    while (!isOver()) await systemClock.sleep(1)
  }
  const enqueue = (kind: JobKind, count: number): Promise<unknown> =>
    sql.transaction({ tenantId }, (tx) =>
      jobs.enqueue(
        tx,
        Array.from({ length: count }, (_, n) => ({ tenantId, kind: kind.name, payload: { n } })),
      ),
    )
  for (const kind of [bulk, limited]) {
    const rates: { enqueue: number; work: number }[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const began = performance.now()
      for (let sent = 0; sent < JOB_COUNT; sent += BATCH) await enqueue(kind, BATCH)
      const enqueued = performance.now()
      doneCount = 0
      const worker = makeJobWorker({ ...ports, jobs }, [kind])
      await worker.start()
      await waiting(JOB_COUNT)
      await worker.stop()
      rates.push({
        enqueue: JOB_COUNT / ((enqueued - began) / 1_000),
        work: JOB_COUNT / ((performance.now() - enqueued) / 1_000),
      })
    }
    const best = (of: 'enqueue' | 'work'): string =>
      rates.map((rate) => Math.round(rate[of])).join(', ')
    process.stdout.write(`| ${name} | ${kind.name} | ${best('enqueue')} | ${best('work')} |\n`)
  }
  const worker = makeJobWorker({ ...ports, jobs }, [bulk])
  await worker.start()
  const wakesMs: number[] = []
  for (let n = 0; n < WAKE_COUNT; n++) {
    await systemClock.sleep(WAKE_PAUSE_MS)
    doneCount = 0
    await enqueue(bulk, 1)
    const committedAt = performance.now()
    await waiting(1)
    wakesMs.push(Math.max(0, seenAt - committedAt))
  }
  await worker.stop()
  const [p50, p95] = [0.5, 0.95].map((share) => percentile(wakesMs, share).toFixed(1))
  process.stdout.write(`| ${name} | wake-up p50 / p95 | ${p50} ms | ${p95} ms |\n`)
}

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'))
const database = `seaworthy_bench_${randomUUID().slice(0, 8)}`
const admin = new pg.Client({ connectionString: ADMIN })
await admin.connect()
await admin.query(`create database ${database}`)
process.stdout.write('| database | kind | enqueued/s | carried out/s |\n|---|---|---|---|\n')
try {
  const embedded = await openPglite({ folder, clock: systemClock })
  await measure('PGlite on disk', embedded, openLocalPubSub())
  await embedded.close()
  const url = new URL(ADMIN)
  url.pathname = `/${database}`
  const server = await openPostgres({ url: url.href, poolSize: 10 })
  const pubSub = openPostgresPubSub(url.href)
  await measure('PostgreSQL', server, pubSub)
  await pubSub.close()
  await server.close()
} finally {
  await admin.query(`drop database if exists ${database} with (force)`)
  await admin.end()
  rmSync(folder, { recursive: true, force: true })
}
