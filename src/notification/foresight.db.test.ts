// What will be is told once, over the channels of rules that want it, and the tenant looks ahead only while a rule does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../test/jobs.ts'
import { channelWish, openSignalhouse } from '../../test/notify.ts'
import { openReceiver } from '../../test/webhooks.ts'
import { makeForeseeJob } from './foresight.ts'
import type { Foreseen } from './foresight.ts'

const RELEASE = 'harbour@2.1.0'
// A change of clocks lies between: instants do not move.
const END_MS = Date.parse('2027-03-28T01:00:00.000Z')
const WAIVER: Foreseen = {
  event: 'waiver-ending',
  release: RELEASE,
  thing: 'W1',
  what: 'the waiver W1',
  atMs: END_MS,
  atText: '2027-03-28 03:00 +02:00 (Europe/Berlin)',
}
const ROLE: Foreseen = {
  event: 'sign-off-wanted',
  release: RELEASE,
  thing: 'first state',
  what: 'the role SRE has 0 of 1 sign-offs by distinct people',
  atMs: null,
  atText: null,
}

test('each thing is told once however often the tenant looks ahead, another one is told besides, and what no rule wants is not', async (t) => {
  const house = await openSignalhouse()
  const { channels, rules, principal, tenantId, ledger, ports } = house
  const { url, received } = await openReceiver(t)
  await channels.add(principal, channelWish('hook', { kind: 'webhook', url }))
  let things: readonly Foreseen[] = [WAIVER, ROLE, { ...WAIVER, event: 'go-ending', thing: 'D1' }]
  let looks = 0
  const job = makeForeseeJob({
    ...ports,
    ledger,
    foresee(tenant) {
      looks += tenant === tenantId ? 1 : 0
      return Promise.resolve(tenant === tenantId ? things : [])
    },
  })
  const desk = house.desk([job])
  house.follow(t)
  await house.work(t, [job])
  await house.deliver(t)
  const wish = {
    events: ['waiver-ending', 'sign-off-wanted'] as const,
    channels: ['hook'],
    subject: 'harbour@*',
    quietMinutes: 0,
  }
  await rules.set(principal, 'ahead', wish)
  assert.deepEqual(
    (await desk.schedules(tenantId)).map(({ name, kind }) => [name, kind]),
    [['foresight', job.name]],
  )
  await until(() => received.length === 2)
  const titles = received.map(({ body }) => (JSON.parse(body) as Told).data.title)
  assert.deepEqual(titles.toSorted(), [
    `${RELEASE}: a sign-off is wanted, ${ROLE.what}`,
    `${RELEASE}: the waiver W1 ends at 2027-03-28 03:00 +02:00 (Europe/Berlin)`,
  ])
  // Another time zone is no other end; another end is.
  things = [{ ...WAIVER, atText: '2027-03-28 01:00 UTC' }, ROLE, { ...WAIVER, atMs: END_MS + 1 }]
  for (let round = looks; round < 4; round = looks) {
    await desk.ask(principal, job.name)
    await until(() => looks > round)
  }
  await until(() => received.length === 3)
  assert.equal((await house.facts('notification.foreseen')).length, 3)
  await rules.remove(principal, 'ahead')
  assert.deepEqual(await desk.schedules(tenantId), [])
})

interface Told {
  readonly data: { readonly title: string }
}
