// Has the candidate deliver to a receiver of this process: signed, given up when the receiver wants no more, and again when asked.
import { expect, isSigned, mark, must, openReceiver, tell, until } from './asking.ts'
import type { Received } from './asking.ts'

interface Endpoint {
  readonly id: string
  readonly secrets: readonly string[]
}
interface Delivery {
  readonly eventId: string
  readonly state: string
}

const receiver = await openReceiver()
const endpoint = await must<Endpoint>('POST', '/v1/webhooks', {
  url: receiver.url,
  kinds: [`note.certify-${mark}`],
})
const path = `/v1/webhooks/${endpoint.id}`
const secret = endpoint.secrets[0] ?? ''
const startedAt = new Date(Date.now() - 60_000).toISOString()

try {
  const note = (text: string): Promise<unknown> =>
    must('POST', '/v1/ledger/entries', {
      type: `note.certify-${mark}`,
      subject: mark,
      payload: text,
    })
  const arrival = (word: string, from = 0): Promise<Received> =>
    until(`a delivery of ${word}`, () =>
      receiver.received.slice(from).find((each) => each.body.includes(word)),
    )

  await note('first')
  const first = await arrival('first')
  expect(isSigned(secret, first), 'the delivery is not signed as it says')
  expect(!isSigned(secret, { ...first, body: `${first.body} ` }), 'another body passes as signed')

  receiver.status = 410
  await note('second')
  const refused = await arrival('second')
  const dead = await until('the delivery that was given up', async () =>
    (await must<readonly Delivery[]>('GET', `${path}/deliveries?state=dead`)).find(
      ({ eventId }) => eventId === refused.headers['webhook-id'],
    ),
  )
  receiver.status = 200
  await must('PUT', path, { isEnabled: true })
  const before = receiver.received.length
  await must('POST', `${path}/replay`, { from: startedAt, states: ['dead'] })
  const again = await arrival('second', before)
  expect(isSigned(secret, again), 'the replay is not signed as it says')
  expect(again.headers['webhook-id'] === dead.eventId, 'the replay has another id')
  await until('the replay among what arrived', async () =>
    (await must<readonly Delivery[]>('GET', `${path}/deliveries?state=delivered`)).find(
      ({ eventId }) => eventId === dead.eventId,
    ),
  )
  tell({ 'Signed deliveries': 2, 'Given up and shown': 1, 'Replayed and arrived': 1 })
} finally {
  await must('DELETE', path)
  receiver.close()
}
