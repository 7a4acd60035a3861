// What only PostgreSQL must show: a server that is away, broken connections, and several at once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestSql, testEngine } from '../../test/database.ts'
import { SeaworthyError } from '../kernel/index.ts'
import { openPostgres } from './postgres.ts'

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof SeaworthyError && error.code === code
}

test('a server that does not answer is unreachable, with exit 9 and worth a retry', async () => {
  await assert.rejects(
    openPostgres({ url: 'postgres://nobody@127.0.0.1:1/none', poolSize: 1 }),
    (error) => {
      assert.ok(error instanceof SeaworthyError)
      assert.equal(error.code, 'PLATFORM_DATABASE_UNREACHABLE')
      return error.row.exit === 9 && error.row.retryable === true
    },
  )
})

test('a connection that the server ends is replaced by the next transaction', async (t) => {
  if (testEngine() !== 'postgres') return t.skip('SEAWORTHY_TEST_ENGINE is not postgres')
  const sql = await openTestSql()
  const suicide = sql.transaction('system', (tx) =>
    tx.query('select pg_terminate_backend(pg_backend_pid())'),
  )
  await assert.rejects(suicide, hasCode('PLATFORM_DATABASE_UNREACHABLE'))
  const [row] = await sql.transaction('system', (tx) => tx.query('select 1 as one'))
  assert.deepEqual(row, { one: 1 })
})

test('a statement longer than its transaction may take is stopped', async (t) => {
  if (testEngine() !== 'postgres') return t.skip('SEAWORTHY_TEST_ENGINE is not postgres')
  const sql = await openTestSql()
  const slow = sql.transaction('system', (tx) => tx.query('select pg_sleep(20)'), { limitMs: 100 })
  await assert.rejects(slow, hasCode('PLATFORM_TRANSACTION_TIMED_OUT'))
})

test('transactions run side by side', async (t) => {
  if (testEngine() !== 'postgres') return t.skip('SEAWORTHY_TEST_ENGINE is not postgres')
  const sql = await openTestSql()
  let release = (): void => undefined
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const first = sql.transaction('system', async (tx) => {
    await tx.query('select 1')
    await gate
    return 'first'
  })
  const second = await sql.transaction('system', (tx) => tx.query('select 2 as two'))
  release()
  assert.deepEqual([await first, second], ['first', [{ two: 2 }]])
})
