// Times the ledger on PGlite and PostgreSQL and prints markdown lines; writes nothing outside databases of its own.
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import type { Ledger } from '../src/ledger/index.ts'
import type { OpenSql } from '../src/platform/index.ts'
import { freshTenant } from '../test/database.ts'
import { aFact, factsOf } from '../test/ledger.ts'
import { median, openStand, percentile95, processorUs, timeMs } from './ledger-stand.ts'
import type { Stand } from './ledger-stand.ts'

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

/** Times of rounds, of which the first warms up and is not counted. */
async function roundsMs(work: () => Promise<unknown>): Promise<number[]> {
  await work()
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) times.push(await timeMs(work))
  return times
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
  const stand = await openStand(engine, flags.postgres)
  try {
    const rows = await measure(stand)
    process.stdout.write(`\n| ${stand.name} | |\n| --- | --- |\n`)
    for (const [what, value] of rows) process.stdout.write(`| ${what} | ${value} |\n`)
  } finally {
    await stand.close()
  }
}
