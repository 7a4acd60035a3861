// Times the ledger on PGlite and PostgreSQL and prints markdown lines; writes nothing outside databases of its own.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { makeLedger, ledgerSlice, openJournalledSql } from '../src/ledger/index.ts'
import type { Ledger } from '../src/ledger/index.ts'
import {
  migrateUp,
  openPglite,
  openPostgres,
  openRecordJournal,
  systemClock,
  systemDigest,
  systemRandom,
  systemVerifier,
} from '../src/platform/index.ts'
import type { OpenSql } from '../src/platform/index.ts'
import { testSigner } from '../test/crypto.ts'
import { freshTenant } from '../test/database.ts'
import { aFact, factsOf } from '../test/ledger.ts'

const CALLERS = 64
const BATCH = 256
const ROUNDS = 3
const SINGLES = 200
const PROOFS = 200
const BATCHED_ENTRIES = 6_400

const { values: flags } = parseArgs({
  options: {
    entries: { type: 'string', default: '50000' },
    postgres: { type: 'string', default: 'postgresql://postgres@127.0.0.1:5432/postgres' },
  },
})
const entryCount = Number(flags.entries)
if (!Number.isSafeInteger(entryCount) || entryCount < BATCH)
  throw new RangeError(`expected --entries from ${BATCH}, got ${flags.entries}`)

interface Stand {
  readonly name: string
  readonly sql: OpenSql
  readonly makeLedger: () => Promise<Ledger>
  readonly folder?: string
  close(): Promise<void>
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

function percentile95(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)]!
}

async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/** Microseconds of this process' processors for each of `count`, which a busy machine changes less than the time. */
async function processorUs(count: number, work: () => Promise<unknown>): Promise<string> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return `${((user + system) / count).toFixed(1)} µs`
}

/** Times of rounds, of which the first warms up and is not counted. */
async function roundsMs(work: () => Promise<unknown>): Promise<number[]> {
  await work()
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) times.push(await timeMs(work))
  return times
}

const common = {
  clock: systemClock,
  random: systemRandom,
  digest: systemDigest,
  verifier: systemVerifier,
  signer: testSigner('ed25519'),
  originPrefix: 'bench.example',
  producer: { producer: 'seaworthy-bench', version: '0' },
}

async function openStand(engine: 'pglite' | 'postgres'): Promise<Stand> {
  if (engine === 'pglite') {
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'))
    const sql = await openPglite({ folder: join(folder, 'db'), clock: systemClock })
    const records = await openRecordJournal(join(folder, 'journal'))
    return {
      name: 'PGlite with journal',
      sql,
      makeLedger: async () => {
        const ports = { sql, digest: systemDigest, random: systemRandom, journal: records }
        const journal = await openJournalledSql(ports)
        return makeLedger({ ...common, sql: journal, journal })
      },
      close: async () => {
        await sql.close()
        await records.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  }
  const name = `seaworthy_bench_${process.pid}_${randomUUID().slice(0, 8)}`
  await onServer(`create database ${name} template template0 encoding 'UTF8' locale 'C.UTF-8'`)
  const url = new URL(flags.postgres)
  url.pathname = `/${name}`
  const sql = await openPostgres({ url: url.href, poolSize: 4 })
  return {
    name: 'PostgreSQL',
    sql,
    makeLedger: async () => makeLedger({ ...common, sql }),
    close: async () => {
      await sql.close()
      await onServer(`drop database ${name} with (force)`)
    },
  }
}

async function onServer(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: flags.postgres })
  await client.connect()
  await client.query(text)
  await client.end()
}

/** The base of the ratio: as many rows of the same size per transaction, and nothing else. */
async function timeBareInserts(sql: OpenSql): Promise<number> {
  await sql.transaction('system', (tx) =>
    tx.query(
      'create table bench_row (seq bigint generated always as identity primary key, leaf bytea, hash bytea)',
    ),
  )
  const leaf = new Uint8Array(500)
  const times = await roundsMs(async () => {
    for (let done = 0; done < BATCHED_ENTRIES; done += BATCH)
      await sql.transaction('system', (tx) =>
        tx.query(
          `insert into bench_row (leaf, hash) select $1, sha256($1) from generate_series(1, ${BATCH})`,
          [leaf],
        ),
      )
  })
  return (BATCHED_ENTRIES / median(times)) * 1_000
}

async function appendFrom(ledger: Ledger, tenantId: string, callers: number, each: number) {
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let done = 0; done < each; done++) await ledger.append(tenantId, [aFact()])
    }),
  )
}

async function timeProofs(ledger: Ledger, tenantId: string): Promise<number[]> {
  const times: number[] = []
  for (let at = 0; at < PROOFS; at++) {
    const seq = (at * 7_919) % entryCount
    times.push(await timeMs(() => ledger.proveInclusion(tenantId, seq, entryCount)))
  }
  return times
}

async function measure(stand: Stand): Promise<(readonly [string, string])[]> {
  const { sql } = stand
  await migrateUp(sql, [{ name: 'ledger', migrations: ledgerSlice.migrations! }])
  const ledger = await stand.makeLedger()
  const [setting] = await sql.transaction('system', (tx) =>
    tx.query<{ said: string }>(
      `select version() || '; fsync ' || current_setting('fsync') || ', synchronous_commit ' || current_setting('synchronous_commit') as said`,
    ),
  )
  const bare = await timeBareInserts(sql)

  const singleTenant = await freshTenant(sql)
  await ledger.append(singleTenant, factsOf(10))
  const singles: number[] = []
  for (let at = 0; at < SINGLES; at++)
    singles.push(await timeMs(() => ledger.append(singleTenant, [aFact()])))

  const batched = await roundsMs(async () => {
    const tenantId = await freshTenant(sql)
    await appendFrom(ledger, tenantId, CALLERS, BATCHED_ENTRIES / CALLERS)
  })
  const batchedRate = (BATCHED_ENTRIES / median(batched)) * 1_000

  const tenantId = await freshTenant(sql)
  let buildMs = 0
  const buildUs = await processorUs(entryCount, async () => {
    buildMs = await timeMs(async () => {
      for (let done = 0; done < entryCount; done += BATCH)
        await ledger.append(tenantId, factsOf(Math.min(BATCH, entryCount - done)))
    })
  })
  const chain = await roundsMs(() =>
    sql.transaction('system', (tx) => tx.query('select validate_hash_chain($1)', [tenantId])),
  )
  const verifying = await roundsMs(async () => {
    const verdict = await ledger.verifyLog(tenantId, {})
    if (!verdict.ok || verdict.checked.entries !== entryCount)
      throw new Error(`expected ${entryCount} entries verified, got ${JSON.stringify(verdict)}`)
  })
  const verifyUs = await processorUs(entryCount, () => ledger.verifyLog(tenantId, {}))
  const proofTimes = await timeProofs(ledger, tenantId)
  const perSecond = (times: readonly number[]): string =>
    `${Math.round((entryCount / median(times)) * 1_000)}/s`
  const ms = (value: number): string => `${value.toFixed(2)} ms`
  return [
    ['settings', setting!.said],
    [`bare inserts, ${BATCH} rows a transaction`, `${Math.round(bare)}/s`],
    ['append, one awaited: p50', ms(median(singles))],
    ['append, one awaited: p95', ms(percentile95(singles))],
    [
      `append, ${CALLERS} callers awaiting each`,
      `${Math.round(batchedRate)}/s, ${Math.round((batchedRate / bare) * 100)} % of bare inserts`,
    ],
    [`append, ${BATCH} facts a call`, `${Math.round((entryCount / buildMs) * 1_000)}/s`],
    [`append, ${BATCH} facts a call: processor time of this process, each`, buildUs],
    [`validate_hash_chain, ${entryCount} rows`, perSecond(chain)],
    [`full verification, ${entryCount} entries`, perSecond(verifying)],
    ['full verification: processor time of this process, each', verifyUs],
    [`inclusion proof at ${entryCount}: p50`, ms(median(proofTimes))],
    [`inclusion proof at ${entryCount}: p95`, ms(percentile95(proofTimes))],
  ]
}

process.stdout.write(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, median of ${ROUNDS} rounds: node bench/ledger.ts --entries ${entryCount}\n`,
)
for (const engine of ['pglite', 'postgres'] as const) {
  const stand = await openStand(engine)
  try {
    const rows = await measure(stand)
    process.stdout.write(`\n| ${stand.name} | |\n| --- | --- |\n`)
    for (const [what, value] of rows) process.stdout.write(`| ${what} | ${value} |\n`)
  } finally {
    await stand.close()
  }
}
