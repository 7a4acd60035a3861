// The context that travels with rows and requests: what is read as one, and how work becomes a span.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureName, inSpan, parseTraceparent, traceparentOf, UNTRACED } from './index.ts'
import type { SpanEnd, Tracing } from './index.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN_ID = '00f067aa0ba902b7'

test('a traceparent is read as W3C says, and what is none is nothing', () => {
  const context = { traceId: TRACE_ID, spanId: SPAN_ID, isSampled: true }
  const head = `${TRACE_ID}-${SPAN_ID}`
  assert.deepEqual(parseTraceparent(`00-${head}-01`), context)
  assert.deepEqual(parseTraceparent(`00-${head}-00`), { ...context, isSampled: false })
  // Bits of later versions besides the one that is known.
  assert.deepEqual(parseTraceparent(`00-${head}-03`), context)
  assert.deepEqual(parseTraceparent(`cc-${head}-01-what-the-future-will-be-like`), context)
  const refused = [
    undefined,
    '',
    `ff-${head}-01`,
    `00-${head}-01-more`,
    `00-${head}-1`,
    `00-${head.toUpperCase()}-01`,
    `00-${'0'.repeat(32)}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
    ` 00-${head}-01`,
    `00-${head}-01\n`,
    `cc-${head}-01-${'x'.repeat(300)}`,
  ]
  assert.deepEqual(
    refused.filter((text) => parseTraceparent(text) !== undefined),
    [],
  )
})

test('whatever version came in, what goes out is of this one', () => {
  const context = parseTraceparent(`cc-${TRACE_ID}-${SPAN_ID}-ff-more`)
  assert.ok(context !== undefined)
  assert.equal(traceparentOf(context), `00-${TRACE_ID}-${SPAN_ID}-01`)
})

test('work that fails ends its span with the name of the failure and throws what it threw', async () => {
  const ends: (SpanEnd | undefined)[] = []
  const tracing: Tracing = {
    current: () => undefined,
    begin: (terms) => ({ ...UNTRACED.begin(terms), end: (end) => void ends.push(end) }),
  }
  const terms = { name: 'a', kind: 'internal' } as const
  assert.equal(await inSpan(tracing, terms, async () => 7), 7)
  const fault = new RangeError('a value that nobody may see')
  await assert.rejects(
    inSpan(tracing, terms, () => Promise.reject(fault)),
    fault,
  )
  assert.deepEqual(ends, [undefined, { failure: 'RangeError' }])
  assert.deepEqual(
    [failureName(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })), failureName('x')],
    ['ECONNREFUSED', 'unknown'],
  )
})
