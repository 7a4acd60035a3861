// Is the collector that the candidate sends traces to: follows one request through append, job and delivery, and sees it counted.
import { randomBytes } from 'node:crypto'
import { openCollector } from '../../test/collector.ts'
import {
  ask,
  candidateUrl,
  expect,
  mark,
  must,
  openReceiver,
  ownKey,
  tell,
  until,
} from './asking.ts'

const COLLECTOR_PORT = 7_496
const SPANS = [
  'POST /v1/ledger/entries',
  'ledger append',
  'job webhook.deliver',
  'webhook delivery',
]

const endings: (() => unknown)[] = []
const collector = await openCollector(
  { after: (end: () => unknown) => void endings.push(end) },
  COLLECTOR_PORT,
)
const receiver = await openReceiver()
const kind = `note.certify-${mark}`
const { id } = await must<{ id: string }>('POST', '/v1/webhooks', {
  url: receiver.url,
  kinds: [kind],
})

/** Requests of this route that were answered with 2xx so far. */
async function countOf(route: string): Promise<number> {
  const answer = await fetch(new URL('/metrics', candidateUrl), {
    headers: { authorization: `Bearer ${ownKey}` },
  })
  expect(answer.status === 200, `metrics: ${answer.status}`)
  const line = (await answer.text())
    .split('\n')
    .find(
      (each) =>
        each.startsWith('seaworthy_http_request_duration_seconds_count{') &&
        each.includes(`route="${route}"`) &&
        each.includes('method="POST"') &&
        /"2(?:xx|\d\d)"/.test(each),
    )
  return Number(line?.split(' ').at(-1) ?? 0)
}

try {
  const before = await countOf('/v1/ledger/entries')
  const traceId = randomBytes(16).toString('hex')
  const requestId = `certify-${mark}`
  const headers = {
    traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
    'x-request-id': requestId,
  }
  const note = { type: kind, subject: mark, payload: `secret of ${mark}` }
  const answered = await ask('POST', '/v1/ledger/entries', note, { headers })
  expect(answered.status === 201, `the note: ${answered.status}`)
  const told = answered.headers.get('x-request-id')
  expect(told === requestId, `the request is called ${told ?? 'nothing'}`)
  const delivery = await until('the delivery', () => receiver.received[0])
  const spans = await until('every span of the request', () => {
    const own = collector.spans.filter((span) => span.traceId === traceId)
    return SPANS.every((name) => own.some((span) => span.name === name)) ? own : undefined
  })
  const last = spans.find(({ name }) => name === 'webhook delivery')
  expect(
    delivery.headers['traceparent'] === `00-${traceId}-${last?.spanId ?? ''}-01`,
    'the receiver was given another trace',
  )
  const leaked = collector.bodies.filter(
    (each) => each.includes(note.payload) || each.includes(ownKey),
  )
  expect(leaked.length === 0, 'a collector is told what was sent')
  const counted = (await countOf('/v1/ledger/entries')) - before
  tell({ 'Spans of one request': SPANS.length, 'Requests counted': counted })
} finally {
  await must('DELETE', `/v1/webhooks/${id}`)
  receiver.close()
  for (const end of endings) await end()
}
