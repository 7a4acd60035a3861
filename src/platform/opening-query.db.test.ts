// A transaction begins with its first statement: what holds when that fails or is cut off.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testEngine } from '../../test/database.ts'
import { hasCode, INSERT, openBench, openCut } from '../../test/opening-bench.ts'
import type { SqlTx } from '../kernel/index.ts'
import { openPostgres } from './postgres.ts'
import { sqlStateOf } from './sql-faults.ts'

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

test('a transaction of one statement takes two trips to the server', async (t) => {
  if (testEngine() !== 'postgres') return t.skip('SEAWORTHY_TEST_ENGINE is not postgres')
  const { sql, tenantId, notes, cutter } = await openCut(t)
  const before = cutter.tripCount()
  await sql.transaction({ tenantId }, (tx) => tx.query(INSERT, [tenantId, 'kept']))
  assert.equal(cutter.tripCount() - before, 2)
  assert.deepEqual(await notes(), [{ note: 'kept' }])
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
