// Captures are read strictly: every kind as runners write it, nothing else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalBytes, SeaworthyError, utf8Bytes } from '../kernel/index.ts'
import { CAPTURE_LIMIT_BYTES, parseCapture } from './index.ts'
import type { Capture } from './index.ts'

const streams = { stdout: { truncated: false, maskedCount: 2 } }
const captures: readonly Capture[] = [
  {
    kind: 'command',
    exitCode: 0,
    signal: null,
    timedOut: false,
    steps: [{ line: 1, exitCode: 0 }],
    durationMs: 1.5,
    streams,
  },
  {
    kind: 'command',
    exitCode: null,
    signal: 'SIGKILL',
    timedOut: true,
    startError: 'ENOENT',
    steps: [],
    durationMs: 0,
    streams: {},
  },
  {
    kind: 'command',
    exitCode: 0,
    signal: null,
    timedOut: false,
    uid: 61_184,
    leftovers: { count: 2, survivedCount: 0, names: ['sleep', 'node'] },
    steps: [],
    durationMs: 0,
    streams: {},
  },
  { kind: 'http', status: 200, headers: { 'content-type': 'text/plain' }, durationMs: 3, streams },
  { kind: 'http', status: null, headers: {}, error: 'refused', durationMs: 3, streams: {} },
  { kind: 'sql', rowCount: null, error: 'syntax', durationMs: 3, streams: {} },
  { kind: 'document', found: true, durationMs: 3, streams },
  { kind: 'manual', answer: false, note: '', slots: { a: 'b' } },
]

test('every kind of capture reads back as it was written', () => {
  for (const capture of captures) assert.deepEqual(parseCapture(canonicalBytes(capture)), capture)
})

test('a capture with a key too few, too many or of another kind is refused with the place', () => {
  const refuses = (value: unknown, place: RegExp): void => {
    assert.throws(
      () => parseCapture(canonicalBytes(value)),
      (thrown) =>
        thrown instanceof SeaworthyError &&
        thrown.code === 'VERDICT_CAPTURE_SHAPE_REFUSED' &&
        place.test(thrown.message),
    )
  }
  for (const capture of captures) {
    refuses({ ...capture, opinion: 'PASS' }, /opinion/)
    for (const key of Object.keys(capture)) {
      if (['error', 'startError', 'uid', 'leftovers'].includes(key)) continue
      refuses(
        Object.fromEntries(Object.entries(capture).filter(([name]) => name !== key)),
        new RegExp(key),
      )
    }
  }
  refuses({ ...captures[0], exitCode: '0' }, /exitCode/)
  refuses({ ...captures[0], kind: 'telepathy' }, /kind/)
  refuses({ ...captures[0], kind: 'toString' }, /kind/)
  refuses(null, /kind/)
  refuses([], /kind/)
})

test('a capture that is no JSON, no UTF-8 or too long is refused', () => {
  for (const bytes of [
    utf8Bytes('{'),
    utf8Bytes(''),
    new Uint8Array([0xff]),
    utf8Bytes('['.repeat(100)),
    new Uint8Array(CAPTURE_LIMIT_BYTES + 1),
  ]) {
    assert.throws(() => parseCapture(bytes), { code: 'VERDICT_CAPTURE_SHAPE_REFUSED' })
  }
})
