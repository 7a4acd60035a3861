// A read that asks once: what it may see, how many trips it takes, and what holds when a session lost what it kept.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshTenant, testEngine } from '../../test/database.ts'
import { hasCode, INSERT, openBench, openCut, READ } from '../../test/opening-bench.ts'
import type { SqlScope, SqlTx } from '../kernel/index.ts'
import { sqlStateOf } from './sql-faults.ts'

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

test('a question that a session kept is answered again after the session forgot it, and after its columns changed', async (t) => {
  if (testEngine() !== 'postgres') return t.skip('SEAWORTHY_TEST_ENGINE is not postgres')
  const { sql, tenantId, cutter } = await openCut(t)
  const table = `platform_test_kept_${Date.now()}`
  await sql.transaction('system', (tx) =>
    tx.query(`create table ${table} (tenant_id text, word int); grant select on ${table} to seaworthy_app;
      insert into ${table} values ('${tenantId}', 7)`),
  )
  const ask = (): Promise<unknown> =>
    sql.transaction(
      { tenantId },
      (tx) => tx.query(`select word from ${table} where tenant_id = $1`, [tenantId]),
      { asksOnce: true },
    )
  const kept = (): Promise<unknown[]> =>
    sql.transaction('system', (tx) =>
      tx.query('select name from pg_prepared_statements where statement like $1', [`%${table}%`]),
    )
  assert.deepEqual([await ask(), await ask()], [[{ word: 7 }], [{ word: 7 }]])
  assert.equal((await kept()).length, 1)
  await sql.transaction('system', (tx) => tx.query('deallocate all'))
  const before = cutter.tripCount()
  assert.deepEqual(await ask(), [{ word: 7 }])
  assert.equal(cutter.tripCount() - before, 2)
  assert.equal((await kept()).length, 1)
  await sql.transaction('system', (tx) =>
    tx.query(`alter table ${table} alter column word type text`),
  )
  assert.deepEqual([await ask(), await ask()], [[{ word: '7' }], [{ word: '7' }]])
  // Forgotten and gone: the same failure as anywhere else.
  await sql.transaction('system', (tx) => tx.query(`drop table ${table}`))
  await assert.rejects(ask(), (error) => sqlStateOf(error) === '42P01')
})

test('what a session keeps is asked for each tenant as that tenant, and leaves neither tenant nor role behind', async () => {
  const { sql, tenantId } = await openBench()
  const stranger = await freshTenant(sql)
  for (const owner of [tenantId, stranger])
    await sql.transaction({ tenantId: owner }, (tx) => tx.query(INSERT, [owner, `of ${owner}`]))
  const all = 'select note from platform_test_opening where note = any ($1::text[])'
  const notesOf = (scope: SqlScope): Promise<unknown[]> =>
    sql.transaction(
      scope,
      (tx) => tx.query(`${all} order by note`, [[`of ${tenantId}`, `of ${stranger}`]]),
      { asksOnce: true },
    )
  for (let round = 0; round < 8; round++) {
    assert.deepEqual(await notesOf({ tenantId }), [{ note: `of ${tenantId}` }])
    assert.deepEqual(await notesOf({ tenantId: stranger }), [{ note: `of ${stranger}` }])
    assert.equal((await notesOf('system')).length, 2)
    const [after] = await sql.transaction('system', (tx) =>
      tx.query(
        "select current_user = session_user as own, coalesce(current_setting('seaworthy.tenant', true), '') as tenant, current_setting('transaction_read_only') as reads",
      ),
    )
    assert.deepEqual(after, { own: true, tenant: '', reads: 'off' })
  }
})

test('the limit of a transaction holds for a question', async (t) => {
  if (testEngine() !== 'postgres') return t.skip('SEAWORTHY_TEST_ENGINE is not postgres')
  const { sql, tenantId } = await openBench()
  const slow = sql.transaction({ tenantId }, (tx) => tx.query('select pg_sleep($1)', [20]), {
    limitMs: 100,
    asksOnce: true,
  })
  await assert.rejects(slow, hasCode('PLATFORM_TRANSACTION_TIMED_OUT'))
})
