// An endpoint that is changed while its deliveries are on their way: what was to come is not sent to where it was.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../test/jobs.ts'
import { openExchange, openReceiver, WISH } from '../../test/webhooks.ts'

const COUNT = 150
const ANSWER_MS = 60

test('an endpoint that gets another address, is disabled or removed in the middle hears little more', async (t) => {
  const { sql, webhooks, principal, tenantId, append, deliver } = await openExchange()
  const slowly = () =>
    openReceiver(t, (_request, response) => {
      setTimeout(() => response.writeHead(204).end(), ANSWER_MS)
    })
  const [moved, next, disabled, removed] = [
    await slowly(),
    await openReceiver(t),
    await slowly(),
    await slowly(),
  ]
  const create = async (url: string): Promise<string> =>
    (await webhooks.create(principal, { ...WISH, url })).id
  const ids = [await create(moved.url), await create(disabled.url), await create(removed.url)]
  await append(COUNT)
  await deliver(t)
  await until(() => [moved, disabled, removed].every(({ received }) => received.length > 0))
  await webhooks.change(principal, ids[0]!, { url: next.url })
  await webhooks.change(principal, ids[1]!, { isEnabled: false })
  await sql.transaction({ tenantId }, (tx) => webhooks.removeInTx(tx, principal, ids[2]!))
  await until(async () => {
    const [first, second] = [
      await webhooks.deliveries(tenantId, ids[0]!, { state: 'pending' }),
      await webhooks.deliveries(tenantId, ids[1]!, { state: 'pending' }),
    ]
    return first.length === 0 && second.length === 0
  })
  assert.ok(next.received.length > 0)
  for (const { received } of [moved, disabled, removed])
    assert.ok(received.length < COUNT, `${received.length} came`)
})
