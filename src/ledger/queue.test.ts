// The queue: batches, bounds, retries after an unknown outcome, and who learns about a failure.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest, nodeRandom } from '../../test/crypto.ts'
import { aFact } from '../../test/ledger.ts'
import { defineErrors, faultsOf } from '../kernel/index.ts'
import type { Clock } from '../kernel/index.ts'
import { prepareFact } from './fact.ts'
import type { PreparedFact } from './fact.ts'
import { BATCH_LIMIT, QUEUE_LIMIT } from './model.ts'
import type { AppendedEntry } from './model.ts'
import { AppendQueue } from './queue.ts'

const fault = faultsOf(
  defineErrors({
    TEST_CONNECTION_LOST: { status: 503, exit: 9, title: 'lost', hint: 'again', retryable: true },
    TEST_STATEMENT_FAILED: { status: 500, exit: 1, title: 'failed', hint: 'no' },
  }),
)
const clock: Clock = { nowMs: () => 0, monotonicMs: () => 0, sleep: () => Promise.resolve() }
const ports = {
  digest: nodeDigest,
  random: nodeRandom,
  producer: { producer: 'test', version: '0' },
}

function prepare(count: number): PreparedFact[] {
  return Array.from({ length: count }, (_, n) =>
    prepareFact(ports, aFact({ payload: { n } }), 1_000),
  )
}

/** A log in memory that fails as told before or after it took a batch. */
function memoryLog(failures: readonly ('before' | 'after' | 'refuse')[] = []): {
  readonly queue: AppendQueue
  readonly ids: string[]
  readonly batchSizes: number[]
} {
  const ids: string[] = []
  const batchSizes: number[] = []
  const plan = [...failures]
  const commit = async (facts: readonly PreparedFact[]): Promise<readonly AppendedEntry[]> => {
    const failure = plan.shift()
    await Promise.resolve()
    if (failure === 'before') throw fault('TEST_CONNECTION_LOST', 'before the commit')
    if (failure === 'refuse') throw fault('TEST_STATEMENT_FAILED', 'no')
    batchSizes.push(facts.length)
    const outcomes = facts.map(({ id }) => {
      const known = ids.indexOf(id)
      if (known < 0) ids.push(id)
      return {
        id,
        seq: known < 0 ? ids.length - 1 : known,
        leafHash: new Uint8Array(32),
        isRepeat: known >= 0,
      }
    })
    if (failure === 'after') throw fault('TEST_CONNECTION_LOST', 'after the commit')
    return outcomes
  }
  return { queue: new AppendQueue({ clock, random: nodeRandom, commit }), ids, batchSizes }
}

test('callers of the same moment share a batch, and no batch exceeds its limit', async () => {
  const { queue, batchSizes } = memoryLog()
  await Promise.all([
    queue.push(prepare(1)),
    queue.push(prepare(2)),
    queue.push(prepare(BATCH_LIMIT * 2)),
  ])
  assert.deepEqual(batchSizes, [BATCH_LIMIT, BATCH_LIMIT, 3])
  assert.ok(queue.isIdle)
})

test('a connection lost before or after the commit is survived without a second entry', async () => {
  const { queue, ids } = memoryLog(['before', 'after', 'before'])
  const appended = await queue.push(prepare(3))
  assert.deepEqual(
    appended.map((entry) => entry.seq),
    [0, 1, 2],
  )
  assert.equal(ids.length, 3)
})

test('a failure that no retry helps reaches every caller of its batch, and the next batch goes on', async () => {
  const { queue, ids } = memoryLog(['refuse'])
  const first = await Promise.allSettled([queue.push(prepare(1)), queue.push(prepare(1))])
  assert.deepEqual(
    first.map((each) => each.status),
    ['rejected', 'rejected'],
  )
  assert.equal((await queue.push(prepare(1)))[0]!.seq, 0)
  assert.equal(ids.length, 1)
})

test('retries end after five tries', async () => {
  const { queue } = memoryLog(['before', 'before', 'before', 'before', 'before'])
  await assert.rejects(queue.push(prepare(1)), { code: 'TEST_CONNECTION_LOST' })
  assert.ok(queue.isIdle)
})

test('what does not fit is refused whole, and what waits is not disturbed', async () => {
  const { queue, ids } = memoryLog()
  const waiting = queue.push(prepare(QUEUE_LIMIT))
  await assert.rejects(queue.push(prepare(1)), { code: 'LEDGER_QUEUE_FULL' })
  assert.equal((await waiting).length, QUEUE_LIMIT)
  assert.equal(ids.length, QUEUE_LIMIT)
})
