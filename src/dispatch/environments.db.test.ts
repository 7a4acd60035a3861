// A release is asked for in each environment by itself: what is open in one keeps nobody waiting in another.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDispatchHouse } from '../../test/dispatch.ts'
import { SUBJECT } from '../../test/house.ts'
import { aCommand, aPlan } from '../../test/runner.ts'
import type { AskWish } from './asking.ts'

const WAIT_S = 60

test('a request in production does not wait for one in staging, and is one of its own there', async () => {
  const house = await openDispatchHouse()
  const { tenantId, dispatch, clock } = house
  const { service, version } = SUBJECT
  const hashes: Record<string, string> = {}
  for (const environment of ['staging', 'production'])
    hashes[environment] = await house.review({
      ...aPlan([aCommand('look', 'test -d .')]),
      service,
      version,
      environment,
    })
  const ask = async (environment: string, waitS = WAIT_S * 10): Promise<string> => {
    const terms = { parameters: {}, secrets: [], labels: [], resume: 'cut-off', repeat: false }
    const wish = { planHash: hashes[environment]!, waitS, ...terms } as AskWish
    const { request } = await dispatch.ask({ id: 'anna', tenantId }, wish)
    assert.ok(request !== null)
    return request.requestId
  }
  const listed = async (environment: string): Promise<readonly string[]> =>
    (await dispatch.list(tenantId, { service, version, environment, isOpen: true }, 10)).map(
      ({ requestId }) => requestId,
    )
  const staging = await ask('staging')
  const production = await ask('production', WAIT_S)
  for (const environment of ['staging', 'production'])
    await assert.rejects(ask(environment), {
      code: 'DISPATCH_REQUEST_OPEN',
      message: new RegExp(`in ${environment}, found one`),
    })
  assert.deepEqual([await listed('staging'), await listed('production')], [[staging], [production]])
  // What is over there is written down when somebody asks there again, and nothing of elsewhere is.
  clock.advance(WAIT_S * 1_000 + 1_000)
  const again = await ask('production')
  assert.equal((await dispatch.read(tenantId, production)).state, 'expired')
  assert.deepEqual([await listed('staging'), await listed('production')], [[staging], [again]])
})
