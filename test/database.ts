// One database per test process, on the engine that SEAWORTHY_TEST_ENGINE names, and fresh tenants in it.
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { messageOf, type Sql } from '../src/kernel/index.ts'
import {
  migrateUp,
  openPglite,
  openPostgres,
  systemClock,
  type MigrationSlice,
  type OpenSql,
} from '../src/platform/index.ts'

const PGLITE_VERSION = '0.5.16'
const POOL_SIZE = 4

let opened: Promise<OpenSql> | undefined
let turn: Promise<unknown> = Promise.resolve()
const slicesSoFar: MigrationSlice[] = []

/** Which engine this run tests: `pglite` unless SEAWORTHY_TEST_ENGINE says `postgres`. */
export function testEngine(): 'pglite' | 'postgres' {
  const engine = process.env['SEAWORTHY_TEST_ENGINE'] ?? 'pglite'
  if (engine === 'pglite' || engine === 'postgres') return engine
  throw new Error(`expected SEAWORTHY_TEST_ENGINE to be pglite or postgres, got ${engine}`)
}

/**
 * The process' database with the tables of the slices given so far. It goes away by itself when the
 * process ends, so a test file needs no clean-up.
 */
export async function openTestSql(slices: readonly MigrationSlice[] = []): Promise<OpenSql> {
  opened ??= testEngine() === 'pglite' ? openEmbedded() : openServer()
  const sql = await opened
  const mine = turn.then(async () => {
    for (const slice of slices) {
      if (!slicesSoFar.some((known) => known.name === slice.name)) slicesSoFar.push(slice)
    }
    await migrateUp(sql, slicesSoFar)
  })
  turn = mine.catch(() => undefined)
  await mine
  return sql
}

/** A tenant nobody else uses: what keeps tests on one database apart. */
export async function freshTenant(sql: Sql): Promise<string> {
  const tenantId = `tenant-${randomUUID()}`
  await sql.transaction('system', (tx) =>
    tx.query('insert into tenant (tenant_id, name, created_at) values ($1, $2, $3)', [
      tenantId,
      'A tenant of a test',
      '2026-11-21T00:00:00.000Z',
    ]),
  )
  return tenantId
}

async function openEmbedded(): Promise<OpenSql> {
  return openPglite({ folder: 'memory', clock: systemClock, template: await emptyTemplate() })
}

/** An empty database takes two seconds to make, so the first process leaves a copy for the others. */
export async function emptyTemplate(): Promise<Uint8Array> {
  const folder = join(tmpdir(), `seaworthy-test-${userInfo().username}`)
  const path = join(folder, `pglite-${PGLITE_VERSION}.tar`)
  if (existsSync(path)) return readFileSync(path)
  const sql = await openPglite({ folder: 'memory', clock: systemClock })
  const template = await sql.dump()
  await sql.close()
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const partial = `${path}.${process.pid}`
  writeFileSync(partial, template)
  renameSync(partial, path)
  return template
}

async function openServer(): Promise<OpenSql> {
  const url = process.env['SEAWORTHY_TEST_PG_URL']
  if (url === undefined)
    throw new Error('expected SEAWORTHY_TEST_PG_URL with the address of a server')
  const name = `seaworthy_test_${process.pid}_${randomUUID().slice(0, 8)}`
  await runOnServer(
    url,
    `create database ${name} template template0 encoding 'UTF8' locale 'C.UTF-8'`,
  )
  const own = new URL(url)
  own.pathname = `/${name}`
  const sql = await openPostgres({ url: own.href, poolSize: POOL_SIZE })
  process.once('beforeExit', () => {
    sql
      .close()
      .then(() => runOnServer(url, `drop database ${name} with (force)`))
      .catch((error: unknown) => {
        process.stderr.write(`the test database ${name} was not dropped: ${messageOf(error)}\n`)
        process.exitCode = 1
      })
  })
  return sql
}

async function runOnServer(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
