// A transaction begins with its first statement: what holds when that fails, is cut off, or is the only one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { freshTenant, openTestSql, testEngine } from '../../test/database.ts'
import { openCutter } from '../../test/cutter.ts'
import { SeaworthyError } from '../kernel/index.ts'
import type { SqlScope, SqlTx } from '../kernel/index.ts'
import { openPostgres } from './postgres.ts'
import { sqlStateOf } from './sql-faults.ts'
import type { OpenSql } from './sql-scope.ts'

const TABLE = `create table if not exists platform_test_opening (tenant_id text not null, note text not null);
  alter table platform_test_opening enable row level security;
  drop policy if exists own_rows on platform_test_opening;
  create policy own_rows on platform_test_opening using (tenant_id = current_setting('seaworthy.tenant', true));
  grant select, insert on platform_test_opening to seaworthy_app`
const INSERT = 'insert into platform_test_opening (tenant_id, note) values ($1, $2)'
const READ = 'select note from platform_test_opening where tenant_id = $1'

interface Bench {
  readonly sql: OpenSql
  readonly tenantId: string
  notes(): Promise<readonly unknown[]>
}

async function openBench(): Promise<Bench> {
  const sql = await openTestSql()
  await sql.transaction('system', (tx) => tx.query(TABLE))
  const tenantId = await freshTenant(sql)
  const notes = (): Promise<unknown[]> =>
    sql.transaction('system', (tx) => tx.query(READ, [tenantId]))
  return { sql, tenantId, notes }
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof SeaworthyError && error.code === code
}

/** What a first statement that the server refuses leaves for the statements after it. */
const REFUSED_FIRST: readonly [string, (tx: SqlTx) => Promise<unknown>][] = [
  ['not SQL', (tx) => tx.query('selekt 1')],
  ['not SQL, with values', (tx) => tx.query('selekt $1', ['a'])],
  ['several, the last not SQL', (tx) => tx.query('savepoint a; selekt 1')],
  ['no such table, with values', (tx) => tx.query('select $1 from platform_test_nowhere', ['a'])],
  ['fails as it runs', (tx) => tx.query('select 1/0')],
  ['fails as it runs, with values', (tx) => tx.query('select 1/$1::int', [0])],
  ['a value of another kind', (tx) => tx.query('select $1::int', ['no number'])],
]

test('behind a first statement that failed nothing runs and nothing is committed', async () => {
  const { sql, tenantId, notes } = await openBench()
  for (const scope of ['system', { tenantId }] as const) {
    for (const [what, first] of REFUSED_FIRST) {
      const work = sql.transaction(scope, async (tx) => {
        await assert.rejects(first(tx), hasCode('PLATFORM_STATEMENT_FAILED'), what)
        await assert.rejects(
          tx.query(INSERT, [tenantId, what]),
          (error) => sqlStateOf(error) === '25P02',
          what,
        )
      })
      await assert.rejects(work, hasCode('PLATFORM_TRANSACTION_ENDED'), what)
    }
  }
  assert.deepEqual(await notes(), [])
})

test('statements that were begun together with a first one that fails do not run either', async () => {
  const { sql, tenantId, notes } = await openBench()
  const reason = new Error('changed my mind')
  for (const text of ['selekt 1', 'select 1/0']) {
    const work = sql.transaction('system', async (tx) => {
      const all = [
        tx.query(text),
        tx.query(INSERT, [tenantId, text]),
        tx.query(INSERT, [tenantId, text]),
      ]
      const ends = await Promise.allSettled(all)
      assert.deepEqual(
        ends.map((end) => end.status),
        ['rejected', 'rejected', 'rejected'],
        text,
      )
    })
    await assert.rejects(work, hasCode('PLATFORM_TRANSACTION_ENDED'), text)
    // Given up while the first is still on its way.
    const left = Promise.withResolvers<readonly PromiseSettledResult<unknown>[]>()
    const givenUp = sql.transaction('system', (tx) => {
      left.resolve(Promise.allSettled([tx.query(text), tx.query(INSERT, [tenantId, text])]))
      return Promise.reject(reason)
    })
    await assert.rejects(givenUp, (error) => error === reason, text)
    const statuses = (await left.promise).map((end) => end.status)
    assert.deepEqual(statuses, ['rejected', 'rejected'], text)
  }
  assert.deepEqual(await notes(), [])
})

test('a first statement that is given up by its work is rolled back with what follows it', async () => {
  const { sql, tenantId, notes } = await openBench()
  const left = Promise.withResolvers<unknown>()
  const givenUp = sql.transaction({ tenantId }, (tx) => {
    const both = ['first', 'second'].map((note) => tx.query(INSERT, [tenantId, note]))
    left.resolve(Promise.allSettled(both))
    return Promise.reject(new Error('changed my mind'))
  })
  await assert.rejects(givenUp, /changed my mind/)
  await left.promise
  assert.deepEqual(await notes(), [])
})

test('a savepoint may be the first statement, and what comes after it is undone to it', async () => {
  const { sql, tenantId, notes } = await openBench()
  await sql.transaction({ tenantId }, async (tx) => {
    await tx.query('savepoint here')
    await tx.query(INSERT, [tenantId, 'undone'])
    await tx.query('select 1/0').catch(() => [])
    await tx.query('rollback to savepoint here')
    await tx.query(INSERT, [tenantId, 'kept'])
  })
  assert.deepEqual(await notes(), [{ note: 'kept' }])
})

test('a transaction in which nothing is asked ends like any other', async () => {
  const { sql, tenantId } = await openBench()
  assert.equal(await sql.transaction({ tenantId }, () => Promise.resolve('done')), 'done')
  const reason = new Error('changed my mind')
  const refused = sql.transaction({ tenantId }, () => Promise.reject(reason))
  await assert.rejects(refused, (error) => error === reason)
  const where = "select current_setting('seaworthy.tenant', true) as tenant"
  const [row] = await sql.transaction('system', (tx) => tx.query<{ tenant: string | null }>(where))
  assert.equal(row?.tenant ?? '', '')
})

test('a transaction that asks once writes nothing, asks no second time, and reads what its scope may see', async () => {
  const { sql, tenantId, notes } = await openBench()
  const once = { asksOnce: true } as const
  await sql.transaction({ tenantId }, (tx) => tx.query(INSERT, [tenantId, 'kept']))
  const literal = `insert into platform_test_opening (tenant_id, note) values ('${tenantId}', 'written')`
  for (const write of [
    (tx: SqlTx) => tx.query(INSERT, [tenantId, 'written']),
    (tx: SqlTx) => tx.query(literal),
  ]) {
    const written = sql.transaction({ tenantId }, write, once)
    await assert.rejects(written, (error) => sqlStateOf(error) === '25006')
  }
  const twice = sql.transaction(
    { tenantId },
    async (tx) => {
      await tx.query(READ, [tenantId])
      await tx.query(READ, [tenantId])
    },
    once,
  )
  await assert.rejects(twice, hasCode('PLATFORM_TRANSACTION_ENDED'))
  const forgiven = sql.transaction(
    { tenantId },
    (tx) => tx.query('selekt $1', ['a']).catch(() => []),
    once,
  )
  await assert.rejects(forgiven, hasCode('PLATFORM_TRANSACTION_ENDED'))
  const stranger = await freshTenant(sql)
  const read = (scope: SqlScope): Promise<unknown> =>
    sql.transaction(scope, (tx) => tx.query(READ, [tenantId]), once)
  assert.deepEqual(await read({ tenantId }), [{ note: 'kept' }])
  assert.deepEqual(await read('system'), [{ note: 'kept' }])
  assert.deepEqual(await read({ tenantId: stranger }), [])
  const who = 'select current_user::text as role'
  const [row] = await sql.transaction('system', (tx) => tx.query<{ role: string }>(who), once)
  assert.notEqual(row?.role, 'seaworthy_app')
  assert.deepEqual(await notes(), [{ note: 'kept' }])
})

async function openCut(
  t: TestContext,
): Promise<Bench & { readonly cutter: Awaited<ReturnType<typeof openCutter>> }> {
  const bench = await openBench()
  const [row] = await bench.sql.transaction('system', (tx) =>
    tx.query<{ name: string }>('select current_database()::text as name'),
  )
  const url = new URL(process.env['SEAWORTHY_TEST_PG_URL'] ?? '')
  url.pathname = `/${row?.name ?? ''}`
  const cutter = await openCutter(url)
  const sql = await openPostgres({ url: cutter.url, poolSize: 1 })
  t.after(async () => {
    await sql.close()
    await cutter.close()
  })
  return { ...bench, sql, cutter }
}

test('a transaction of one statement takes two trips to the server', async (t) => {
  if (testEngine() !== 'postgres') return t.skip('SEAWORTHY_TEST_ENGINE is not postgres')
  const { sql, tenantId, notes, cutter } = await openCut(t)
  const before = cutter.tripCount()
  await sql.transaction({ tenantId }, (tx) => tx.query(INSERT, [tenantId, 'kept']))
  assert.equal(cutter.tripCount() - before, 2)
  assert.deepEqual(await notes(), [{ note: 'kept' }])
})

test('a transaction that asks once and reads takes one trip, and a failure of it leaves the connection fit', async (t) => {
  if (testEngine() !== 'postgres') return t.skip('SEAWORTHY_TEST_ENGINE is not postgres')
  const { sql, tenantId, cutter } = await openCut(t)
  const before = cutter.tripCount()
  const asked = sql.transaction({ tenantId }, (tx) => tx.query('select $1 as word', ['a']), {
    asksOnce: true,
  })
  assert.deepEqual(await asked, [{ word: 'a' }])
  assert.equal(cutter.tripCount() - before, 1)
  const { committed } = await sql.stats()
  const failing = sql.transaction('system', (tx) => tx.query('select 1/$1::int', [0]), {
    asksOnce: true,
  })
  await assert.rejects(failing, (error) => sqlStateOf(error) === '22012')
  const next = await sql.transaction({ tenantId }, (tx) => tx.query('select 1 as one'))
  assert.deepEqual([next, (await sql.stats()).committed], [[{ one: 1 }], committed + 1])
})

test('a connection that is cut between the beginning and the first statement leaves nothing, and the next one works', async (t) => {
  if (testEngine() !== 'postgres') return t.skip('SEAWORTHY_TEST_ENGINE is not postgres')
  const { sql, tenantId, notes, cutter } = await openCut(t)
  const literal = `insert into platform_test_opening (tenant_id, note) values ('${tenantId}', 'cut')`
  const firsts: readonly ((tx: SqlTx) => Promise<unknown>)[] = [
    (tx) => tx.query(INSERT, [tenantId, 'cut']),
    (tx) => tx.query(literal),
  ]
  for (const [at, first] of firsts.entries()) {
    cutter.cutBefore('insert into')
    const cut = sql.transaction({ tenantId }, async (tx) => {
      await first(tx).catch(() => [])
      await tx.query(INSERT, [tenantId, 'after the cut'])
    })
    await assert.rejects(cut, hasCode('PLATFORM_DATABASE_UNREACHABLE'), `${at}`)
    await sql.transaction({ tenantId }, (tx) => tx.query(INSERT, [tenantId, `kept ${at}`]))
  }
  assert.deepEqual(await notes(), [{ note: 'kept 0' }, { note: 'kept 1' }])
})

test('a connection that only reads refuses a write as the first statement, whatever its scope', async (t) => {
  if (testEngine() !== 'postgres') return t.skip('SEAWORTHY_TEST_ENGINE is not postgres')
  const { tenantId, notes, cutter } = await openCut(t)
  const reader = await openPostgres({ url: cutter.url, poolSize: 1, isReadOnly: true })
  t.after(() => reader.close())
  for (const scope of ['system', { tenantId }] as const) {
    await assert.rejects(
      reader.transaction(scope, (tx) => tx.query(INSERT, [tenantId, 'written'])),
      (error) => sqlStateOf(error) === '25006',
    )
  }
  assert.deepEqual(await notes(), [])
})

test('the limit of a transaction holds for its first statement', async (t) => {
  if (testEngine() !== 'postgres') return t.skip('SEAWORTHY_TEST_ENGINE is not postgres')
  const { sql, tenantId } = await openBench()
  const slow = sql.transaction({ tenantId }, (tx) => tx.query('select pg_sleep($1)', [20]), {
    limitMs: 100,
  })
  await assert.rejects(slow, hasCode('PLATFORM_TRANSACTION_TIMED_OUT'))
  const [row] = await sql.transaction({ tenantId }, (tx) =>
    tx.query<{ limit: string }>("select current_setting('statement_timeout') as limit"),
  )
  assert.equal(row?.limit, '1min')
})
