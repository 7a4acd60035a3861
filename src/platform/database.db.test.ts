// The Sql port's promises, kept by whichever engine SEAWORTHY_TEST_ENGINE names.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshTenant, openTestSql } from '../../test/database.ts'

test('values of every kind come back as the port promises', async () => {
  const sql = await openTestSql()
  const [row] = await sql.transaction('system', (tx) =>
    tx.query(
      `select $1::int8 as int8, $2::bytea as bytea, $3::timestamptz as at, $4::numeric as amount,
       $5::jsonb as body, $6::text[] as words, $7::int8[] as counts, $8::boolean as flag, $9::text as nothing`,
      [
        2 ** 53 - 1,
        new Uint8Array([0, 1, 255]),
        '2026-01-02T03:04:05.6789+02:00',
        '1.50',
        '{"a":[1,null]}',
        ['x"\\', 'b,c', 'NULL', '', '{}'],
        [1, -2],
        true,
        null,
      ],
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
  })
})

test('a tenant sees only its own row and the system sees both', async () => {
  const sql = await openTestSql()
  const [first, second] = [await freshTenant(sql), await freshTenant(sql)]
  const read = 'select tenant_id from tenant where tenant_id = any($1) order by tenant_id'
  const ofFirst = await sql.transaction({ tenantId: first }, (tx) => tx.query(read, [[first, second]]))
  const ofSystem = await sql.transaction('system', (tx) => tx.query(read, [[first, second]]))
  assert.deepEqual(ofFirst, [{ tenant_id: first }])
  assert.equal(ofSystem.length, 2)
})
