// Jobs that the database says run and no worker runs: given to a worker that stops, not heard of, or left behind.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aKind, openYard, until } from '../../test/jobs.ts'
import type { Sql } from '../kernel/index.ts'
import { systemClock } from '../platform/index.ts'

/** Takes jobs as the database does, and does not hear of it: `taking` says how the answer gets lost. */
function deafSql(sql: Sql, lose: () => Promise<void>): Sql {
  return {
    ...sql,
    async transaction(scope, work, terms) {
      let hasTaken = false
      const answer = await sql.transaction(
        scope,
        (tx) =>
          work({
            ...tx,
            async query(text, values) {
              const rows = await tx.query(text, values)
              if (text.startsWith('with recursive tenants') && rows.length > 0) hasTaken = true
              return rows as never
            },
          }),
        terms,
      )
      if (hasTaken) await lose()
      return answer
    },
  }
}

test('a worker told to stop while it is given jobs hands them back', async (t) => {
  const yard = await openYard()
  const runs: number[] = []
  const kind = aKind({
    async run({ attempt }) {
      runs.push(attempt)
      return undefined
    },
  })
  let stopped: Promise<void> | undefined
  const sql = deafSql(yard.sql, () => {
    // The answer is on its way when the worker hears that it is to stop.
    stopped ??= worker.stop(1_000)
    return systemClock.sleep(50)
  })
  const worker = await yard.work(t, [kind], sql)
  const [id = ''] = await yard.enqueue([{ kind: kind.name }])
  await until(() => stopped !== undefined)
  await stopped
  const job = await yard.desk([kind]).read(yard.tenantId, id)
  assert.deepEqual([job.state, job.attempt, runs], ['ready', 0, []])
})

test('jobs that were given and not heard of, because the connection broke, are run all the same', async (t) => {
  const yard = await openYard()
  const runs: number[] = []
  const kind = aKind({
    async run({ attempt }) {
      runs.push(attempt)
      return undefined
    },
  })
  let isBroken = false
  const sql = deafSql(yard.sql, () => {
    if (isBroken) return Promise.resolve()
    isBroken = true
    return Promise.reject(new Error('connection terminated'))
  })
  const [id = ''] = await yard.enqueue([{ kind: kind.name }])
  await yard.work(t, [kind], sql)
  const desk = yard.desk([kind])
  await until(async () => (await desk.read(yard.tenantId, id)).state === 'done')
  assert.deepEqual([isBroken, runs], [true, [1]])
})

test('a job that a version before left running on a worker that signed off begins again', async (t) => {
  const yard = await openYard()
  const kind = aKind({ run: () => Promise.resolve(undefined) })
  const [id = ''] = await yard.enqueue([{ kind: kind.name }])
  await yard.sql.transaction('system', (tx) =>
    tx.query(
      `update job_item set state = 'active', attempt = 1, started_at = $2, worker_id = gen_random_uuid()
       where job_id = $1::uuid`,
      [id, new Date(systemClock.nowMs() - 60_000).toISOString()],
    ),
  )
  await yard.work(t, [kind])
  const desk = yard.desk([kind])
  await until(async () => (await desk.read(yard.tenantId, id)).state === 'done')
})
