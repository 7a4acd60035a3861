// A commit whose answer is lost: the next try finds what it wrote, whoever came between, and writes nothing twice.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aFact, factsOf, openTestLedger } from '../../test/ledger.ts'
import type { TestLedger } from '../../test/ledger.ts'
import { defineErrors, faultsOf } from '../kernel/index.ts'
import type { Sql } from '../kernel/index.ts'
import { makeLedger } from './index.ts'
import type { Ledger } from './index.ts'

const fault = faultsOf(
  defineErrors({
    TEST_ANSWER_LOST: { status: 503, exit: 9, title: 'lost', hint: 'again', retryable: true },
  }),
)

/** A ledger whose transactions end as told, one after the other: heard, lost after the commit, or taken back. */
function forgetful(
  { sql, ports }: TestLedger,
  ends: ('lost' | 'undone')[],
  between: () => Promise<unknown>,
): Ledger {
  const lossy: Sql = {
    engine: sql.engine,
    async transaction(scope, work) {
      const end = ends.shift()
      const result = await sql.transaction(scope, async (tx) => {
        const done = await work(tx)
        if (end === 'undone') throw fault('TEST_ANSWER_LOST', 'before the commit')
        return done
      })
      if (end !== 'lost') return result
      await between()
      throw fault('TEST_ANSWER_LOST', 'after the commit')
    },
  }
  const clock = { ...ports.clock, sleep: () => Promise.resolve() }
  return makeLedger({ ...ports, clock, sql: lossy })
}

test('entries of a commit that nobody heard of are found again, though others appended meanwhile', async () => {
  const opened = await openTestLedger()
  const { ledger, tenantId } = opened
  await ledger.append(tenantId, factsOf(3))
  const others = (): Promise<unknown> => ledger.append(tenantId, factsOf(1_500))
  const appended = await forgetful(opened, ['lost', 'lost'], others).append(tenantId, factsOf(5))
  assert.deepEqual(
    appended.map(({ seq, isRepeat }) => [seq, isRepeat]),
    [3, 4, 5, 6, 7].map((seq) => [seq, true]),
  )
  const verdict = await ledger.verifyLog(tenantId, {})
  assert.deepEqual([verdict.ok, verdict.size], [true, 3 + 5 + 2 * 1_500])
})

test('the first entries of a log are found again too, and what was taken back is written anew', async () => {
  const opened = await openTestLedger()
  const { ledger, tenantId } = opened
  const others = (): Promise<unknown> => ledger.append(tenantId, [aFact()])
  const lossy = forgetful(opened, ['undone', 'lost', 'undone'], others)
  const appended = await lossy.append(tenantId, factsOf(2))
  assert.deepEqual(
    appended.map(({ seq, isRepeat }) => [seq, isRepeat]),
    [
      [0, true],
      [1, true],
    ],
  )
  assert.equal((await ledger.verifyLog(tenantId, {})).size, 3)
})
