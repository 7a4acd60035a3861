// Sends one change many times under one idempotency key, at once and afterwards, and counts what was done.
import { ask, expect, mark, must, tell } from './asking.ts'

const SENT_COUNT = 20
const headers = { 'idempotency-key': `"certify-${mark}"` }
const body = { subject: `repeated ${mark}`, payload: 'once' }
const send = (more = body) => ask<{ seq: number }>('POST', '/v1/ledger/entries', more, { headers })

const answers = await Promise.all(Array.from({ length: SENT_COUNT }, () => send()))
for (const { status, code } of answers) {
  const isWaiting = status === 409 && code === 'WEB_IDEMPOTENCY_KEY_IN_FLIGHT'
  expect(status === 201 || isWaiting, `expected one answer for all, got ${status} ${code ?? ''}`)
}
const again = await send()
expect(again.headers.get('idempotency-replayed') === 'true', 'the repetition is not said to be one')
const places = new Set(
  [...answers, again].flatMap(({ data }) => (data === undefined ? [] : [data.seq])),
)
const other = await send({ ...body, payload: 'otherwise' })
expect(other.code === 'WEB_IDEMPOTENCY_KEY_REUSED', `another request passes: ${other.status}`)
const subject = encodeURIComponent(body.subject)
const { entries } = await must<{ entries: readonly unknown[] }>(
  'GET',
  `/v1/ledger/entries?subject=${subject}`,
)
expect(places.size === 1, `${places.size} answers to one request`)
tell({ Sent: SENT_COUNT + 1, Done: entries.length })
