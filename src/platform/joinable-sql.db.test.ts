// Parts of one transaction: undone alone, committed together, each with the scope of its own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshTenant, openTestSql } from '../../test/database.ts'
import type { JoinableSql, SqlScope } from '../kernel/index.ts'
import { makeJoinableSql } from './index.ts'

interface Pier {
  readonly sql: JoinableSql
  readonly tenantId: string
  add(name: string): Promise<unknown>
  names(): Promise<readonly string[]>
}

async function openPier(): Promise<Pier> {
  const plain = await openTestSql()
  await plain.transaction('system', async (tx) => {
    await tx.query('select pg_advisory_xact_lock(7712)')
    await tx.query(`create table if not exists test_pier (tenant_id text not null, name text not null);
      alter table test_pier enable row level security;
      drop policy if exists test_pier_tenant on test_pier;
      create policy test_pier_tenant on test_pier using (tenant_id = current_setting('seaworthy.tenant', true));
      grant select, insert on test_pier to seaworthy_app`)
  })
  const sql = makeJoinableSql(plain)
  const tenantId = await freshTenant(plain)
  return {
    sql,
    tenantId,
    add: (name) =>
      sql.transaction({ tenantId }, (tx) =>
        tx.query('insert into test_pier (tenant_id, name) values ($1, $2)', [tenantId, name]),
      ),
    async names() {
      const rows = await plain.transaction('system', (tx) =>
        tx.query<{ name: string }>(
          'select name from test_pier where tenant_id = $1 order by name',
          [tenantId],
        ),
      )
      return rows.map(({ name }) => name)
    },
  }
}

test('a part that fails is undone alone, also after an error of the database', async () => {
  const { sql, tenantId, add, names } = await openPier()
  await sql.join(async () => {
    await add('a')
    const failing = sql.transaction({ tenantId }, async (tx) => {
      await tx.query('insert into test_pier (tenant_id, name) values ($1, $2)', [tenantId, 'b'])
      await tx.query('select 1 / 0')
    })
    await assert.rejects(failing)
    await add('c')
  })
  assert.deepEqual(await names(), ['a', 'c'])
})

test('parts that are begun at a time come one after the other, and one that nobody waits for ends before the commit', async () => {
  const { sql, add, names } = await openPier()
  let late: Promise<unknown> = Promise.resolve()
  await sql.join(async () => {
    await Promise.all(['a', 'b', 'c'].map(add))
    late = add('d')
  })
  await late
  assert.deepEqual(await names(), ['a', 'b', 'c', 'd'])
})

test('a part sees the rows of its own scope, whatever the part before saw', async () => {
  const { sql, tenantId, add } = await openPier()
  const other = await openPier()
  await other.add('theirs')
  const countIn = (scope: SqlScope): Promise<number> =>
    sql.transaction(scope, async (tx) => {
      const rows = await tx.query('select 1 from test_pier where tenant_id in ($1, $2)', [
        tenantId,
        other.tenantId,
      ])
      return rows.length
    })
  const counts = await sql.join(async () => {
    await add('mine')
    return [
      await countIn({ tenantId }),
      await countIn('system'),
      await countIn({ tenantId: other.tenantId }),
      await countIn({ tenantId }),
    ]
  })
  assert.deepEqual(counts, [1, 2, 1, 1])
})

test('a transaction inside a part is refused, and what comes after the whole is a transaction of its own', async () => {
  const { sql, tenantId, add, names } = await openPier()
  let later: Promise<unknown> = Promise.resolve()
  await sql.join(async () => {
    assert.equal(sql.isJoined(), true)
    const nested = sql.transaction({ tenantId }, () => add('inner'))
    await assert.rejects(nested, { code: 'PLATFORM_TRANSACTION_NESTED' })
    const ended = Promise.withResolvers<undefined>()
    setImmediate(() => setTimeout(() => ended.resolve(undefined), 20))
    later = ended.promise.then(() => {
      assert.equal(sql.isJoined(), false)
      return add('later')
    })
  })
  await later
  assert.deepEqual(await names(), ['later'])
})
