// Workers on a database: each job once, limits exact, failures retried, nothing lost when a worker stops.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aKind, openYard, until } from '../../test/jobs.ts'
import type { JobCall } from '../kernel/index.ts'
import { systemClock } from '../platform/index.ts'

const untilTold = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })

test('two workers run every job once, and its payload comes as it was given', async (t) => {
  const yard = await openYard()
  const seen: unknown[] = []
  const kind = aKind({
    async run({ payload }) {
      seen.push(payload)
      return undefined
    },
  })
  await yard.work(t, [kind])
  await yard.work(t, [kind])
  const payloads = Array.from({ length: 1_200 }, (_, n) => ({ n, text: 'ä\n"' }))
  await yard.enqueue(payloads.map((payload) => ({ kind: kind.name, payload })))
  await until(() => seen.length >= payloads.length)
  const order = (each: unknown): number => (each as { n: number }).n
  assert.deepEqual(
    seen.toSorted((a, b) => order(a) - order(b)),
    payloads,
  )
  await until(async () => {
    const done = await yard.desk([kind]).list(yard.tenantId, { kind: kind.name, state: 'done' })
    return done.length === 200
  })
})

test('a tenant never has more jobs at once than its limit, whatever workers there are, and others have theirs', async (t) => {
  const yard = await openYard()
  const other = await yard.anotherTenant()
  const running = new Map<string, number>()
  const most = new Map<string, number>()
  let doneCount = 0
  const kind = aKind({
    tenantLimit: 3,
    async run({ tenantId }) {
      const now = (running.get(tenantId) ?? 0) + 1
      running.set(tenantId, now)
      most.set(tenantId, Math.max(now, most.get(tenantId) ?? 0))
      await systemClock.sleep(3)
      running.set(tenantId, running.get(tenantId)! - 1)
      doneCount += 1
      return undefined
    },
  })
  for (let count = 0; count < 3; count++) await yard.work(t, [kind])
  const wishes = Array.from({ length: 90 }, () => ({ kind: kind.name }))
  await yard.enqueue(wishes)
  await yard.enqueue(wishes, other)
  await until(() => doneCount === 180)
  assert.deepEqual([most.get(yard.tenantId), most.get(other)], [3, 3])
})

test('higher priorities go first, then whoever runs least, then what was asked for first', async (t) => {
  const yard = await openYard()
  const other = await yard.anotherTenant()
  const order: string[] = []
  const kind = aKind({
    workerLimit: 2,
    async run({ payload }) {
      order.push(payload as string)
      await systemClock.sleep(50)
      return undefined
    },
  })
  const wish = (payload: string, priority = 0) => ({ kind: kind.name, payload, priority })
  await yard.enqueue([wish('a'), wish('b'), wish('c')])
  await yard.enqueue([wish('other')], other)
  await yard.enqueue([wish('urgent', 5)])
  await yard.work(t, [kind])
  await until(() => order.length === 5)
  assert.deepEqual(order.slice(0, 2).toSorted(), ['other', 'urgent'])
  assert.deepEqual(order.slice(2), ['a', 'b', 'c'])
})

test('a job that fails is tried again and then dead, and can be begun again by somebody whose word is in the ledger', async (t) => {
  const yard = await openYard()
  const attempts: number[] = []
  const kind = aKind({
    attemptLimit: 2,
    run({ attempt }) {
      attempts.push(attempt)
      if (attempts.length <= 2) return Promise.reject(new Error(`no harbour, ${attempt}`))
      return Promise.resolve({ result: { berth: 4 } })
    },
  })
  const desk = yard.desk([kind])
  const [id = ''] = await yard.enqueue([{ kind: kind.name }])
  await yard.work(t, [kind])
  const stateOf = async (): Promise<string> => (await desk.read(yard.tenantId, id)).state
  await until(async () => (await stateOf()) === 'dead')
  assert.deepEqual(attempts, [1, 2])
  assert.equal((await desk.read(yard.tenantId, id)).error, 'no harbour, 2')
  await assert.rejects(desk.cancel(yard.principal, id), { code: 'JOB_STATE_UNFIT' })
  await desk.retry(yard.principal, id)
  await until(async () => (await stateOf()) === 'done')
  const { result, error } = await desk.read(yard.tenantId, id)
  assert.deepEqual([result, error], [{ berth: 4 }, null])
  const { entries } = await yard.ledger.list(yard.tenantId, { type: 'job.retried' })
  assert.deepEqual(
    entries.map(({ body }) => [body.actor, body.subject]),
    [['operator', `job/${id}`]],
  )
})

test('one job of a key is open at a time, and one that is asked for while it runs runs once more', async (t) => {
  const yard = await openYard()
  const gate = Promise.withResolvers<void>()
  let count = 0
  const kind = aKind({
    async run() {
      count += 1
      if (count === 1) await gate.promise
      return undefined
    },
  })
  const wish = { kind: kind.name, key: 'quay' }
  const [first] = await yard.enqueue([wish, wish])
  assert.deepEqual(await yard.enqueue([wish]), [first])
  await yard.work(t, [kind])
  await until(() => count === 1)
  assert.deepEqual(await yard.enqueue([wish]), [first])
  assert.deepEqual(await yard.enqueue([wish]), [first])
  gate.resolve()
  await until(async () => (await yard.desk([kind]).read(yard.tenantId, first!)).state === 'done')
  assert.equal(count, 2)
  const [second] = await yard.enqueue([wish])
  assert.notEqual(second, first)
})

test('a job that asks for it runs again when it said, and one that is due later waits', async (t) => {
  const yard = await openYard()
  const ranMs: number[] = []
  const kind = aKind({
    run({ attempt }) {
      assert.equal(attempt, 1)
      ranMs.push(systemClock.nowMs())
      return Promise.resolve(
        ranMs.length === 1 ? { againMs: systemClock.nowMs() + 300 } : undefined,
      )
    },
  })
  await yard.work(t, [kind])
  const dueMs = systemClock.nowMs() + 300
  await yard.enqueue([{ kind: kind.name, dueMs }])
  await until(() => ranMs.length === 2)
  assert.ok(ranMs[0]! >= dueMs)
  assert.ok(ranMs[1]! >= ranMs[0]! + 300)
})

test('who cancels a job stops it before it runs or while it does', async (t) => {
  const yard = await openYard()
  const begun: string[] = []
  const kind = aKind({
    workerLimit: 1,
    isSchedulable: true,
    async run({ id, signal }) {
      begun.push(id)
      return untilTold(signal)
    },
  })
  const desk = yard.desk([kind])
  const [running = ''] = await yard.enqueue([{ kind: kind.name }])
  await yard.work(t, [kind])
  await until(() => begun.length === 1)
  const [queued = ''] = await yard.enqueue([{ kind: kind.name }])
  assert.equal((await desk.cancel(yard.principal, queued)).state, 'cancelled')
  assert.equal((await desk.cancel(yard.principal, running)).state, 'active')
  await until(async () => (await desk.read(yard.tenantId, running)).state === 'cancelled')
  assert.equal((await desk.read(yard.tenantId, running)).error, 'it was cancelled')
  assert.deepEqual(begun, [running])
})

test('progress is seen while a job runs, and a job over its time has failed', async (t) => {
  const yard = await openYard()
  const kind = aKind({
    attemptLimit: 1,
    timeLimitMs: 2_500,
    async run({ signal, progress }) {
      progress(0.25, 'a quarter')
      return untilTold(signal)
    },
  })
  const desk = yard.desk([kind])
  const [id = ''] = await yard.enqueue([{ kind: kind.name }])
  await yard.work(t, [kind])
  await until(async () => (await desk.read(yard.tenantId, id)).progress === 0.25)
  assert.equal((await desk.read(yard.tenantId, id)).note, 'a quarter')
  await until(async () => (await desk.read(yard.tenantId, id)).state === 'dead')
  assert.match((await desk.read(yard.tenantId, id)).error ?? '', /longer than 2500 ms/)
})

test('a worker that stops lets its jobs end, and gives back those that do not, without an attempt lost', async (t) => {
  const yard = await openYard()
  const calls: JobCall[] = []
  const kind = aKind({
    async run(call) {
      calls.push(call)
      if (call.payload === 'short') await systemClock.sleep(200)
      else if (calls.length <= 2) await untilTold(call.signal)
      return undefined
    },
  })
  const desk = yard.desk([kind])
  const ids = await yard.enqueue([
    { kind: kind.name, payload: 'short' },
    { kind: kind.name, payload: 'long' },
  ])
  const first = await yard.work(t, [kind])
  await until(() => calls.length === 2)
  await first.stop(1_000)
  const jobs = await Promise.all(ids.map((id) => desk.read(yard.tenantId, id)))
  assert.deepEqual(jobs.map(({ state }) => state).toSorted(), ['done', 'ready'])
  await yard.work(t, [kind])
  await until(() => calls.length === 3)
  assert.deepEqual([calls[2]!.payload, calls[2]!.attempt], ['long', 1])
})

test('a worker that was taken for dead lets go of its jobs, and what they come to counts for nothing', async (t) => {
  const yard = await openYard()
  const gate = Promise.withResolvers<void>()
  const signals: AbortSignal[] = []
  const kind = aKind({
    async run({ signal, attempt }) {
      signals.push(signal)
      if (attempt === 1) await gate.promise
      return { result: attempt }
    },
  })
  const [id = ''] = await yard.enqueue([{ kind: kind.name }])
  await yard.work(t, [kind])
  await until(() => signals.length === 1)
  // As another worker does that saw it count no further.
  await yard.sql.transaction('system', async (tx) => {
    await tx.query(
      `delete from job_worker w using job_item i where i.worker_id = w.worker_id and i.job_id = $1::uuid`,
      [id],
    )
    await tx.query(
      `update job_item set state = 'ready', worker_id = null where job_id = $1::uuid`,
      [id],
    )
  })
  await until(() => signals[0]!.aborted)
  await until(() => signals.length === 2)
  gate.resolve()
  const desk = yard.desk([kind])
  await until(async () => (await desk.read(yard.tenantId, id)).state === 'done')
  assert.equal((await desk.read(yard.tenantId, id)).result, 2)
})

test('what is done is forgotten after its time', async (t) => {
  const yard = await openYard()
  const kind = aKind({ keptDoneMs: 0, run: () => Promise.resolve(undefined) })
  const desk = yard.desk([kind])
  const [id = ''] = await yard.enqueue([{ kind: kind.name }])
  await yard.work(t, [kind])
  await until(async () => (await desk.list(yard.tenantId, { kind: kind.name })).length === 0)
  await assert.rejects(desk.read(yard.tenantId, id), { code: 'JOB_UNKNOWN' })
})
