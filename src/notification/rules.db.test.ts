// Rules on a database: which facts are told over which channels, what is kept quiet, what is over, and what never loops.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../test/jobs.ts'
import { channelWish, openSignalhouse } from '../../test/notify.ts'
import type { Signalhouse } from '../../test/notify.ts'
import { openReceiver } from '../../test/webhooks.ts'

const RULE = { subject: '*', quietMinutes: 60 } as const
const RELEASE = 'harbour@2.1.0'

function append(
  { ledger, tenantId }: Signalhouse,
  facts: readonly (readonly [type: string, payload: object, subject?: string])[],
) {
  return ledger.append(
    tenantId,
    facts.map(([type, payload, subject = RELEASE]) => ({
      type,
      actor: 'p-1',
      subject,
      payload,
      refs: [],
    })),
  )
}

const titles = async (house: Signalhouse, channel: string): Promise<readonly string[]> =>
  (await house.messages.list(house.tenantId, channel, undefined))
    .map(({ notice }) => notice.title)
    .toReversed()

test('verdicts go where a rule sends them, a repetition is kept quiet, and a GO closes what a NO_GO opened', async (t) => {
  const house = await openSignalhouse()
  const { channels, rules, principal } = house
  const { url, received } = await openReceiver(t)
  await channels.add(principal, channelWish('hook', { kind: 'webhook', url }))
  await channels.add(principal, channelWish('other', { kind: 'webhook', url }))
  await append(house, [['release.decided', { verdict: 'NO_GO', run: 'before the rule' }]])
  await new Promise((resolve) => setTimeout(resolve, 5))
  await rules.set(principal, 'verdicts', {
    ...RULE,
    events: ['decision-go', 'decision-no-go'],
    channels: ['hook'],
    subject: 'harbour@*',
  })
  house.follow(t)
  await house.deliver(t)
  await append(house, [
    ['release.decided', { verdict: 'NO_GO', run: 'r1' }],
    ['release.decided', { verdict: 'NO_GO', run: 'r2' }],
    ['release.decided', { verdict: 'GO', run: 'r3' }],
    ['release.decided', { verdict: 'NO_GO', run: 'r4', environment: 'production' }],
    // Another incident than that of production, which stays open.
    ['release.decided', { verdict: 'GO', run: 's1', environment: 'staging' }],
    ['release.decided', { verdict: 'NO_GO', run: 'r5' }, 'lighthouse@1'],
  ])
  await until(() => received.length === 4)
  assert.deepEqual(await titles(house, 'hook'), [
    `${RELEASE}: NO_GO`,
    `${RELEASE}: GO`,
    `${RELEASE}: NO_GO`,
    `${RELEASE} in staging: GO`,
  ])
  const [staging, last, go, first] = await house.messages.list(house.tenantId, 'hook', undefined)
  assert.notEqual(staging!.notice.topic, last!.notice.topic)
  assert.deepEqual([first!.quietCount, go!.notice.isResolved, last!.quietCount], [1, true, 0])
  assert.deepEqual(await titles(house, 'other'), [])
})

test('a run fails by the last attempt of its gates, and says which', async (t) => {
  const house = await openSignalhouse()
  const { channels, rules, principal } = house
  const { url } = await openReceiver(t)
  await channels.add(principal, channelWish('hook', { kind: 'webhook', url }))
  const wish = { ...RULE, events: ['run-failed', 'sign-off'] as const, channels: ['hook'] }
  await rules.set(principal, 'runs', wish)
  house.follow(t)
  await append(house, [
    ['gate.recorded', { gate: 'load', run: 'r1', status: 'FAIL' }],
    ['gate.recorded', { gate: 'load', run: 'r1', status: 'PASS' }],
    ['run.finished', { run: 'r1' }],
    ['gate.recorded', { gate: 'load', run: 'r2', status: 'PASS' }],
    ['gate.recorded', { gate: 'drill <!channel>', run: 'r2', status: 'ERROR' }],
    ['run.finished', { run: 'r2' }],
    ['sign-off.recorded', { role: 'security', decision: 'approve', run: 'r2' }],
  ])
  await until(async () => (await titles(house, 'hook')).length === 2)
  assert.deepEqual(await titles(house, 'hook'), [
    `${RELEASE}: the run failed, 1 of 2 gates failed`,
    `${RELEASE}: security said approve`,
  ])
  const [, failed] = await house.messages.list(house.tenantId, 'hook', undefined)
  assert.equal(failed!.notice.text, '- drill \\<!channel\\>: ERROR')
})

test('a channel that fails is told of over others and never over itself, and two rules say one thing once', async (t) => {
  const house = await openSignalhouse()
  const { channels, rules, principal } = house
  const { url } = await openReceiver(t)
  const sick = await channels.add(principal, channelWish('sick', { kind: 'webhook', url }))
  await channels.add(principal, channelWish('well', { kind: 'webhook', url }))
  const wish = { ...RULE, events: ['receiver-failing'] as const, channels: ['sick', 'well'] }
  await rules.set(principal, 'one', wish)
  await rules.set(principal, 'two', wish)
  house.follow(t)
  await append(house, [
    ['notification.channel-failing', { name: 'sick', failures: 5 }, `channel/${sick.id}`],
    ['webhook.endpoint-failing', { host: 'hooks.example' }, 'webhook/1'],
    ['webhook.endpoint-disabled', { host: 'hooks.example', isEnabled: false }, 'webhook/1'],
    ['webhook.endpoint-disabled', { host: 'hooks.example', reason: 'it said 410' }, 'webhook/1'],
    ['webhook.endpoint-resting', { host: 'hooks.example', until: 'noon' }, 'webhook/1'],
  ])
  await until(async () => (await titles(house, 'well')).length === 4)
  const ofHooks = [
    'hooks.example takes nothing any more',
    'hooks.example is disabled: it said 410',
    'hooks.example asked to be left alone until noon',
  ]
  assert.deepEqual(await titles(house, 'well'), ['sick takes nothing any more', ...ofHooks])
  assert.deepEqual(await titles(house, 'sick'), ofHooks)
  const all = await house.messages.list(house.tenantId, 'well', undefined)
  assert.ok(all.every(({ quietCount }) => quietCount === 0))
  await rules.remove(principal, 'one')
  await assert.rejects(rules.remove(principal, 'one'), { code: 'NOTIFICATION_RULE_UNKNOWN' })
  const stranger = { id: 'p-2', tenantId: await house.anotherTenant() }
  await assert.rejects(rules.set(stranger, 'mine', wish), { code: 'NOTIFICATION_CHANNEL_UNKNOWN' })
  assert.deepEqual(
    (await rules.list(principal.tenantId)).map(({ name }) => name),
    ['two'],
  )
})

test('names that are cut through a character, or of any length, are told like others', async (t) => {
  const house = await openSignalhouse()
  const { channels, rules, principal } = house
  const { url } = await openReceiver(t)
  await channels.add(principal, channelWish('hook', { kind: 'webhook', url }))
  const wish = { ...RULE, events: ['decision-no-go', 'decision-go'] as const, channels: ['hook'] }
  await rules.set(principal, 'verdicts', wish)
  house.follow(t)
  // Longer than an index takes, and not of a kind that packs.
  const long = Array.from({ length: 9_000 }, (_, at) =>
    String.fromCodePoint(0x4e00 + ((at * 7_919) % 20_000)),
  ).join('')
  const split = `${'x'.repeat(199)}🚢@1`
  const hidden = 'harbour\u200b@3'
  const said = (subject: string, verdict = 'NO_GO') =>
    ['release.decided', { verdict, run: 'r' }, subject] as const
  await append(house, [
    said(split),
    said(long),
    said(`${long}2`),
    said(long),
    said(hidden),
    said(hidden),
  ])
  await append(house, [said('harbour@2')])
  await until(async () => (await titles(house, 'hook')).length === 5)
  const messages = await house.messages.list(house.tenantId, 'hook', undefined)
  const [, , third, second, first] = messages
  assert.equal(first!.notice.title, 'x'.repeat(199))
  assert.deepEqual([second!.quietCount, third!.quietCount], [1, 0])
  assert.ok(messages.every(({ topic, notice }) => topic.length <= 200 && topic === notice.topic))
  assert.equal(messages[1]!.quietCount, 1)
})

test('an entry that cannot be told is passed over and logged, and the next one is told', async (t) => {
  const house = await openSignalhouse()
  const { channels, rules, principal } = house
  const { url } = await openReceiver(t)
  await channels.add(principal, channelWish('hook', { kind: 'webhook', url }))
  await rules.set(principal, 'gates', { ...RULE, events: ['gate-failed'], channels: ['hook'] })
  const logged: unknown[] = []
  const error = (message: string, fields: unknown): void => void logged.push(message, fields)
  house.follow(t, { info: () => undefined, warn: () => undefined, error })
  await append(house, [
    ['gate.recorded', { gate: 'a\0b', run: 'r1', status: 'FAIL' }],
    ['gate.recorded', { gate: 'load', run: 'r1', status: 'FAIL' }],
  ])
  await until(async () => (await titles(house, 'hook')).length === 1)
  assert.deepEqual(await titles(house, 'hook'), [`${RELEASE}: load is FAIL`])
  assert.match(JSON.stringify(logged), /an entry cannot be told.*zero bytes/)
})
