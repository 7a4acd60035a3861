// SQL checks against PostgreSQL on the loopback address, where there is one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aGate, runGate, textOf } from '../../../test/runner.ts'
import type { Submission } from '../../../test/runner.ts'

test('an sql check keeps rows, cannot write, and never shows the address', async (t) => {
  const url = 'postgresql://postgres:fake-password@127.0.0.1:5432/postgres?sslmode=disable'
  const ask = (text: string): Promise<Submission> =>
    runGate(
      aGate(
        'db',
        { type: 'sql', connection: 'DB', text },
        { assertions: [{ read: { from: 'cell', column: 'n' }, op: 'eq', value: 2 }] },
      ),
      {
        terms: { parameters: { DB: '[masked]' }, confirmed: [] },
        secretParameters: { DB: url },
      },
    )
  const got = await ask('select 1 + 1 as n')
  assert.ok(got.capture.kind === 'sql')
  assert.ok(!JSON.stringify(got.capture).includes('fake-password'))
  if (got.capture.error !== undefined)
    return t.skip(`PostgreSQL on 127.0.0.1:5432: ${got.capture.error}`)
  assert.deepEqual(
    [got.judgement.status, textOf(got, 'rows')],
    ['PASS', '{"columns":["n"],"rows":[[2]]}'],
  )
  assert.equal((await ask('create table runner_probe (n int)')).judgement.status, 'ERROR')
  const many = await ask('select 2 as n from generate_series(1, 20000)')
  assert.ok(many.capture.kind === 'sql')
  assert.deepEqual([many.capture.rowCount, many.capture.streams['rows']?.truncated], [null, true])
})

test('an sql check whose database cannot be reached is an error', async () => {
  const gate = aGate('db', { type: 'sql', connection: 'DB', text: 'select 1' })
  const terms = { parameters: { DB: 'postgresql://a:fake-password@127.0.0.1:1/x' }, confirmed: [] }
  assert.equal((await runGate(gate, { terms })).judgement.status, 'ERROR')
})
