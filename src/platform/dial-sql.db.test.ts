// Questions to somebody else's PostgreSQL: read only, bounded, and silent about the password.
import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { SeaworthyError, type DialSqlAnswer, type DialSqlRequest } from '../kernel/index.ts'
import { systemDialSql } from './dial-sql.ts'

/** The address of a real server, or a skip that names what is missing. */
function serverUrl(t: TestContext): string | undefined {
  const url = process.env['SEAWORTHY_TEST_PG_URL']
  if (url === undefined) t.skip('SEAWORTHY_TEST_PG_URL is not set')
  return url
}

function ask(
  url: string,
  text: string,
  more: Partial<DialSqlRequest> = {},
): Promise<DialSqlAnswer> {
  return systemDialSql.ask({ url, text, timeoutMs: 5_000, rowLimit: 10, ...more })
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof SeaworthyError && error.code === code
}

test('columns and rows come back as JSON values', async (t) => {
  const url = serverUrl(t)
  if (url === undefined) return
  const answer = await ask(
    url,
    `select 1 as a, 'x' as b, null as c, true as d, '\\x00ff'::bytea as e, 9007199254740993::int8 as f,
     1.50::numeric as g, 'NaN'::float8 as h, 2.5::float8 as i, 1 as a;`,
  )
  assert.deepEqual(answer.columns, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'a'])
  assert.deepEqual(answer.rows, [
    [1, 'x', null, true, '00ff', '9007199254740993', '1.50', 'NaN', 2.5, 1],
  ])
  assert.equal(answer.truncated, false)
})

test('rows beyond the limit are cut and said to be', async (t) => {
  const url = serverUrl(t)
  if (url === undefined) return
  const cut = await ask(url, 'select generate_series(1, 1000000000) as n')
  const whole = await ask(url, 'select * from generate_series(1, 10) n')
  assert.deepEqual([cut.rows.length, cut.truncated], [10, true])
  assert.deepEqual([whole.rows.length, whole.truncated], [10, false])
})

test('show, explain and values are questions too', async (t) => {
  const url = serverUrl(t)
  if (url === undefined) return
  assert.deepEqual((await ask(url, 'show transaction_read_only')).rows, [['on']])
  assert.deepEqual((await ask(url, 'values (1), (2)')).rows, [[1], [2]])
  assert.deepEqual((await ask(url, 'with a as (select 3 as n) select n from a')).rows, [[3]])
  assert.ok((await ask(url, 'explain select 1')).rows.length > 0)
})

test('nothing but questions gets through', async (t) => {
  const url = serverUrl(t)
  if (url === undefined) return
  const texts = [
    'create table dial_sql_test (id int)',
    'with gone as (delete from pg_class returning 1) select * from gone',
    `copy (select 1) to program 'true'`,
    'rollback',
    'set session characteristics as transaction read write',
  ]
  for (const text of texts) {
    await assert.rejects(ask(url, text), hasCode('PLATFORM_STATEMENT_FAILED'), text)
  }
})

test('what a server lets slip through a read-only transaction is rolled back', async (t) => {
  const url = serverUrl(t)
  if (url === undefined) return
  // PostgreSQL 15 creates large objects in read-only transactions; 16 and later refuse.
  await ask(url, 'select lo_create(424242)').catch(hasCode('PLATFORM_STATEMENT_FAILED'))
  await ask(url, 'explain analyze create table dial_sql_test as select 1').catch(
    hasCode('PLATFORM_STATEMENT_FAILED'),
  )
  const left = await ask(
    url,
    `select oid from pg_largeobject_metadata where oid = 424242
     union all select oid from pg_class where relname = 'dial_sql_test'`,
  )
  assert.deepEqual(left.rows, [])
})

test('several statements are refused as such', async (t) => {
  const url = serverUrl(t)
  if (url === undefined) return
  for (const text of [
    'select 1; select 2',
    'show all; rollback',
    'select 1; rollback; create table x (id int)',
  ]) {
    await assert.rejects(ask(url, text), hasCode('PLATFORM_REQUEST_REFUSED'), text)
  }
})

test('a slow question ends with the time limit', async (t) => {
  const url = serverUrl(t)
  if (url === undefined) return
  const startedAt = performance.now()
  const slow = ask(url, 'select pg_sleep(300)', { timeoutMs: 200 })
  await assert.rejects(slow, hasCode('PLATFORM_TRANSACTION_TIMED_OUT'))
  // Usually 0.2 s; what is not cut off takes 300 s.
  assert.ok(performance.now() - startedAt < 60_000)
})

test('one enormous value does not fill the memory', async (t) => {
  const url = serverUrl(t)
  if (url === undefined) return
  await assert.rejects(
    ask(url, `select repeat('x', 100000000)`, { timeoutMs: 20_000 }),
    hasCode('PLATFORM_DATABASE_UNREACHABLE'),
  )
})

test('a failed sign-in is told without the password', async (t) => {
  const url = serverUrl(t)
  if (url === undefined) return
  const wrong = new URL(url)
  wrong.username = 'seaworthy-nobody'
  wrong.password = 'fake-secret'
  await assert.rejects(ask(wrong.href, 'select 1'), (error) => {
    assert.ok(error instanceof SeaworthyError && error.code === 'PLATFORM_DATABASE_UNREACHABLE')
    return !JSON.stringify([error.message, error.details, error.cause]).includes('fake-secret')
  })
})

test('a server that says nothing, and one that is away, are unreachable', async (t) => {
  const silent = createServer((socket) => socket.on('error', () => undefined))
  await new Promise<void>((resolve) => {
    silent.listen(0, '127.0.0.1', resolve)
  })
  t.after(() => silent.close())
  const { port } = silent.address() as AddressInfo
  for (const url of [
    `postgres://a:fake-secret@127.0.0.1:${port}/b`,
    'postgres://a@127.0.0.1:1/b',
  ]) {
    await assert.rejects(
      ask(url, 'select 1', { timeoutMs: 200 }),
      hasCode('PLATFORM_DATABASE_UNREACHABLE'),
    )
  }
})

test('an address that leaves user, host or database to the environment is refused', async () => {
  const urls = [
    'postgres://127.0.0.1/db',
    'postgres://user@127.0.0.1',
    'mysql://u@h/d',
    'nonsense',
    'postgres://u@h/d?sslmode=maybe',
  ]
  for (const url of urls) {
    await assert.rejects(ask(url, 'select 1'), hasCode('PLATFORM_REQUEST_REFUSED'), url)
  }
})
