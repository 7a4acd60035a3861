// Runs that are asked for: exactly one runner gets each, what has effects was confirmed, and silence never repeats a change.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holderNamed, openDispatchHouse } from '../../test/dispatch.ts'
import type { DispatchHouse } from '../../test/dispatch.ts'
import { SUBJECT } from '../../test/house.ts'
import type { Person } from '../../test/house.ts'
import { aCommand, aPlan } from '../../test/runner.ts'
import { LEASE_MS } from '../gates/index.ts'
import { SeaworthyError } from '../kernel/index.ts'
import type { Plan } from '../verdict/index.ts'
import { CLAIM_MS, CLOCK_SKEW_LIMIT_MS, SEAT_SILENCE_MS } from './model.ts'
import type { AskWish } from './asking.ts'
import type { RunRequest } from './model.ts'

const NAMES = { service: SUBJECT.service, version: SUBJECT.version }
const READS: Plan = {
  ...aPlan([aCommand('look', 'test -d "$PLACE"', { parameters: ['PLACE'] })]),
  ...NAMES,
}
const CHANGES: Plan = {
  ...aPlan([
    aCommand('look', 'test -d .'),
    aCommand('change', 'rm x', { effect: 'write-staging', provenRead: false }),
  ]),
  ...NAMES,
}

const ANNA = 'anna'
const WISH = { parameters: {}, secrets: [], labels: [], resume: 'cut-off', repeat: false } as const

function wishFor(planHash: string, more: Partial<AskWish> = {}): AskWish {
  return { planHash, ...WISH, ...more }
}

/** A request that waits, confirmed where its plan asks for it. */
async function ask(
  house: DispatchHouse,
  planHash: string,
  more: Partial<AskWish> = {},
): Promise<RunRequest> {
  const principal = { id: ANNA, tenantId: house.tenantId }
  const first = await house.dispatch.ask(principal, wishFor(planHash, more))
  if (first.request !== null) return first.request
  const confirmToken = first.preview?.token ?? ''
  const { request } = await house.dispatch.ask(
    principal,
    wishFor(planHash, { ...more, confirmToken }),
  )
  assert.ok(request !== null)
  return request
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

async function openPier(plan: Plan): Promise<{
  readonly house: DispatchHouse
  readonly planHash: string
  readonly runner: Person
  readonly seat: string
}> {
  const house = await openDispatchHouse()
  const planHash = await house.review(plan)
  const runner = await house.person('ci', [], 'runner')
  return { house, planHash, runner, seat: await house.seat(runner) }
}

async function factsOf(house: DispatchHouse): Promise<readonly (readonly [string, string])[]> {
  const { entries } = await house.ledger.list(house.tenantId, { limit: 200 })
  return entries
    .filter(({ body }) => /^run\.(?:requested|claimed|request-ended)$/.test(body.type))
    .map(({ body }) => [body.type, body.actor])
}

test('of eight runners that claim one request at once exactly one gets it, and only it may start the run', async () => {
  const { house, planHash } = await openPier(READS)
  const { tenantId, dispatch } = house
  const runners = await Promise.all(
    Array.from({ length: 8 }, (_, at) => house.person(`ci-${at}`, [], 'runner')),
  )
  const seats = await Promise.all(runners.map((runner) => house.seat(runner)))
  const { requestId } = await ask(house, planHash)
  const codes = await Promise.all(
    runners.map((runner, at) =>
      codeOf(house.claim(runner, seats[at]!, requestId, holderNamed(`h${at}`))),
    ),
  )
  assert.equal(codes.filter((code) => code === 'done').length, 1)
  assert.equal(codes.filter((code) => code === 'DISPATCH_REQUEST_TAKEN').length, 7)
  const start = (at: number): Promise<unknown> =>
    dispatch.start(tenantId, requestId, holderNamed(`h${at}`))
  const started = await Promise.all(runners.map((_, at) => codeOf(start(at))))
  assert.deepEqual(
    started.map((code) => code === 'done'),
    codes.map((code) => code === 'done'),
  )
  assert.equal((await house.runs.listPage(tenantId, 10)).length, 1)
})

test('what changes something is shown and confirmed by whoever asks, once, and runs with exactly that confirmed', async () => {
  const { house, planHash, runner, seat } = await openPier(CHANGES)
  const { tenantId, dispatch } = house
  const anna = { id: ANNA, tenantId }
  const { request: none, preview } = await dispatch.ask(anna, wishFor(planHash))
  assert.equal(none, null)
  assert.deepEqual(
    preview?.changes.map(({ of, effect, what }) => [of, effect, what]),
    [['change', 'write-staging', 'rm x']],
  )
  const confirmToken = preview?.token ?? ''
  const bob = { id: 'bob', tenantId }
  assert.equal(
    await codeOf(dispatch.ask(bob, wishFor(planHash, { confirmToken }))),
    'ACTION_TOKEN_UNKNOWN',
  )
  const other = wishFor(planHash, { confirmToken, repeat: true })
  assert.equal(await codeOf(dispatch.ask(anna, other)), 'ACTION_TOKEN_FOREIGN')
  const { request } = await dispatch.ask(anna, wishFor(planHash, { confirmToken }))
  assert.ok(request !== null)
  assert.equal(
    await codeOf(dispatch.ask(anna, wishFor(planHash, { confirmToken }))),
    'ACTION_TOKEN_USED',
  )
  assert.equal(await codeOf(ask(house, planHash)), 'DISPATCH_REQUEST_OPEN')
  const claimed = await house.claim(runner, seat, request.requestId)
  assert.deepEqual(
    [claimed.plan.gates.map(({ id }) => id), claimed.reviews.length],
    [['look', 'change'], 1],
  )
  const started = await dispatch.start(tenantId, request.requestId, holderNamed('one'))
  assert.deepEqual(started.run.terms.confirmed, ['change', 'look'])
  assert.equal(started.run.lease?.holder.id, 'one')
  await house.submit(runner, started, 'look', 0)
  await house.runs.finish(tenantId, ANNA, started.run.runId)
  const ended = await dispatch.end(tenantId, request.requestId, 'one')
  assert.deepEqual([ended.state, ended.runId], ['finished', started.run.runId])
  assert.deepEqual(await factsOf(house), [
    ['run.requested', ANNA],
    ['run.claimed', runner.principal.id],
    ['run.request-ended', 'control-plane'],
  ])
})

test('a runner that took a request and fell silent before its run began loses it to the next one', async () => {
  const { house, planHash, runner, seat } = await openPier(READS)
  const { tenantId, dispatch } = house
  const { requestId } = await ask(house, planHash)
  await house.claim(runner, seat, requestId, holderNamed('first'))
  assert.deepEqual(await dispatch.offer(tenantId, seat), [])
  house.clock.advance(CLAIM_MS + 1)
  assert.deepEqual(await dispatch.offer(tenantId, seat), [requestId])
  const late = dispatch.start(tenantId, requestId, holderNamed('first'))
  assert.equal(await codeOf(late), 'DISPATCH_CLAIM_LOST')
  await house.claim(runner, seat, requestId, holderNamed('second'))
  assert.equal(
    await codeOf(dispatch.start(tenantId, requestId, holderNamed('first'))),
    'DISPATCH_CLAIM_LOST',
  )
  await dispatch.start(tenantId, requestId, holderNamed('second'))
  assert.equal((await house.runs.listPage(tenantId, 10)).length, 1)
})

test('a runner that falls silent in a run leaves it abandoned; asking again goes on with it and tells what was cut off', async () => {
  const { house, planHash, runner, seat } = await openPier(CHANGES)
  const { tenantId, dispatch } = house
  const { requestId } = await ask(house, planHash)
  await house.claim(runner, seat, requestId)
  const started = await dispatch.start(tenantId, requestId, holderNamed('one'))
  const { runId } = started.run
  await house.submit(runner, started, 'look', 0)
  await house.runs.intend(tenantId, ANNA, { runId, gate: 'change', attempt: 1, holder: 'one' })
  house.clock.advance(LEASE_MS - 1)
  assert.equal((await dispatch.read(tenantId, requestId)).state, 'running')
  assert.equal(await codeOf(ask(house, planHash)), 'DISPATCH_REQUEST_OPEN')
  house.clock.advance(2)
  const silent = await dispatch.read(tenantId, requestId)
  assert.deepEqual([silent.state, silent.runId], ['abandoned', runId])
  assert.match(silent.reason ?? '', /was not heard of; asking again goes on with the run/)
  assert.deepEqual(await dispatch.offer(tenantId, seat), [])
  assert.equal(await codeOf(house.claim(runner, seat, requestId)), 'DISPATCH_REQUEST_TAKEN')
  const again = await ask(house, planHash)
  await house.claim(runner, seat, again.requestId, holderNamed('two'))
  const resumed = await dispatch.start(tenantId, again.requestId, holderNamed('two'))
  assert.deepEqual(
    [resumed.run.runId, resumed.isResumed, resumed.finished, resumed.unfinished],
    [runId, true, { look: 'PASS' }, ['change']],
  )
  const lost = house.runs.intend(tenantId, ANNA, {
    runId,
    gate: 'change',
    attempt: 2,
    holder: 'one',
  })
  assert.equal(await codeOf(lost), 'GATES_RUN_LOST')
})

test('a request that nobody takes expires, and says which runner it wanted and which waited', async () => {
  const { house, planHash } = await openPier(READS)
  const { tenantId, dispatch } = house
  const { requestId } = await ask(house, planHash, { labels: ['linux', 'gpu'], waitS: 60 })
  const other = await house.person('mac', [], 'runner')
  house.clock.advance(50_000)
  await house.seat(other, { labels: ['linux'] })
  house.clock.advance(10_001)
  const expired = await dispatch.read(tenantId, requestId)
  assert.equal(expired.state, 'expired')
  assert.equal(
    expired.reason,
    'no runner that waits takes runs of harbour in staging with the labels gpu, linux: mac has no label gpu',
  )
  const next = await ask(house, planHash, { waitS: 60 })
  house.clock.advance(SEAT_SILENCE_MS + 60_001)
  const lonely = await dispatch.read(tenantId, next.requestId)
  assert.match(
    lonely.reason ?? '',
    /^no runner waits; asked for was one that takes runs of harbour/,
  )
})

test('what waits is cancelled at once; what runs is told, and ends as cancelled when its runner lets it go', async () => {
  const { house, planHash, runner, seat } = await openPier(READS)
  const { tenantId, dispatch } = house
  const anna = { id: ANNA, tenantId }
  const { requestId } = await ask(house, planHash)
  assert.equal((await dispatch.cancel(anna, requestId)).state, 'cancelled')
  assert.equal(await codeOf(dispatch.cancel(anna, requestId)), 'DISPATCH_REQUEST_OVER')
  assert.equal(await codeOf(house.claim(runner, seat, requestId)), 'DISPATCH_REQUEST_TAKEN')
  house.clock.advance(1)
  const second = await ask(house, planHash)
  await house.claim(runner, seat, second.requestId)
  const { run } = await dispatch.start(tenantId, second.requestId, holderNamed('one'))
  const told = await dispatch.cancel(anna, second.requestId)
  assert.deepEqual([told.state, told.isCancelAsked], ['running', true])
  await house.runs.pause(tenantId, run.runId, 'one', false)
  assert.equal((await dispatch.end(tenantId, second.requestId, 'one')).state, 'cancelled')
  assert.equal((await house.runs.read(tenantId, run.runId)).run.finishedAt, null)
})

test('a request is taken only by an enrolled runner in force, in its own name, that offers to', async () => {
  const { house, planHash, runner } = await openPier(READS)
  const { tenantId, dispatch } = house
  const { requestId } = await ask(house, planHash, { labels: ['linux'] })
  const person = await house.person('paula', [])
  assert.equal(await codeOf(house.seat(person)), 'DISPATCH_RUNNER_REFUSED')
  const stranger = await house.person('other', [], 'runner')
  const forged = { principal: runner.principal, signer: stranger.signer }
  assert.equal(await codeOf(house.seat(forged)), 'DISPATCH_RUNNER_REFUSED')
  const nowMs = house.clock.nowMs()
  const skewed = house.seat(runner, {}, nowMs - CLOCK_SKEW_LIMIT_MS - 1)
  assert.equal(await codeOf(skewed), 'DISPATCH_RUNNER_REFUSED')
  for (const offer of [
    { labels: [] },
    { labels: ['linux'], services: ['tide'] },
    { labels: ['linux'], environments: ['production'] },
  ]) {
    const seat = await house.seat(runner, offer)
    assert.deepEqual(await dispatch.offer(tenantId, seat), [])
    assert.equal(await codeOf(house.claim(runner, seat, requestId)), 'DISPATCH_OFFER_REFUSED')
  }
  const seat = await house.seat(runner, { labels: ['linux', 'x64'], services: ['harbour'] })
  assert.deepEqual(await dispatch.offer(tenantId, seat), [requestId])
  assert.equal(await codeOf(house.claim(stranger, seat, requestId)), 'DISPATCH_RUNNER_REFUSED')
  await house.identity.revoke(tenantId, 'operator', runner.principal.id, 'sold')
  assert.equal(await codeOf(house.claim(runner, seat, requestId)), 'DISPATCH_RUNNER_REFUSED')
  assert.equal((await dispatch.read(tenantId, requestId)).state, 'waiting')
})

test('nothing is asked for of a plan that nobody reviewed, with values that no gate takes, or with a secret in sight', async () => {
  const house = await openDispatchHouse()
  const pinned = await house.pin(READS)
  assert.equal(await codeOf(ask(house, pinned)), 'DISPATCH_PLAN_UNREVIEWED')
  const tokened: Plan = {
    ...READS,
    gates: [aCommand('look', 'test -n "$API_TOKEN$PLACE"', { parameters: ['PLACE', 'API_TOKEN'] })],
  }
  const planHash = await house.review(tokened)
  for (const parameters of [
    { OTHER: '1' },
    { API_TOKEN: 'abcdef' },
    { PLACE: 'https://a:secret@b.example' },
  ])
    assert.equal(await codeOf(ask(house, planHash, { parameters })), 'DISPATCH_PARAMETER_REFUSED')
  const { wish } = await ask(house, planHash, {
    parameters: { PLACE: '/' },
    secrets: ['API_TOKEN'],
  })
  assert.deepEqual(wish.parameters, { PLACE: '/', API_TOKEN: '[masked]' })
})
