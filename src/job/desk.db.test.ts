// What people do with jobs on a database: schedules, and the wall between tenants.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aKind, openYard, until } from '../../test/jobs.ts'
import { systemClock } from '../platform/index.ts'
import { makeDrillJob } from './drill.ts'

test('a schedule asks again and again, makes up for missed times once, and is removed', async (t) => {
  const yard = await openYard()
  let count = 0
  const kind = aKind({
    isSchedulable: true,
    run() {
      count += 1
      return Promise.resolve(undefined)
    },
  })
  const desk = yard.desk([kind])
  const wish = { name: 'tide', kind: kind.name, cron: '* * * * *' }
  await assert.rejects(desk.schedule(yard.principal, { ...wish, kind: 'no.such' }), {
    code: 'JOB_KIND_UNKNOWN',
  })
  const { nextAt } = await desk.schedule(yard.principal, wish)
  assert.ok(Date.parse(nextAt) > systemClock.nowMs())
  await yard.sql.transaction({ tenantId: yard.tenantId }, (tx) =>
    tx.query(`update job_schedule set next_at = '2026-01-01T00:00:00Z' where tenant_id = $1`, [
      yard.tenantId,
    ]),
  )
  await yard.work(t, [kind])
  await until(() => count === 1)
  const [after] = await desk.schedules(yard.tenantId)
  assert.ok(Date.parse(after!.nextAt) > systemClock.nowMs() - 60_000)
  await desk.unschedule(yard.principal, 'tide')
  assert.deepEqual(await desk.schedules(yard.tenantId), [])
  await assert.rejects(desk.unschedule(yard.principal, 'tide'), { code: 'JOB_UNKNOWN' })
})

test('another tenant’s jobs are neither listed, read, retried nor cancelled', async () => {
  const yard = await openYard()
  const kind = aKind({ run: () => Promise.resolve(undefined) })
  const desk = yard.desk([kind])
  const stranger = { id: 'operator', tenantId: await yard.anotherTenant() }
  const [id = ''] = await yard.enqueue([{ kind: kind.name }])
  assert.deepEqual(await desk.list(stranger.tenantId, {}), [])
  const refused = { code: 'JOB_UNKNOWN' }
  await assert.rejects(desk.read(stranger.tenantId, id), refused)
  await assert.rejects(desk.retry(stranger, id), refused)
  await assert.rejects(desk.cancel(stranger, id), refused)
  await assert.rejects(yard.enqueue([{ kind: kind.name }], 'nobody'), {
    code: 'PLATFORM_STATEMENT_FAILED',
  })
  assert.equal((await desk.read(yard.tenantId, id)).state, 'ready')
})

test('what nobody may ask for is not cancelled either: what it carries would be lost', async () => {
  const yard = await openYard()
  const [own, house] = [true, false].map((isSchedulable) =>
    aKind({ isSchedulable, run: () => Promise.resolve(undefined) }),
  )
  const desk = yard.desk([own!, house!])
  const [asked = ''] = await yard.enqueue([{ kind: own!.name }])
  const [carried = ''] = await yard.enqueue([{ kind: house!.name }])
  await assert.rejects(desk.cancel(yard.principal, carried), { code: 'JOB_CANCEL_REFUSED' })
  assert.equal((await desk.read(yard.tenantId, carried)).state, 'ready')
  assert.equal((await desk.cancel(yard.principal, asked)).state, 'cancelled')
})

test('a drill that somebody asks for is dead after its second attempt, and may be retried to be dead again', async (t) => {
  const yard = await openYard()
  const drill = makeDrillJob()
  const desk = yard.desk([drill])
  await yard.work(t, [drill])
  const { id } = await desk.ask(yard.principal, drill.name)
  const isDead = async (): Promise<boolean> =>
    (await desk.list(yard.tenantId, { state: 'dead', kind: drill.name })).some(
      (job) => job.id === id && job.attempt === 2 && job.error?.includes('on purpose') === true,
    )
  await until(isDead, 'the drill is dead')
  assert.equal((await desk.retry(yard.principal, id)).state, 'ready')
  await until(isDead, 'it is dead again')
})
