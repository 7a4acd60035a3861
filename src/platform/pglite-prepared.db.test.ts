// Statements stay parsed between transactions; nobody may notice but the clock.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshTenant, openTestSql } from '../../test/database.ts'
import { SeaworthyError } from '../kernel/index.ts'

const sql = await openTestSql()

test('a statement answers with the columns that its table has now', async () => {
  await sql.transaction('system', (tx) => tx.query('create table prepared_shape (a int)'))
  const read = (): Promise<unknown> =>
    sql.transaction('system', (tx) => tx.query('select * from prepared_shape', []))
  await sql.transaction('system', (tx) => tx.query('insert into prepared_shape values ($1)', [1]))
  assert.deepEqual(await read(), [{ a: 1 }])
  await sql.transaction('system', async (tx) => {
    await tx.query("alter table prepared_shape add column b text default 'new'")
    assert.deepEqual(await tx.query('select * from prepared_shape', []), [{ a: 1, b: 'new' }])
  })
  assert.deepEqual(await read(), [{ a: 1, b: 'new' }])
  await sql.transaction('system', (tx) =>
    tx.query('drop table prepared_shape; create table prepared_shape (c bool)'),
  )
  assert.deepEqual(await read(), [])
})

test('a statement that failed once runs when it can', async () => {
  const insert = (): Promise<unknown> =>
    sql.transaction('system', (tx) =>
      tx.query('insert into prepared_late values ($1) returning a', [1]),
    )
  const states: unknown[] = []
  for (const remedy of ['create table prepared_late (a int primary key)', 'select 1']) {
    await assert.rejects(insert(), (error) => {
      states.push(error instanceof SeaworthyError && error.details['sqlstate'])
      return true
    })
    await sql.transaction('system', (tx) => tx.query(remedy))
    if (states.length === 1) assert.deepEqual(await insert(), [{ a: 1 }])
  }
  assert.deepEqual(states, ['42P01', '23505'])
  await sql.transaction('system', (tx) => tx.query('delete from prepared_late', []))
  assert.deepEqual(await insert(), [{ a: 1 }])
})

test('the same statement shows each tenant its own rows, and the owner all of them', async () => {
  await sql.transaction('system', (tx) =>
    tx.query(`create table prepared_owned (tenant_id text);
      alter table prepared_owned enable row level security;
      create policy prepared_owned_tenant on prepared_owned using (tenant_id = current_setting('seaworthy.tenant', true));
      grant select, insert on prepared_owned to seaworthy_app`),
  )
  const tenants = [await freshTenant(sql), await freshTenant(sql)]
  for (const tenantId of tenants) {
    await sql.transaction({ tenantId }, (tx) =>
      tx.query('insert into prepared_owned values ($1)', [tenantId]),
    )
  }
  // Often enough for the engine to settle on one way of running it.
  for (let round = 0; round < 8; round++) {
    for (const tenantId of tenants) {
      const seen = await sql.transaction({ tenantId }, (tx) =>
        tx.query('select tenant_id from prepared_owned where tenant_id <> $1', ['']),
      )
      assert.deepEqual(seen, [{ tenant_id: tenantId }])
    }
    const all = await sql.transaction('system', (tx) =>
      tx.query('select tenant_id from prepared_owned where tenant_id <> $1', ['']),
    )
    assert.equal(all.length, 2)
  }
})

test('more different statements than are kept parsed all run', async () => {
  for (let at = 0; at < 600; at++) {
    const rows = await sql.transaction('system', (tx) =>
      tx.query<{ n: number }>(`select $1::int + ${at % 300} as n`, [1]),
    )
    assert.equal(rows[0]?.n, 1 + (at % 300))
  }
})
