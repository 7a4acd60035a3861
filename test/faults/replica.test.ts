// Reads that may lag go to a replica: what was written is read at once all the same, and a replica that is gone is missed by nobody.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { TestContext } from 'node:test'
import pg from 'pg'
import { openPostgres, openReadSql, systemClock } from '../../src/platform/index.ts'
import { clusterMissing, startCluster } from '../cluster.ts'
import { askServer, openDeployment, readIds, writeNotes } from '../deployment.ts'
import { SILENT_LOG, until } from '../jobs.ts'

const skip = clusterMissing ?? false
const LAG_MS = 2_000

async function connectionCount(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ count: string }>(
      "select count(*) from pg_stat_activity where application_name = 'seaworthy'",
    )
    return Number(rows[0]!.count)
  } finally {
    await client.end()
  }
}

/** Follows the log from its beginning. */
function follow(t: TestContext, url: string, key: string): { text: string } {
  const stop = new AbortController()
  t.after(() => stop.abort())
  const told = { text: '' }
  const reading = (async () => {
    const headers = { authorization: `Bearer ${key}` }
    const answer = await fetch(new URL('/v1/ledger/feed', url), { headers, signal: stop.signal })
    for await (const chunk of answer.body ?? []) told.text += Buffer.from(chunk).toString('utf8')
  })()
  reading.catch(() => undefined)
  return told
}

test(
  'a server with a replica that lags reads what it wrote at once, feeds followers from the replica, and goes on when the replica ends',
  { skip },
  async (t) => {
    const primary = await startCluster()
    t.after(() => primary.remove())
    const replica = await primary.replica(LAG_MS)
    const { first, key, place } = await openDeployment(t, {
      SEAWORTHY_DATABASE_URL: primary.url,
      SEAWORTHY_READ_DATABASE_URL: replica.url,
    })
    const { url } = first
    await writeOne(url, key)
    const told = follow(t, url, key)
    await until(async () => (await connectionCount(replica.url)) > 0, 'a read on the replica')
    const id = await writeOne(url, key)
    assert.ok((await readIds(url, key)).has(id), 'what was acknowledged a moment ago')
    const signed = await place.ask<{ size: number }>(['ledger', 'checkpoint'])
    const { data: identity } = JSON.parse(
      (await askServer(url, key, '/v1/ledger/identity')).body,
    ) as { data: { origin: string } }
    const log = identity.origin.split('/').at(-1)
    // A replica that lags cannot have these entries, nor the checkpoint over them.
    const tile = await askServer(url, key, `/ledger/${log}/tile/0/000.p/${signed.data.size}`)
    assert.equal(tile.status, 200, tile.body)
    await until(() => told.text.includes(id), 'the entry in the feed')
    await replica.stop()
    const after = await writeOne(url, key)
    await until(() => told.text.includes(after), 'an entry in the feed without the replica')
  },
)

async function writeOne(url: string, key: string): Promise<string> {
  const load = writeNotes([url], key, 1)
  await until(() => load.acknowledged.length > 0, 'a write')
  await load.end()
  return load.acknowledged.at(-1)!
}

test(
  'a replica takes reads and no writes, and one that cannot be reached is left alone for a while',
  { skip },
  async (t) => {
    const cluster = await startCluster()
    t.after(() => cluster.remove())
    const primary = await openPostgres({ url: cluster.url, poolSize: 2 })
    t.after(() => primary.close())
    let atMs = 0
    const clock = { ...systemClock, monotonicMs: () => atMs }
    const terms = { primary, clock, poolSize: 2, log: SILENT_LOG }
    // Asked is who takes the read, so this time the replica is the database itself.
    const reads = openReadSql({ ...terms, url: cluster.url })
    t.after(() => reads.close())
    await assert.rejects(
      reads.transaction('system', (tx) => tx.query('create table t (a int)')),
      { code: 'PLATFORM_STATEMENT_FAILED', details: { sqlstate: '25006' } },
    )
    const gone = openReadSql({ ...terms, url: 'postgres://postgres@127.0.0.1:9/postgres' })
    const ask = (): Promise<unknown> =>
      gone.transaction('system', (tx) => tx.query('select 1 as a'))
    assert.deepEqual(await ask(), [{ a: 1 }])
    atMs += 1_000
    assert.deepEqual(await ask(), [{ a: 1 }])
  },
)
