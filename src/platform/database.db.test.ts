// The Sql port's promises, kept by whichever engine SEAWORTHY_TEST_ENGINE names.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshTenant, openTestSql } from '../../test/database.ts'
import { SeaworthyError, type SqlValue } from '../kernel/index.ts'
import { sqlStateOf } from './sql-faults.ts'

const WORKBENCH = `create table if not exists platform_test_row (
  tenant_id text not null, id int not null, note text, primary key (tenant_id, id));
  alter table platform_test_row enable row level security;
  drop policy if exists own_rows on platform_test_row;
  create policy own_rows on platform_test_row using (tenant_id = current_setting('seaworthy.tenant', true));
  grant select, insert, update, delete on platform_test_row to seaworthy_app`

async function openBench(): Promise<{
  sql: Awaited<ReturnType<typeof openTestSql>>
  tenantId: string
}> {
  const sql = await openTestSql()
  await sql.transaction('system', (tx) => tx.query(WORKBENCH))
  return { sql, tenantId: await freshTenant(sql) }
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof SeaworthyError && error.code === code
}

test('values of every kind come back as the port promises', async () => {
  const sql = await openTestSql()
  const values: SqlValue[] = [
    2 ** 53 - 1,
    new Uint8Array([0, 1, 255]),
    '2026-01-02T03:04:05.6789+02:00',
    '1.50',
    '{"a":[1,null]}',
    ['x"\\', 'b,c', 'NULL', '', '{}'],
    [1, -2],
    true,
    null,
    12n,
    1.5,
  ]
  const [row] = await sql.transaction('system', (tx) =>
    tx.query(
      `select $1::int8 as int8, $2::bytea as bytea, $3::timestamptz as at, $4::numeric as amount,
       $5::jsonb as body, $6::text[] as words, $7::int8[] as counts, $8::boolean as flag,
       $9::text as nothing, $10::int8 as big, $11::float8 as real, '{{1,2},{3,4}}'::int4[] as grid,
       array[null, '\\x00ff']::bytea[] as blobs, count(*) as count, '2026-01-02'::date as day`,
      values,
    ),
  )
  assert.deepEqual(row, {
    int8: 2 ** 53 - 1,
    bytea: new Uint8Array([0, 1, 255]),
    at: '2026-01-02T01:04:05.678Z',
    amount: '1.50',
    body: { a: [1, null] },
    words: ['x"\\', 'b,c', 'NULL', '', '{}'],
    counts: [1, -2],
    flag: true,
    nothing: null,
    big: 12,
    real: 1.5,
    grid: [
      [1, 2],
      [3, 4],
    ],
    blobs: [null, new Uint8Array([0, 255])],
    count: 1,
    day: '2026-01-02',
  })
})

test('integers, instants and texts that cannot be exact are refused', async () => {
  const sql = await openTestSql()
  const ask = (text: string, values: SqlValue[] = []) =>
    sql.transaction('system', (tx) => tx.query(text, values))
  await assert.rejects(ask('select 9007199254740992::int8'), hasCode('PLATFORM_VALUE_REFUSED'))
  await assert.rejects(ask(`select 'infinity'::timestamptz`), hasCode('PLATFORM_VALUE_REFUSED'))
  await assert.rejects(ask('select $1::text', ['a\0b']), hasCode('PLATFORM_VALUE_REFUSED'))
  await assert.rejects(ask('select $1::text', ['\ud800']), hasCode('PLATFORM_VALUE_REFUSED'))
  await assert.rejects(ask('select $1::text[]', [['a\0b']]), hasCode('PLATFORM_VALUE_REFUSED'))
  const after = await ask('select 1 as one')
  assert.deepEqual(after, [{ one: 1 }])
})

test('a large value crosses in both directions unchanged', async () => {
  const sql = await openTestSql()
  const bytes = new Uint8Array(3_000_000).map((_, at) => at % 251)
  const text = 'ß€😀'.repeat(200_000)
  const [row] = await sql.transaction('system', (tx) =>
    tx.query('select $1::bytea as bytes, $2::text as text', [bytes, text]),
  )
  assert.deepEqual(row, { bytes, text })
})

test('a tenant sees only its own row and the system sees both', async () => {
  const sql = await openTestSql()
  const [first, second] = [await freshTenant(sql), await freshTenant(sql)]
  const read = 'select tenant_id from tenant where tenant_id = any($1) order by tenant_id'
  const ofFirst = await sql.transaction({ tenantId: first }, (tx) =>
    tx.query(read, [[first, second]]),
  )
  const ofSystem = await sql.transaction('system', (tx) => tx.query(read, [[first, second]]))
  assert.deepEqual(ofFirst, [{ tenant_id: first }])
  assert.equal(ofSystem.length, 2)
})

test('role and tenant end with their transaction', async () => {
  const { sql, tenantId } = await openBench()
  const who = `select current_user::text as role, current_setting('seaworthy.tenant', true) as tenant`
  const inside = await sql.transaction({ tenantId }, (tx) => tx.query(who))
  await assert.rejects(sql.transaction({ tenantId }, (tx) => tx.query('select 1/0')))
  const [after] = await sql.transaction('system', (tx) =>
    tx.query<{ role: string; tenant: string }>(who),
  )
  assert.deepEqual(inside, [{ role: 'seaworthy_app', tenant: tenantId }])
  assert.notEqual(after?.role, 'seaworthy_app')
  assert.ok(after?.tenant === '' || after?.tenant === null)
})

test('a tenant id with quotes is a name and not SQL, and an empty one is refused', async () => {
  const { sql } = await openBench()
  const hostile = `x'; drop table tenant; --`
  const [row] = await sql.transaction({ tenantId: hostile }, (tx) =>
    tx.query(`select current_setting('seaworthy.tenant') as tenant`),
  )
  assert.deepEqual(row, { tenant: hostile })
  await assert.rejects(
    sql.transaction({ tenantId: '' }, (tx) => tx.query('select 1')),
    hasCode('PLATFORM_VALUE_REFUSED'),
  )
})

test('rows of another tenant cannot be written', async () => {
  const { sql, tenantId } = await openBench()
  const other = await freshTenant(sql)
  const insert = 'insert into platform_test_row (tenant_id, id) values ($1, 1)'
  await assert.rejects(
    sql.transaction({ tenantId }, (tx) => tx.query(insert, [other])),
    (error) => sqlStateOf(error) === '42501',
  )
})

test('a transaction that throws leaves nothing behind and hands the error on', async () => {
  const { sql, tenantId } = await openBench()
  const reason = new Error('changed my mind')
  const work = sql.transaction({ tenantId }, async (tx) => {
    await tx.query('insert into platform_test_row (tenant_id, id) values ($1, 1)', [tenantId])
    throw reason
  })
  await assert.rejects(work, (error) => error === reason)
  const rows = await sql.transaction({ tenantId }, (tx) =>
    tx.query('select id from platform_test_row'),
  )
  assert.deepEqual(rows, [])
})

test('a broken unique key is told by its SQLSTATE and constraint, without the row', async () => {
  const { sql, tenantId } = await openBench()
  const insert = `insert into platform_test_row (tenant_id, id, note) values ($1, 1, 'fake-secret')`
  const twice = sql.transaction({ tenantId }, async (tx) => {
    await tx.query(insert, [tenantId])
    await tx.query(insert, [tenantId])
  })
  await assert.rejects(twice, (error) => {
    assert.ok(error instanceof SeaworthyError)
    assert.equal(error.code, 'PLATFORM_STATEMENT_FAILED')
    assert.equal(sqlStateOf(error), '23505')
    assert.equal(error.details['constraint'], 'platform_test_row_pkey')
    return !error.message.includes(tenantId)
  })
})

test('a failed statement that the work forgives still fails the transaction', async () => {
  const { sql, tenantId } = await openBench()
  const work = sql.transaction({ tenantId }, async (tx) => {
    await tx.query('insert into platform_test_row (tenant_id, id) values ($1, 1)', [tenantId])
    await tx.query('select 1/0').catch(() => [])
  })
  await assert.rejects(work, hasCode('PLATFORM_TRANSACTION_ENDED'))
  const rows = await sql.transaction({ tenantId }, (tx) =>
    tx.query('select id from platform_test_row'),
  )
  assert.deepEqual(rows, [])
})

test('serialisation and deadlock states stay recognisable', async () => {
  const sql = await openTestSql()
  for (const state of ['40001', '40P01']) {
    const raise = `do $$ begin raise exception 'again' using errcode = '${state}'; end $$`
    await assert.rejects(
      sql.transaction('system', (tx) => tx.query(raise)),
      (error) => sqlStateOf(error) === state,
    )
  }
})

test('a full disk has a code of its own', async () => {
  const sql = await openTestSql()
  const raise = `do $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`
  await assert.rejects(
    sql.transaction('system', (tx) => tx.query(raise)),
    hasCode('PLATFORM_DISK_FULL'),
  )
})

test('an ended transaction answers no more queries', async () => {
  const sql = await openTestSql()
  const late = await sql.transaction('system', (tx) => Promise.resolve(() => tx.query('select 1')))
  await assert.rejects(late(), hasCode('PLATFORM_TRANSACTION_ENDED'))
})

test('a transaction inside another is refused instead of waiting for ever', async () => {
  const sql = await openTestSql()
  const nested = sql.transaction('system', () =>
    sql.transaction('system', (tx) => tx.query('select 1')),
  )
  await assert.rejects(nested, hasCode('PLATFORM_TRANSACTION_NESTED'))
})

test('what a transaction started may open its own after it has ended', async () => {
  const sql = await openTestSql()
  let later: Promise<unknown> = Promise.resolve()
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  await sql.transaction('system', async (tx) => {
    await tx.query('select 1')
    later = ended.then(() => sql.transaction('system', (own) => own.query('select 2 as two')))
  })
  end()
  assert.deepEqual(await later, [{ two: 2 }])
})

test('many transactions at once count without losing an update', async () => {
  const { sql, tenantId } = await openBench()
  await sql.transaction({ tenantId }, (tx) =>
    tx.query(`insert into platform_test_row (tenant_id, id, note) values ($1, 1, '0')`, [tenantId]),
  )
  const bump = async (): Promise<void> => {
    await sql.transaction({ tenantId }, async (tx) => {
      const [row] = await tx.query<{ note: string }>(
        'select note from platform_test_row for update',
      )
      await tx.query('update platform_test_row set note = $1', [String(Number(row?.note) + 1)])
    })
  }
  await Promise.all(Array.from({ length: 50 }, bump))
  const rows = await sql.transaction({ tenantId }, (tx) =>
    tx.query('select note from platform_test_row'),
  )
  assert.deepEqual(rows, [{ note: '50' }])
})

test('several statements run without values and are refused with them', async () => {
  const sql = await openTestSql()
  const both = await sql.transaction('system', (tx) => tx.query('select 1 as one; select 2 as two'))
  assert.deepEqual(both, [{ two: 2 }])
  await assert.rejects(
    sql.transaction('system', (tx) => tx.query('select 1; select 2', [])),
    (error) => sqlStateOf(error) === '42601',
  )
})

test('isolation is READ COMMITTED and times are in UTC', async () => {
  const sql = await openTestSql()
  const [row] = await sql.transaction('system', (tx) =>
    tx.query(
      `select current_setting('transaction_isolation') as level, current_setting('TimeZone') as zone,
       current_setting('search_path') as path`,
    ),
  )
  assert.deepEqual(row, { level: 'read committed', zone: 'UTC', path: 'public' })
})

test('maintenance runs beside work and the figures count it', async () => {
  const { sql } = await openBench()
  const before = await sql.stats()
  await sql.maintain()
  await sql.transaction('system', (tx) => tx.query('select 1'))
  const after = await sql.stats()
  assert.equal(after.committed, before.committed + 1)
})
