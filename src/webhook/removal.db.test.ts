// An endpoint that has undelivered events goes only by the action, whose risk is then high.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../test/jobs.ts'
import { openExchange, openReceiver, WISH } from '../../test/webhooks.ts'
import { removeWebhookAction } from './index.ts'

test('without undelivered events an endpoint is removed at once, with some it is refused and previewed as high risk', async (t) => {
  const { sql, webhooks, principal, tenantId, append, deliver } = await openExchange()
  const broken = await openReceiver(t, (_request, response) => {
    response.writeHead(500).end()
  })
  const idle = await webhooks.create(principal, { ...WISH, kinds: ['other.*'], url: broken.url })
  const owed = await webhooks.create(principal, { ...WISH, url: broken.url })
  await append(3)
  await deliver(t)
  await until(
    async () =>
      (await webhooks.deliveries(tenantId, owed.id, { state: 'pending' })).length === 3 &&
      broken.received.length > 0,
  )
  await webhooks.remove(principal, idle.id)
  await assert.rejects(webhooks.remove(principal, owed.id), {
    code: 'WEBHOOK_CONFIRMATION_REQUIRED',
  })
  const action = removeWebhookAction(webhooks)
  assert.deepEqual([action.access, action.asksSecondPerson], ['admin', true])
  const call = await action.open(principal, { id: owed.id })
  const preview = await sql.transaction({ tenantId }, (tx) => call.preview(tx))
  assert.equal(preview.risk, 'high')
  assert.match(
    preview.summary,
    /^remove the endpoint at 127\.0\.0\.1:\d+ with 3 undelivered events$/,
  )
  await sql.transaction({ tenantId }, (tx) => call.carryOut(tx, { previewedBy: 'p-1' }))
  assert.deepEqual(await webhooks.list(tenantId), [])
})
