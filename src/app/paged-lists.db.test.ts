// Lists that grow without bound come in pages, all by the same rules: each row once, newest first, and no cursor of another list.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openComposedApp } from '../../test/composed.ts'
import { getPage as get, sendTo as send, walkPages as walk } from '../../test/paging.ts'

const arrayOf = (data: unknown): readonly unknown[] => data as readonly unknown[]
const jobsOf = (data: unknown): readonly unknown[] => (data as { jobs: readonly unknown[] }).jobs

test('switches are read in pages by name while more are made, each once', async (t) => {
  const app = await openComposedApp(t)
  const made = { reason: 'made', definition: { kind: 'kill-switch', boot: 'on', confirms: 'none' } }
  const make = (name: string): Promise<void> => send(app, 'PUT', `/v1/switches/${name}`, made)
  const names = ['b', 'b-1', 'b.2', 'c', 'd_1', 'e10', 'e9']
  for (const name of names) await make(name)
  let later = 0
  const walked = await walk(app, '/v1/switches', arrayOf, () => make(`a${later++}`))
  const walkedNames = walked.map((each) => (each as { name: string }).name)
  assert.deepEqual(walkedNames.toSorted(), names.toSorted())
  const whole = await get(app, '/v1/switches?limit=200')
  assert.deepEqual([arrayOf(whole.data).length, whole.next], [names.length + later, null])
})

test('jobs and changes of a switch are read in pages while more are added, each once and newest first', async (t) => {
  const app = await openComposedApp(t)
  const addJob = (): Promise<void> => send(app, 'POST', '/v1/jobs', { kind: 'ledger.seal-day' })
  const definition = { kind: 'kill-switch', boot: 'on', confirms: 'none' }
  let flips = 0
  const flip = (): Promise<void> =>
    send(app, 'POST', '/v1/switches/sink/flips', {
      word: { state: flips++ % 2 === 0 ? 'off' : 'on' },
      reason: `flip ${flips}`,
    })
  await send(app, 'PUT', '/v1/switches/sink', { definition, reason: 'made' })
  for (let count = 0; count < 6; count++) await flip()
  const changes = await walk(app, '/v1/switches/sink/history', arrayOf, flip)
  const versions = changes.map((each) => (each as { version: number }).version)
  assert.deepEqual(versions, [7, 6, 5, 4, 3, 2, 1])

  for (let count = 0; count < 4; count++) await addJob()
  const before = jobsOf((await get(app, '/v1/jobs')).data).map(
    (each) => (each as { id: string }).id,
  )
  const walked = await walk(app, '/v1/jobs', jobsOf, addJob)
  assert.deepEqual(
    walked.map((each) => (each as { id: string }).id),
    before,
  )
  const small = await get(app, '/v1/jobs?limit=200')
  assert.deepEqual([small.next, (small.data as { next: unknown }).next], [null, null])
})

test('a cursor of another list, a changed one, and one with a position of another form are refused', async (t) => {
  const app = await openComposedApp(t)
  const forge = (list: string, position: string): string =>
    Buffer.from(JSON.stringify([list, position])).toString('base64url')
  const made = { reason: 'made', definition: { kind: 'kill-switch', boot: 'on', confirms: 'none' } }
  await send(app, 'PUT', '/v1/switches/sink', made)
  const asked = [
    `/v1/jobs?cursor=${forge('runs', 'x')}`,
    `/v1/jobs?cursor=${forge('jobs', "1' or true")}`,
    `/v1/switches/sink/history?cursor=${forge('switch-history', '99999999999999')}`,
    `/v1/switches?cursor=${forge('switches', "a' or true")}`,
    '/v1/runs?cursor=nonsense',
  ]
  for (const url of asked) assert.equal((await get(app, url)).code, 'WEB_CURSOR_REFUSED', url)
})
