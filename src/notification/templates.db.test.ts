// Templates on a database: filled from the ledger, sent once over each channel, with receipts that name what was said.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../test/jobs.ts'
import { channelWish, mailTarget, openMailServer, openSignalhouse } from '../../test/notify.ts'
import type { Signalhouse } from '../../test/notify.ts'

const RELEASE = 'harbour@2.1.0'
const NOTES = {
  title: '{{service}} {{version}}: {{verdict}}',
  text: '# For partners\nMove by **{{given.deadline}}**.\n{{#each failedGates}}- {{gate}} {{status}}\n{{/each}}{{#each signOffs}}- signed: {{role}}\n{{/each}}',
}

async function tellOfRelease({ ledger, tenantId }: Signalhouse, verdict: string): Promise<void> {
  const fact = (type: string, payload: object) => ({
    type,
    actor: 'p-1',
    subject: RELEASE,
    payload,
    refs: [],
  })
  await ledger.append(tenantId, [
    fact('release.opened', { author: null }),
    fact('run.started', { run: 'r1' }),
    fact('gate.recorded', { gate: 'drill', run: 'r1', status: 'FAIL', attempt: 1 }),
    fact('gate.recorded', { gate: 'load', run: 'r1', status: 'FAIL', attempt: 1 }),
    fact('gate.recorded', { gate: 'load', run: 'r1', status: 'PASS', attempt: 2 }),
    fact('gate.recorded', { gate: 'other', run: 'r0', status: 'FAIL', attempt: 1 }),
    fact('sign-off.recorded', { role: 'security', decision: 'approve', run: 'r1' }),
    fact('release.decided', { verdict, run: 'r1', decisionHash: 'sha256:1' }),
  ])
}

test('a template is previewed and sent from the facts of a release, once, with a receipt', async (t) => {
  const house = await openSignalhouse()
  const { channels, templates, principal, tenantId } = house
  const mail = await openMailServer(t)
  await channels.add(principal, channelWish('partners', mailTarget(mail.port)))
  await tellOfRelease(house, 'NO_GO')
  const set = await templates.set(principal, 'notes', NOTES)
  const filling = { release: RELEASE, given: { deadline: '1 December' }, urgency: 'info' } as const
  const preview = await templates.fill(tenantId, 'notes', filling)
  assert.equal(preview.notice.title, 'harbour 2.1.0: NO_GO')
  assert.equal(
    preview.notice.text,
    '# For partners\nMove by **1 December**.\n- drill FAIL\n- signed: security',
  )
  await house.deliver(t)
  const [sent] = await templates.send(principal, 'notes', filling, ['partners'])
  const [again] = await templates.send(principal, 'notes', filling, ['partners'])
  assert.deepEqual([sent!.contentHash, again!.isRepeat], [preview.contentHash, true])
  await until(async () => (await house.facts('notification.delivered')).length === 1)
  const [receipt] = await house.facts('notification.delivered')
  assert.deepEqual(
    [receipt!['content'], receipt!['origin'], receipt!['topic'], receipt!['remoteId']],
    [preview.contentHash, `template notes ${set.contentHash}`, `release/${RELEASE}`, 'Q1'],
  )
  await tellOfRelease(house, 'GO')
  const [other] = await templates.send(principal, 'notes', filling, ['partners'])
  assert.equal(other!.isRepeat, false)
  await until(() => mail.received.length === 2)
})

test('a release is told of in its own environment, whatever was decided elsewhere since', async () => {
  const house = await openSignalhouse()
  const { templates, principal, tenantId, ledger } = house
  const title = '{{release}} in {{environment}}: {{verdict}} {{run}}'
  await templates.set(principal, 'notes', { title, text: '{{gateCount}}' })
  const runOf = async (run: string, environment: string, verdict: string): Promise<string> => {
    const fact = (type: string, payload: object) => ({ type, payload, ...words })
    const words = { actor: 'p-1', subject: RELEASE, refs: [] }
    await ledger.append(tenantId, [
      fact('run.started', { run, subject: { environment } }),
      fact('gate.recorded', { gate: 'drill', run, status: 'PASS', attempt: 1 }),
      fact('release.decided', { verdict, run, environment, decisionHash: 'sha256:1' }),
    ])
    const filling = { release: RELEASE, given: {}, urgency: 'info' } as const
    const { notice } = await templates.fill(tenantId, 'notes', filling)
    return `${notice.title}, ${notice.text}`
  }
  assert.equal(await runOf('s1', 'staging', 'GO'), `${RELEASE} in staging: GO s1, 1`)
  assert.equal(await runOf('p1', 'production', 'NO_GO'), `${RELEASE} in production: NO_GO p1, 1`)
  assert.equal(await runOf('s2', 'staging', 'GO'), `${RELEASE} in production: NO_GO p1, 1`)
})

test('unknown slots, releases, templates and missing values are refused, and strangers have none of it', async () => {
  const house = await openSignalhouse()
  const { templates, principal, tenantId } = house
  await tellOfRelease(house, 'GO')
  const filling = { release: RELEASE, given: {}, urgency: 'info' } as const
  await assert.rejects(templates.set(principal, 'notes', { ...NOTES, text: '{{partner}}' }), {
    code: 'NOTIFICATION_TEMPLATE_REFUSED',
  })
  await assert.rejects(templates.fill(tenantId, 'notes', filling), {
    code: 'NOTIFICATION_TEMPLATE_UNKNOWN',
  })
  await templates.set(principal, 'notes', NOTES)
  await assert.rejects(templates.fill(tenantId, 'notes', filling), {
    code: 'NOTIFICATION_TEMPLATE_REFUSED',
  })
  const given = { deadline: 'now' }
  await assert.rejects(templates.fill(tenantId, 'notes', { ...filling, given, release: 'a@1' }), {
    code: 'NOTIFICATION_RELEASE_UNKNOWN',
  })
  const stranger = await house.anotherTenant()
  await assert.rejects(templates.fill(stranger, 'notes', { ...filling, given }), {
    code: 'NOTIFICATION_TEMPLATE_UNKNOWN',
  })
  await templates.remove(principal, 'notes')
  assert.deepEqual(await templates.list(tenantId), [])
})
