// Times the ledger beside what people would otherwise take, in one run: hypercore, and plain inserts into the same PostgreSQL.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Hypercore from 'hypercore'
import type { Ledger } from '../src/ledger/index.ts'
import { formatTlogProof } from '../src/proof/index.ts'
import type { OpenSql } from '../src/platform/index.ts'
import { freshTenant } from '../test/database.ts'
import { aFact, factsOf } from '../test/ledger.ts'
import { median, openStand, timeMs } from './ledger-stand.ts'

const CALLERS = 64
const TENANTS = 64
const CALLERS_OF_TENANT = 16
const BATCH = 256
const ROUNDS = 5
const SINGLES = 200
/** Of a row or block: about what an entry with its payload takes. */
const BODY_BYTES = 500
const LAST = 1_000

const { values: flags } = parseArgs({
  options: {
    entries: { type: 'string', default: '8192' },
    postgres: { type: 'string', default: 'postgresql://postgres@127.0.0.1:5432/postgres' },
  },
})
const entryCount = Number(flags.entries)
if (
  !Number.isSafeInteger(entryCount) ||
  entryCount < LAST ||
  entryCount % (TENANTS * CALLERS_OF_TENANT) !== 0
)
  throw new RangeError(
    `expected --entries from ${LAST} and a multiple of ${TENANTS * CALLERS_OF_TENANT}, got ${flags.entries}`,
  )

/** One way to keep facts; each append answers when it would tell its caller that the fact is kept. */
interface Peer {
  readonly name: string
  /** How many append at once. */
  readonly callers: number
  readonly appendOne: (caller: number) => Promise<unknown>
  readonly appendMany: (count: number) => Promise<unknown>
}

interface Figures {
  readonly p50: number
  readonly p99: number
  readonly callers: number
  readonly batches: number
}

function percentile99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)]!
}

async function oneRound({ callers, appendOne, appendMany }: Peer): Promise<Figures> {
  const singles: number[] = []
  for (let at = 0; at < SINGLES; at++) singles.push(await timeMs(() => appendOne(0)))
  const fromCallers = await timeMs(() =>
    Promise.all(
      Array.from({ length: callers }, async (_, caller) => {
        for (let done = 0; done < entryCount / callers; done++) await appendOne(caller)
      }),
    ),
  )
  const inBatches = await timeMs(async () => {
    for (let done = 0; done < entryCount; done += BATCH)
      await appendMany(Math.min(BATCH, entryCount - done))
  })
  return {
    p50: median(singles),
    p99: percentile99(singles),
    callers: (entryCount / fromCallers) * 1_000,
    batches: (entryCount / inBatches) * 1_000,
  }
}

/** Peers take turns, round by round, so that a busy minute of the machine meets all of them. */
async function compare(peers: readonly Peer[]): Promise<Map<string, Figures>> {
  const rounds = new Map<string, Figures[]>(peers.map(({ name }) => [name, []]))
  for (let round = 0; round <= ROUNDS; round++)
    for (const peer of peers) {
      const figures = await oneRound(peer)
      // The first round warms up.
      if (round > 0) rounds.get(peer.name)!.push(figures)
    }
  return new Map(
    [...rounds].map(([name, all]) => [
      name,
      {
        p50: median(all.map(({ p50 }) => p50)),
        p99: median(all.map(({ p99 }) => p99)),
        callers: median(all.map(({ callers }) => callers)),
        batches: median(all.map(({ batches }) => batches)),
      },
    ]),
  )
}

const bodyOf = (): Uint8Array => crypto.getRandomValues(new Uint8Array(BODY_BYTES))

async function plainPeer(sql: OpenSql): Promise<Peer> {
  await sql.transaction('system', (tx) =>
    tx.query(
      'create table plain_row (seq bigint generated always as identity primary key, body bytea)',
    ),
  )
  return {
    name: 'plain inserts, PostgreSQL',
    callers: CALLERS,
    appendOne: () =>
      sql.transaction('system', (tx) =>
        tx.query('insert into plain_row (body) values ($1)', [bodyOf()]),
      ),
    appendMany: (count) =>
      sql.transaction('system', (tx) =>
        tx.query(`insert into plain_row (body) select $1 from generate_series(1, ${count})`, [
          bodyOf(),
        ]),
      ),
  }
}

const ledgerPeer = (name: string, ledger: Ledger, tenantId: string): Peer => ({
  name,
  callers: CALLERS,
  appendOne: () => ledger.append(tenantId, [aFact()]),
  appendMany: (count) => ledger.append(tenantId, factsOf(count)),
})

const tenantsPeer = (name: string, ledger: Ledger, tenantIds: readonly string[]): Peer => ({
  name,
  callers: TENANTS * CALLERS_OF_TENANT,
  appendOne: (caller) => ledger.append(tenantIds[caller % tenantIds.length]!, [aFact()]),
  appendMany: (count) => ledger.append(tenantIds[0]!, factsOf(count)),
})

const hypercorePeer = (core: Hypercore): Peer => ({
  name: 'hypercore',
  callers: CALLERS,
  appendOne: () => core.append(bodyOf()),
  appendMany: (count) => core.append(Array.from({ length: count }, bodyOf)),
})

async function tellLog(sql: OpenSql, ledger: Ledger): Promise<(readonly [string, string])[]> {
  const tenantId = await freshTenant(sql)
  for (let done = 0; done < entryCount; done += BATCH)
    await ledger.append(tenantId, factsOf(Math.min(BATCH, entryCount - done)))
  const last: number[] = []
  for (let round = 0; round < ROUNDS; round++)
    last.push(
      await timeMs(() =>
        sql.transaction('system', (tx) =>
          tx.query(
            `select ok from ledger_verify((select log_id from ledger_log where tenant_id = $1), ${entryCount - LAST}, ${entryCount})`,
            [tenantId],
          ),
        ),
      ),
    )
  const [row] = await sql.transaction('system', (tx) =>
    tx.query<{ leaves: number; tables: number }>(
      `select (select sum(octet_length(leaf)) from ledger_entry)::bigint as leaves,
         (pg_total_relation_size('ledger_entry') + pg_total_relation_size('ledger_tile')
           + pg_total_relation_size('ledger_idem') + pg_total_relation_size('ledger_subject'))::bigint as tables`,
    ),
  )
  const [count] = await sql.transaction('system', (tx) =>
    tx.query<{ entries: number }>('select count(*) as entries from ledger_entry'),
  )
  const { text } = await ledger.checkpoint(tenantId).then(async ({ note }) => {
    const { proof } = await ledger.proveInclusion(tenantId, 1, entryCount)
    return { text: formatTlogProof({ index: 1, hashes: proof, checkpoint: note }) }
  })
  return [
    [`ledger_verify in SQL, the last ${LAST} entries`, `${median(last).toFixed(1)} ms`],
    [
      'bytes of an entry beyond its leaf: rows, indexes, tiles, repetitions, subjects',
      String(Math.round((row!.tables - row!.leaves) / count!.entries)),
    ],
    [`proof of an entry among ${entryCount}, a file that is checked offline`, `${text.length} B`],
  ]
}

/** What the server says of its own settings. */
async function tellSync(sql: OpenSql): Promise<string> {
  const [row] = await sql.transaction('system', (tx) =>
    tx.query<{ said: string }>(
      `select 'fsync ' || current_setting('fsync') || ', synchronous_commit ' || current_setting('synchronous_commit') as said`,
    ),
  )
  return row!.said
}

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-peers-'))
const core = new Hypercore(join(folder, 'core'))
const stand = await openStand('postgres', flags.postgres)
const embedded = await openStand('pglite', flags.postgres)
try {
  await core.ready()
  const ledger = await stand.makeLedger()
  const inProcess = await embedded.makeLedger()
  const tenantIds: string[] = []
  for (let at = 0; at < TENANTS; at++) tenantIds.push(await freshTenant(stand.sql))
  const figures = await compare([
    await plainPeer(stand.sql),
    ledgerPeer('ledger, PostgreSQL', ledger, await freshTenant(stand.sql)),
    tenantsPeer(
      `ledger, PostgreSQL, ${TENANTS} tenants of ${CALLERS_OF_TENANT} callers`,
      ledger,
      tenantIds,
    ),
    ledgerPeer('ledger, PGlite with journal', inProcess, await freshTenant(embedded.sql)),
    hypercorePeer(core),
  ])
  process.stdout.write(
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, load ${loadavg()[0]!.toFixed(1)}, median of ${ROUNDS} rounds in turn: node bench/ledger-peers.ts --entries ${entryCount}\n\n` +
      '| | one awaited, p50 / p99 | 64 callers at once | batches of 256 | kept when it answers |\n| --- | --- | --- | --- | --- |\n',
  )
  const kept = new Map([
    ['hypercore', 'in the page cache: no fsync'],
    ['ledger, PGlite with journal', 'in the journal: fdatasync'],
  ])
  const asked = await tellSync(stand.sql)
  for (const [name, { p50, p99, callers, batches }] of figures)
    process.stdout.write(
      `| ${name} | ${p50.toFixed(2)} / ${p99.toFixed(2)} ms | ${Math.round(callers)}/s | ${Math.round(batches)}/s | ${kept.get(name) ?? asked} |\n`,
    )
  process.stdout.write('\n| PostgreSQL | |\n| --- | --- |\n')
  for (const [what, value] of await tellLog(stand.sql, ledger))
    process.stdout.write(`| ${what} | ${value} |\n`)
} finally {
  await core.close()
  await stand.close()
  await embedded.close()
  rmSync(folder, { recursive: true, force: true })
}
