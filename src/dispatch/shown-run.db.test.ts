// What was confirmed about an open run is asked of no other run.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDispatchHouse } from '../../test/dispatch.ts'
import { startPlan, SUBJECT } from '../../test/house.ts'
import { aCommand, aPlan } from '../../test/runner.ts'

test('a request is confirmed for the open run that it was shown for', async () => {
  const plan = {
    ...aPlan([aCommand('change', 'rm x', { effect: 'write-staging', provenRead: false })]),
    service: SUBJECT.service,
    version: SUBJECT.version,
    environment: SUBJECT.environment,
  }
  const house = await openDispatchHouse()
  const planHash = await house.review(plan)
  const anna = { id: 'anna', tenantId: house.tenantId }
  const wish = { planHash, parameters: {}, secrets: [], labels: [], resume: 'cut-off' } as const
  const ask = (confirmToken?: string): ReturnType<typeof house.dispatch.ask> =>
    house.dispatch.ask(anna, { ...wish, repeat: true, confirmToken })
  const { preview } = await ask()
  await startPlan(house, plan)
  await assert.rejects(ask(preview?.token), { code: 'ACTION_STATE_CHANGED' })
  const shown = await ask()
  assert.ok((await ask(shown.preview?.token)).request)
})
