// Has one receiver fail until the candidate lets it rest, and sees that the rest is told, kept, and nobody else's.
import { ask, expect, mark, must, openReceiver, tell, until } from './asking.ts'

const NOTE_COUNT = 12
const QUIET_MS = 1_500

interface Endpoint {
  readonly id: string
  readonly health: string
  readonly restsUntil: string | null
}

const kind = `note.certify-${mark}`
const [failing, well] = [await openReceiver(), await openReceiver()]
failing.status = 503
const endpoints: Endpoint[] = []
for (const { url } of [failing, well])
  endpoints.push(await must<Endpoint>('POST', '/v1/webhooks', { url, kinds: [kind] }))
async function look(which: number): Promise<Endpoint> {
  const all = await must<readonly Endpoint[]>('GET', '/v1/webhooks')
  const found = all.find(({ id }) => id === endpoints[which]?.id)
  expect(found !== undefined, 'an endpoint is not listed')
  return found
}

try {
  const send = (payload: string): Promise<unknown> =>
    must('POST', '/v1/ledger/entries', { type: kind, subject: mark, payload })
  for (let count = 0; count < NOTE_COUNT; count += 1) await send(`note ${count}`)
  const resting = await until('the rest of the one that fails', async () => {
    const seen = await look(0)
    return seen.health === 'resting' ? seen : undefined
  })
  expect(Date.parse(resting.restsUntil ?? '') > Date.now(), 'nobody is told until when it rests')
  await until('every delivery to the other', () =>
    well.received.length >= NOTE_COUNT ? true : undefined,
  )
  // What was on its way when the rest began has arrived by now.
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
  const before = failing.received.length
  await send('while it rests')
  await until('the note at the other', () =>
    well.received.some(({ body }) => body.includes('while it rests')) ? true : undefined,
  )
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
  const sent = failing.received.length - before
  expect((await look(1)).health === 'well', 'one that answers is said to fail')
  failing.status = 200
  await must('PUT', `/v1/webhooks/${resting.id}`, { isEnabled: true })
  await until('what waited, once it is well again', () =>
    new Set(failing.received.map(({ headers }) => headers['webhook-id'])).size > NOTE_COUNT &&
    failing.received.some(({ body }) => body.includes('while it rests'))
      ? true
      : undefined,
  )
  await until('an endpoint with nothing that waits', async () => {
    const path = `/v1/webhooks/${resting.id}/deliveries?state=pending`
    return (await must<readonly unknown[]>('GET', path)).length === 0 ? true : undefined
  })
  tell({
    'Endpoints that rest': 1,
    'Sent while it rests': sent,
    'Delivered to the other': well.received.length,
  })
} finally {
  for (const { id } of endpoints) await ask('DELETE', `/v1/webhooks/${id}`)
  for (const receiver of [failing, well]) receiver.close()
}
