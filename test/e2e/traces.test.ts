// One request followed to the receiver of a webhook, by what a collector of traces and the receiver got.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { openCollector } from '../collector.ts'
import type { CollectedSpan } from '../collector.ts'
import { until } from '../jobs.ts'
import { openReceiver } from '../webhooks.ts'
import { openWorkplace } from './command-line.ts'
import type { Workplace } from './command-line.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT_ID = '00f067aa0ba902b7'
const TRACEPARENT = `00-${TRACE_ID}-${PARENT_ID}-01`
const CANARY = 'canary-7f3a'

function operatorKey(place: Workplace): string {
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  return Buffer.from(secret, 'base64').toString('base64url')
}

async function appendNote(url: string, key: string, traceparent: string): Promise<number> {
  const answer = await fetch(new URL('/v1/ledger/entries', url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'user-agent': CANARY,
      traceparent,
    },
    body: JSON.stringify({ type: 'note.appended', subject: 'harbour', payload: { text: CANARY } }),
  })
  await answer.arrayBuffer()
  return answer.status
}

test('one request is one trace: request, ledger append, job and delivery at the collector, and the same id at the receiver and in the log', async (t) => {
  const collector = await openCollector(t)
  const { url: receiverUrl, received } = await openReceiver(t)
  const place = openWorkplace(undefined, {
    SEAWORTHY_WEBHOOK_LOOPBACK: 'yes',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  })
  t.after(() => place.remove())
  const served = await place.serve(['--log', 'json'])
  t.after(() => served.stop())
  const target = `${receiverUrl}?token=${CANARY}`
  await place.ask(['webhook', 'create', target, '--kind', 'note.*'])
  const key = operatorKey(place)
  assert.equal(await appendNote(served.url, key, TRACEPARENT), 201)
  await until(() => received.length === 1, 'the delivery')
  const end = await served.stop()
  assert.equal(end.exit, 0, end.stderr)

  const mine = collector.spans.filter(({ traceId }) => traceId === TRACE_ID)
  const named = (name: string): CollectedSpan => {
    const found = mine.filter((span) => span.name === name)
    assert.equal(found.length, 1, `${name} among ${mine.map((span) => span.name).join(', ')}`)
    return found[0]!
  }
  const request = named('POST /v1/ledger/entries')
  const [append, job, delivery] = [
    named('ledger append'),
    named('job webhook.deliver'),
    named('webhook delivery'),
  ]
  assert.deepEqual(
    [request, append, job, delivery].map(({ parentSpanId }) => parentSpanId),
    [PARENT_ID, request.spanId, append.spanId, append.spanId],
  )
  assert.deepEqual(
    delivery.links?.map(({ spanId }) => spanId),
    [job.spanId],
  )
  assert.deepEqual(request.facts, {
    'http.request.method': 'POST',
    'http.route': '/v1/ledger/entries',
    'http.response.status_code': '201',
  })
  assert.equal(received[0]!.headers['traceparent'], `00-${TRACE_ID}-${delivery.spanId}-01`)
  assert.equal(request.service, 'seaworthy')
  const line = end.stderr
    .split('\n')
    .find((each) => each.includes('"method":"POST","route":"/v1/l'))
  assert.equal((JSON.parse(line ?? '{}') as { traceId?: string }).traceId, TRACE_ID)
  const told = collector.bodies.join('\n')
  assert.ok(!told.includes(CANARY) && !told.includes(key) && !told.includes(place.folder), told)
})

test('without a collector nothing is made up, and what came in still goes along to the log and to the receiver', async (t) => {
  const { url: receiverUrl, received } = await openReceiver(t)
  const place = openWorkplace(undefined, { SEAWORTHY_WEBHOOK_LOOPBACK: 'yes' })
  t.after(() => place.remove())
  const served = await place.serve(['--log', 'json'])
  t.after(() => served.stop())
  await place.ask(['webhook', 'create', receiverUrl, '--kind', 'note.*'])
  const key = operatorKey(place)
  for (const given of [TRACEPARENT, 'none', `00-${'0'.repeat(32)}-${PARENT_ID}-01`])
    assert.equal(await appendNote(served.url, key, given), 201)
  await until(() => received.length === 3, 'the deliveries')
  const end = await served.stop()
  assert.deepEqual(
    received.map(({ headers }) => headers['traceparent']).filter((each) => each !== undefined),
    [TRACEPARENT],
  )
  const traced = end.stderr.split('\n').filter((line) => line.includes('"traceId"'))
  assert.ok(traced.length >= 1 && traced.every((line) => line.includes(TRACE_ID)), end.stderr)
})

test('a collector that is not there costs a warning, and neither an answer nor the end of the server', async (t) => {
  const place = openWorkplace(undefined, {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  })
  t.after(() => place.remove())
  const served = await place.serve(['--log', 'json'])
  t.after(() => served.stop())
  assert.equal(await appendNote(served.url, operatorKey(place), TRACEPARENT), 201)
  const end = await served.stop()
  assert.equal(end.exit, 0, end.stderr)
})
