// Background work from the command line: a server carries it out, people look, cancel, retry and schedule.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { until } from '../jobs.ts'
import { openWorkplace } from './command-line.ts'

interface ShownJob {
  readonly id: string
  readonly state: string
  readonly kind: string
  readonly result: { readonly size: number } | null
}

const place = openWorkplace()
after(() => place.remove())

test('a job is asked for without a server, cancelled, begun again, and carried out by the server', async () => {
  await place.ask(['ledger', 'append', 'in port'])
  const kinds = await place.ask<readonly { name: string }[]>(['jobs', 'kinds'])
  assert.ok(kinds.data.some(({ name }) => name === 'ledger.checkpoint'))
  const { data: asked } = await place.ask<ShownJob>(['jobs', 'run', 'ledger.checkpoint'])
  const cancelled = await place.ask<ShownJob>(['jobs', 'cancel', asked.id])
  assert.equal(cancelled.data.state, 'cancelled')
  assert.equal((await place.refusal(['jobs', 'cancel', asked.id])).code, 'JOB_STATE_UNFIT')
  assert.equal((await place.ask<ShownJob>(['jobs', 'retry', asked.id])).data.state, 'ready')
  const served = await place.serve()
  const show = async (): Promise<ShownJob> =>
    (await place.ask<ShownJob>(['jobs', 'show', asked.id])).data
  await until(async () => (await show()).state === 'done')
  assert.ok((await show()).result!.size >= 1)
  const { stdout } = await place.shell(['jobs', 'list', '--state', 'done'])
  assert.match(stdout, new RegExp(`${asked.id}  done      ledger.checkpoint`))
  assert.equal((await served.stop()).exit, 0)
})

test('schedules are set, listed and removed, and a kind that nobody may ask for is refused', async () => {
  const words = ['jobs', 'schedule', 'hourly', '--kind', 'ledger.checkpoint', '--cron', '0 * * * *']
  const set = await place.ask<{ nextAt: string }>(words)
  assert.match(set.data.nextAt, /:00:00\.000Z$/)
  const listed = await place.ask<readonly { name: string }[]>(['jobs', 'schedule'])
  assert.deepEqual(
    listed.data.map(({ name }) => name),
    ['daily-seal', 'hourly'],
  )
  assert.equal((await place.ask(['jobs', 'schedule', 'hourly', '--remove'])).exit, 0)
  assert.equal((await place.ask(['jobs', 'schedule', 'daily-seal', '--remove'])).exit, 0)
  assert.deepEqual((await place.ask<readonly unknown[]>(['jobs', 'schedule'])).data, [])
  assert.equal((await place.refusal(['jobs', 'run', 'no.such'])).code, 'JOB_KIND_UNKNOWN')
  const wrong = ['jobs', 'schedule', 'x', '--kind', 'ledger.checkpoint', '--cron', '0 0 30 2 *']
  assert.equal((await place.refusal(wrong)).code, 'JOB_SCHEDULE_REFUSED')
})
