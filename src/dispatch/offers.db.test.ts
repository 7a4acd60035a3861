// What a waiting runner is told of: what it may take, whatever else waits.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDispatchHouse } from '../../test/dispatch.ts'
import { SUBJECT } from '../../test/house.ts'
import { aCommand, aPlan } from '../../test/runner.ts'
import { OFFERED_LIMIT } from './seats.ts'

const READS = aPlan([aCommand('look', 'test -d .')])
const WISH = { parameters: {}, secrets: [], resume: 'cut-off', repeat: false } as const

test('a runner is offered what it may take, however many older requests wait for others', async () => {
  const house = await openDispatchHouse()
  const { tenantId, dispatch } = house
  const runner = await house.person('ci', [], 'runner')
  const seat = await house.seat(runner)
  const askOf = async (version: string, labels: readonly string[]): Promise<string> => {
    // Requests are in order of their milliseconds.
    house.clock.advance(1)
    const planHash = await house.review({ ...READS, service: SUBJECT.service, version })
    const asked = await dispatch.ask({ id: 'anna', tenantId }, { ...WISH, planHash, labels })
    return asked.request!.requestId
  }
  for (let at = 0; at < OFFERED_LIMIT; at++) await askOf(`2.0.${at}`, ['gpu'])
  assert.deepEqual(await dispatch.offer(tenantId, seat), [])
  const mine = await askOf('3.0.0', [])
  assert.deepEqual(await dispatch.offer(tenantId, seat), [mine])
  const able = await house.seat(runner, { labels: ['gpu', 'arm64'] })
  assert.equal((await dispatch.offer(tenantId, able)).length, OFFERED_LIMIT)
  const others = { services: ['another'], labels: ['gpu'] }
  assert.deepEqual(await dispatch.offer(tenantId, await house.seat(runner, others)), [])
})
