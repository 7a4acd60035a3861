// One runner at a time executes a run, and two who want the same one never execute a gate twice.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCommand, aPlan } from '../../test/runner.ts'
import { openHouse, SUBJECT } from '../../test/house.ts'
import type { House } from '../../test/house.ts'
import { canonicalBytes, contentDigest, SeaworthyError } from '../kernel/index.ts'
import { nodeDigest } from '../../test/crypto.ts'
import type { Plan } from '../verdict/index.ts'
import { LEASE_MS } from './index.ts'
import type { RunHolder, StartedRun } from './index.ts'

const PLAN: Plan = {
  ...aPlan([
    aCommand('one', 'true'),
    aCommand('two', 'rm x', { effect: 'write-staging', provenRead: false }),
  ]),
  service: SUBJECT.service,
  version: SUBJECT.version,
}

const first: RunHolder = { id: 'first', machine: 'pier', pid: 1 }
const second: RunHolder = { id: 'second', machine: 'pier', pid: 2 }

interface StartWords {
  readonly resume?: 'cut-off' | 'open' | 'must' | 'none'
  readonly replaces?: string
  readonly confirmToken?: string
  readonly gates?: readonly string[]
}

async function startAs(
  house: House,
  runner: RunHolder,
  more: StartWords = {},
): Promise<StartedRun> {
  const { planHash } = await house.plans.record(house.tenantId, 'operator', PLAN)
  return house.runs.start(
    { id: 'operator', tenantId: house.tenantId },
    {
      planHash,
      parameters: {},
      parametersDigest: contentDigest(nodeDigest.sha256(canonicalBytes({}))),
      subject: SUBJECT,
      runner,
      ...more,
    },
  )
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    if (error instanceof SeaworthyError) return error.code
    throw error
  }
}

function announce(house: House, started: StartedRun, holder: string, attempt = 1): Promise<void> {
  const { runId } = started.run
  return house.runs.intend(house.tenantId, 'operator', { runId, gate: 'one', attempt, holder })
}

test('of two runners that start the same plan at once exactly one gets the run', async () => {
  const house = await openHouse()
  const codes = await Promise.all([codeOf(startAs(house, first)), codeOf(startAs(house, second))])
  assert.deepEqual(codes.toSorted(), ['GATES_RUN_HELD', 'done'])
  const runs = await house.runs.listPage(house.tenantId, 10)
  assert.equal(runs.length, 1)
})

test('of eight who resume a run that nobody holds exactly one gets it, and only it may announce', async () => {
  const house = await openHouse()
  const opened = await startAs(house, first)
  await house.runs.pause(house.tenantId, opened.run.runId, 'first', false)
  const holders = Array.from({ length: 8 }, (_, at) => ({ ...second, id: `holder-${at}` }))
  const codes = await Promise.all(
    holders.map((holder) => codeOf(startAs(house, holder, { resume: 'must' }))),
  )
  assert.equal(codes.filter((code) => code === 'done').length, 1)
  assert.equal(codes.filter((code) => code === 'GATES_RUN_HELD').length, 7)
  const announced = await Promise.all(holders.map(({ id }) => codeOf(announce(house, opened, id))))
  assert.deepEqual(
    announced.map((code, at) => code === 'done' && codes[at] === 'done'),
    codes.map((code) => code === 'done'),
  )
  assert.equal(announced.filter((code) => code === 'GATES_RUN_LOST').length, 7)
})

test('a held run is taken over when its holder is known to be dead, or was not heard of for the whole lease', async () => {
  const house = await openHouse()
  const opened = await startAs(house, first)
  assert.equal(await codeOf(startAs(house, second, { replaces: 'somebody' })), 'GATES_RUN_HELD')
  assert.equal(await codeOf(startAs(house, second, { replaces: 'first' })), 'done')
  assert.equal(await codeOf(announce(house, opened, 'first')), 'GATES_RUN_LOST')
  assert.equal(await codeOf(announce(house, opened, 'second')), 'done')
  house.clock.advance(LEASE_MS / 2)
  await house.runs.renew(house.tenantId, opened.run.runId, 'second')
  house.clock.advance(LEASE_MS - 1)
  assert.equal(await codeOf(startAs(house, first)), 'GATES_RUN_HELD')
  house.clock.advance(2)
  assert.equal(await codeOf(startAs(house, { ...first, id: 'third' })), 'done')
  const renewed = house.runs.renew(house.tenantId, opened.run.runId, 'second')
  assert.equal(await codeOf(renewed), 'GATES_RUN_LOST')
})

test('a new run is not opened beside one of the same plan that is being executed', async () => {
  const house = await openHouse()
  await startAs(house, first)
  assert.equal(await codeOf(startAs(house, second, { resume: 'none' })), 'GATES_RUN_HELD')
})

test('a whole run takes up what was cut off and not what waits; --resume takes up both or refuses', async () => {
  const house = await openHouse()
  assert.equal(await codeOf(startAs(house, first, { resume: 'must' })), 'GATES_RUN_NOT_RESUMABLE')
  const opened = await startAs(house, first)
  const { runId } = opened.run
  await house.runs.pause(house.tenantId, runId, 'first', false)
  assert.equal((await startAs(house, second)).run.runId, runId)
  await house.runs.pause(house.tenantId, runId, 'second', true)
  const resumed = await startAs(house, first, { resume: 'must' })
  assert.deepEqual([resumed.run.runId, resumed.isResumed], [runId, true])
  await house.runs.pause(house.tenantId, runId, 'first', true)
  house.clock.advance(1)
  const anew = await startAs(house, second)
  assert.deepEqual([anew.run.runId === runId, anew.isResumed], [false, false])
})

test('a token confirms its gates in the run it was shown for, once, and not in a later one', async () => {
  const house = await openHouse()
  const opened = await startAs(house, first)
  assert.deepEqual(
    opened.preview?.changes.map(({ of }) => of),
    ['two'],
  )
  const token = opened.preview?.token ?? ''
  await house.runs.pause(house.tenantId, opened.run.runId, 'first', true)
  const confirmed = await startAs(house, second, { confirmToken: token })
  assert.deepEqual(
    [confirmed.run.runId, confirmed.run.terms.confirmed, confirmed.preview],
    [opened.run.runId, ['two'], null],
  )
  await house.runs.pause(house.tenantId, opened.run.runId, 'second', true)
  assert.equal(await codeOf(startAs(house, first, { confirmToken: token })), 'ACTION_TOKEN_USED')
  // Runs of one millisecond have no order; no two are started so close by people.
  house.clock.advance(1)
  const later = await startAs(house, first, { resume: 'none' })
  const stale = later.preview?.token ?? ''
  await house.runs.finish(house.tenantId, 'operator', later.run.runId)
  house.clock.advance(1)
  await startAs(house, second, { resume: 'none' })
  assert.equal(
    await codeOf(startAs(house, second, { confirmToken: stale })),
    'ACTION_STATE_CHANGED',
  )
})

test('a plan that waits for itself through its phases is refused with the circle, and so is its draft', async () => {
  const house = await openHouse()
  const plan = {
    ...PLAN,
    gates: [
      aCommand('check', 'true', { phase: 'before', needs: ['deployed'] }),
      aCommand('deployed', 'true', { phase: 'after' }),
    ],
  }
  for (const attempt of [
    () => house.plans.record(house.tenantId, 'operator', plan),
    () => house.plans.look(house.tenantId, plan),
  ]) {
    await assert.rejects(attempt(), {
      code: 'GATES_PLAN_CIRCLE_FOUND',
      message: /check → deployed → the phase "after" → check/,
    })
  }
})

test('a token that was shown for some gates confirms no others', async () => {
  const house = await openHouse()
  const opened = await startAs(house, first, { gates: ['two'] })
  await house.runs.pause(house.tenantId, opened.run.runId, 'first', true)
  const token = opened.preview?.token ?? ''
  assert.equal(await codeOf(startAs(house, first, { confirmToken: token })), 'ACTION_TOKEN_FOREIGN')
  const confirmed = await startAs(house, first, { confirmToken: token, gates: ['two'] })
  assert.deepEqual(confirmed.run.terms.confirmed, ['two'])
})
