// Who sees what of an endpoint's address.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openExchange, WISH } from '../../test/webhooks.ts'
import type { AccessRole, Caller } from '../kernel/index.ts'
import { systemClock } from '../platform/index.ts'
import { makeWebhookRoutes } from './index.ts'

test('an address is shown whole to those who may change it; others see the host and a mark for the rest', async () => {
  const { webhooks, principal } = await openExchange()
  const urls = [
    'https://hooks.example:8443/services/T0/CANARY-path?token=CANARY-query',
    'https://hooks.example/?key=CANARY-query',
    'https://hooks.example/',
  ]
  for (const url of urls) await webhooks.create(principal, { ...WISH, url })
  const list = makeWebhookRoutes(webhooks, systemClock).find(
    ({ method, path }) => method === 'GET' && path === '/v1/webhooks',
  )
  const seenBy = async (role: AccessRole): Promise<readonly string[]> => {
    const caller: Caller = { ...principal, role, environments: null, credential: 'api-key' }
    const request = { principal: caller, params: {}, query: {}, body: undefined }
    const answer = (await list!.handle(request)) as { readonly data: readonly { url: string }[] }
    assert.equal(JSON.stringify(answer).includes('CANARY'), role === 'admin', role)
    return answer.data.map(({ url }) => url).toSorted()
  }
  assert.deepEqual(await seenBy('admin'), urls.toSorted())
  const shown = ['https://hooks.example:8443/…', 'https://hooks.example/…', urls[2]!].toSorted()
  assert.deepEqual(await seenBy('developer'), shown)
  assert.deepEqual(await seenBy('viewer'), shown)
})
