// The migration of a first-version ledger dies at each of its statements, and is timed with many rows.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { Sql, SqlTx } from '../../src/kernel/index.ts'
import { ledgerSlice, makeLedger } from '../../src/ledger/index.ts'
import type { ExportFile, V1Migration } from '../../src/ledger/index.ts'
import { migrateUp, openPglite, openPostgres, systemClock } from '../../src/platform/index.ts'
import type { OpenSql } from '../../src/platform/index.ts'
import { nodeDigest, nodeRandom, nodeVerifier, testSigner } from '../crypto.ts'
import { freshTenant } from '../database.ts'
import { memoryGuard } from '../ledger.ts'
import type { TestLedger } from '../ledger.ts'
import { openMigration, openOldLedger, plainFile, termsOf } from '../ledger-v1.ts'
import type { OldLedger } from '../ledger-v1.ts'
import { testPayloadKeys } from '../payload-keys.ts'

const SERVER =
  process.env['SEAWORTHY_TEST_PG_URL'] ?? 'postgresql://postgres@127.0.0.1:5432/postgres'
const PROCESS = fileURLToPath(new URL('../ledger-v1-process.ts', import.meta.url))
const REHEARSAL_ROWS = Number(process.env['SEAWORTHY_TEST_MIGRATION_ROWS'] ?? '100000')
const ROWS = 5

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-migration-'))
after(() => {
  rmSync(folder, { recursive: true, force: true })
})

type Opened = Pick<TestLedger, 'sql' | 'ledger' | 'guard' | 'ports'>

async function openOn(sql: OpenSql): Promise<Opened> {
  await migrateUp(sql, [{ name: 'ledger', migrations: ledgerSlice.migrations! }])
  const ports = {
    sql: {
      engine: sql.engine,
      transaction: <T>(...[scope, work]: Parameters<typeof sql.transaction<T>>) =>
        sql.transaction(scope, work, { limitMs: 3_600_000 }),
    },
    clock: systemClock,
    random: nodeRandom,
    digest: nodeDigest,
    verifier: nodeVerifier,
    signer: testSigner('ed25519'),
    guard: memoryGuard(),
    payloadKeys: testPayloadKeys(),
    originPrefix: 'ships.example',
    producer: { producer: 'seaworthy-test', version: '0.0.0' },
  }
  return { sql: ports.sql, ledger: makeLedger(ports), guard: ports.guard, ports }
}

/** What a migration runs into when its turn has come. */
class Death extends Error {}

/** The database as it is when the connection dies at one statement, as it does when the process is killed there. */
function dyingSql(sql: Sql, dieAt: number): { readonly sql: Sql; readonly count: () => number } {
  let count = 0
  const dies = (): boolean => {
    count++
    return count === dieAt
  }
  const die = async (tx: SqlTx): Promise<never> => {
    await tx.query('select pg_terminate_backend(pg_backend_pid())').catch(() => undefined)
    throw new Death()
  }
  const dying: Sql = {
    engine: sql.engine,
    async transaction(scope, work) {
      const result = await sql.transaction(scope, async (tx) => {
        const counted: SqlTx = {
          query: (text, values) => (dies() ? die(tx) : tx.query(text, values)),
        }
        const done = await work(counted)
        // The last moment before the commit.
        return dies() ? die(tx) : done
      })
      if (dies()) throw new Death()
      return result
    },
  }
  return { sql: dying, count: () => count }
}

interface Deaths {
  readonly migration: V1Migration
  readonly died: () => boolean
}

function dyingMigration(opened: Opened, dieAt: number): Deaths {
  const dying = dyingSql(opened.sql, dieAt)
  const ledger = makeLedger({ ...opened.ports, sql: dying.sql })
  const migration = openMigration({ ...opened, sql: dying.sql, ledger })
  return { migration, died: () => dying.count() >= dieAt }
}

async function endOf(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof Death)) throw error
  })
}

/** What is there must be either all of it or nothing, and a repetition makes it whole. @returns whether each was cut off */
async function dieTwice(
  opened: Opened,
  table: string,
  goUp: (old: OldLedger) => Promise<boolean>,
  goDown: (old: OldLedger) => Promise<boolean>,
): Promise<readonly boolean[]> {
  const { sql, ledger } = opened
  const tenantId = await freshTenant(sql)
  const old = await openOldLedger(sql, table)
  await old.write(
    tenantId,
    Array.from({ length: ROWS }, (_, at) => ({ at })),
  )
  const migration = openMigration(opened)
  const hasDiedUp = await goUp(old)
  const state = await settledState(opened, old)
  assert.equal(await ledger.sizeOf(tenantId), state === 'up' ? ROWS + 1 : 0, `${table}: ${state}`)
  const up = await migration.up({ ...termsOf(old), acceptsBroken: false })
  assert.equal(up.isChanged, state === 'v1')
  assert.deepEqual([await ledger.sizeOf(tenantId), up.checkpoints[0]?.size], [ROWS + 1, ROWS + 1])
  const hasDiedDown = await goDown(old)
  const later = await settledState(opened, old)
  assert.equal(
    await ledger.sizeOf(tenantId),
    ROWS + (later === 'down' ? 2 : 1),
    `${table}: ${later}`,
  )
  const down = await migration.down({ ...termsOf(old), file: exportOfTable(old) })
  assert.equal(down.isChanged, later === 'up')
  assert.equal(down.checkpoints[0]?.size, ROWS + 2)
  const rows = await sql.transaction('system', (tx) => tx.query(`select 1 from ${old.table}`))
  assert.equal(rows.length, ROWS)
  assert.equal((await ledger.verifyLog(tenantId, {})).ok, true)
  return [hasDiedUp, hasDiedDown]
}

function exportOfTable(old: OldLedger): ExportFile {
  return plainFile(join(folder, `${old.table}.export`))
}

/** After whatever a dead process may have sent last. */
async function settledState(opened: Opened, old: OldLedger): Promise<string> {
  await opened.sql.transaction('system', (tx) =>
    tx.query(`select pg_advisory_xact_lock(hashtextextended('seaworthy.ledger.v1', 0))`),
  )
  return (await openMigration(opened).status(old.description)).state
}

test('up and down lose their connection at each statement: all of it or nothing is there, and a repetition ends well', async (t) => {
  const opened = await openServer(t, 'cut')
  if (opened === undefined) return t.skip('no PostgreSQL answers')
  const counts = { up: 0, down: 0 }
  for (let dieAt = 1, isOver = false; !isOver; dieAt++) {
    const [up, down] = await dieTwice(
      opened,
      `cut_${dieAt}`,
      async (old) => {
        const { migration, died } = dyingMigration(opened, dieAt)
        await endOf(migration.up({ ...termsOf(old), acceptsBroken: false }))
        return died()
      },
      async (old) => {
        const { migration, died } = dyingMigration(opened, dieAt)
        await endOf(migration.down({ ...termsOf(old), file: exportOfTable(old) }))
        return died()
      },
    )
    if (up === true) counts.up++
    if (down === true) counts.down++
    isOver = up === false && down === false
  }
  t.diagnostic(`cut off at ${counts.up} statements on the way up, ${counts.down} on the way down`)
  assert.ok(counts.up >= 20 && counts.down >= 15, JSON.stringify(counts))
})

test('kill -9 of the process leaves all of it or nothing, on both databases', async (t) => {
  const opened = await openServer(t, 'kill')
  const moments = (process.env['SEAWORTHY_TEST_MIGRATION_KILLS'] ?? '24').split(',')
  for (const dieAt of opened === undefined ? [] : moments) {
    const { url } = opened!
    const run = (direction: string) => (old: OldLedger) =>
      runProcess([direction, url, old.table, exportOfTable(old).path, dieAt])
    await dieTwice(opened!, `kill_${dieAt}`, run('up'), run('down'))
  }
  for (const dieAt of moments) {
    const place = join(folder, `embedded-${dieAt}`)
    let sql = await openPglite({ folder: place, clock: systemClock })
    await openOn(sql)
    const tenantId = await freshTenant(sql)
    const old = await openOldLedger(sql, `kill_${dieAt}`)
    await old.write(
      tenantId,
      Array.from({ length: ROWS }, (_, at) => ({ at })),
    )
    await sql.close()
    await runProcess(['up', place, old.table, 'none', dieAt])
    sql = await openPglite({ folder: place, clock: systemClock })
    const again = await openOn(sql)
    const state = (await openMigration(again).status(old.description)).state
    assert.equal(await again.ledger.sizeOf(tenantId), state === 'up' ? ROWS + 1 : 0)
    await openMigration(again).up({ ...termsOf(old), acceptsBroken: false })
    assert.equal((await again.ledger.verifyLog(tenantId, {})).ok, true)
    await sql.close()
  }
})

/** @returns whether it was killed before its end */
async function runProcess(words: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, [PROCESS, ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  assert.ok(code === 0 || signal === 'SIGKILL', `expected an end or a kill, got ${code} ${signal}`)
  return signal !== null
}

/** A database of this test alone; undefined where no server answers. */
async function openServer(
  t: TestContext,
  what: string,
): Promise<(Opened & { readonly url: string }) | undefined> {
  const name = `seaworthy_migration_${what}_${process.pid}`
  const text = `create database ${name} template template0 encoding 'UTF8' locale 'C.UTF-8'`
  if (!(await onServer(text))) return undefined
  const url = new URL(SERVER)
  url.pathname = `/${name}`
  const sql = await openPostgres({ url: url.href, poolSize: 2 })
  t.after(async () => {
    await sql.close()
    await onServer(`drop database ${name} with (force)`)
  })
  return { ...(await openOn(sql)), url: url.href }
}

test(`a rehearsal with ${REHEARSAL_ROWS} rows goes up, down and up, and says how long it took`, async (t) => {
  const opened = await openServer(t, 'rehearsal')
  if (opened === undefined) return t.skip('no PostgreSQL answers')
  const tenantId = await freshTenant(opened.sql)
  const old = await openOldLedger(opened.sql, 'rehearsal')
  for (let from = 0; from < REHEARSAL_ROWS; from += 20_000) {
    const count = Math.min(20_000, REHEARSAL_ROWS - from)
    await old.write(
      tenantId,
      Array.from({ length: count }, (_, at) => ({
        action: 'deploy',
        at: from + at,
        by: 'somebody',
        what: 'x'.repeat(120),
      })),
    )
  }
  const migration = openMigration(opened)
  const file = plainFile(join(folder, 'rehearsal.export'))
  const timed = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    const from = performance.now()
    await work()
    const seconds = (performance.now() - from) / 1_000
    const rate = Math.round(REHEARSAL_ROWS / seconds)
    t.diagnostic(
      `${what}: ${seconds.toFixed(1)} s, ${rate} rows/s, load ${loadavg()[0]!.toFixed(1)}`,
    )
  }
  const up = { ...termsOf(old), acceptsBroken: false }
  await timed('up', () => migration.up(up))
  await timed('down', () => migration.down({ ...termsOf(old), file }))
  await timed('up again', () => migration.up(up))
  t.diagnostic(`export: ${(statSync(file.path).size / 1e6).toFixed(0)} MB`)
  assert.equal(await opened.ledger.sizeOf(tenantId), REHEARSAL_ROWS + 3)
})

/** False where no server answers. */
async function onServer(text: string): Promise<boolean> {
  if (process.env['SEAWORTHY_HIDE_SERVICES'] === '1') return false
  const client = new pg.Client({ connectionString: SERVER })
  try {
    await client.connect()
  } catch {
    return false
  }
  try {
    await client.query(text)
    return true
  } finally {
    await client.end()
  }
}
