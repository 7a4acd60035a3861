// The text of an entry body: written by hand as the general writer would, read at one go as the long way would.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nodeDigest } from '../../test/crypto.ts'
import { utf8Bytes, utf8Text } from '../kernel/index.ts'
import { readPlainBody } from './entry-text.ts'
import {
  commitPayload,
  countedLeafLimit,
  encodeCountedLeaf,
  encodeEntryBody,
  encodeLeaf,
  encodeUncountedBody,
  LEAF_LIMIT_BYTES,
  parseCanonical,
  parseEntryBody,
} from './index.ts'
import type { EntryBody } from './index.ts'

const commitment = commitPayload(nodeDigest, new Uint8Array(32).fill(9), { role: 'SRE' })
const prev = new Uint8Array(32).fill(0xaa)

/** Texts with quotation marks, escapes, controls and characters of four bytes among them. */
const aText = fc.string({ unit: 'grapheme', maxLength: 20 })
const aBody: fc.Arbitrary<Omit<EntryBody, 'subjectSeq'>> = fc.record(
  {
    v: fc.constant(1 as const),
    id: fc.constantFrom('017f22e2-79b0-7cc3-98c4-dc0c0c07398f'),
    ts: fc.constantFrom('2026-11-21T10:00:00.000Z', '2028-02-29T23:59:59.999Z'),
    type: fc.constantFrom('run.started', 'sign-off.recorded', 'a1.b-2.c'),
    actor: aText,
    subject: aText,
    src: fc.record({ producer: aText, version: aText }, { noNullPrototype: true }),
    payload: fc.constantFrom(commitment, { ...commitment, ref: 'else"where' }),
    refs: fc.array(fc.constantFrom<`sha256:${string}`>(`sha256:${'ab'.repeat(32)}`), {
      maxLength: 3,
    }),
  },
  { noNullPrototype: true },
)

test('a leaf that is written by hand has the bytes of the general writer', () => {
  fc.assert(
    fc.property(aBody, fc.nat(), (body, subjectSeq) => {
      const uncounted = encodeUncountedBody(body)
      const room = new Uint8Array(countedLeafLimit(uncounted))
      const link = { seq: 2 ** 40 + 1, timeMs: 1_790_000_000_000, prev }
      const leaf = encodeCountedLeaf(room, link, uncounted, subjectSeq)
      assert.deepEqual(
        leaf,
        encodeLeaf({ ...link, body: encodeEntryBody({ ...body, subjectSeq }) }),
      )
    }),
  )
})

test('long texts are measured as they are written', () => {
  const actor = 'ä€😀'.repeat(2_000)
  const body = { ...aPlainBody(), actor }
  const uncounted = encodeUncountedBody(body)
  const written = utf8Bytes(uncounted.before).length + utf8Bytes(uncounted.after).length
  assert.equal(uncounted.sizeBytes, written)
  const link = { seq: 0, timeMs: 0, prev }
  const tooSmall = new Uint8Array(written)
  assert.throws(() => encodeCountedLeaf(tooSmall, link, uncounted, 7), RangeError)
  const tooLong = encodeUncountedBody({ ...body, subject: 'x'.repeat(LEAF_LIMIT_BYTES) })
  const room = new Uint8Array(countedLeafLimit(tooLong))
  assert.throws(() => encodeCountedLeaf(room, link, tooLong, 7), RangeError)
})

test('half a character in any text is refused, as the general writer refuses it', () => {
  const half = { code: 'CANONICAL_VALUE_REFUSED' }
  for (const member of ['actor', 'subject', 'ts'] as const)
    assert.throws(() => encodeUncountedBody({ ...aPlainBody(), [member]: 'x\ud800' }), half)
})

function aPlainBody(): Omit<EntryBody, 'subjectSeq'> {
  return {
    v: 1,
    id: '017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
    ts: '2026-11-21T10:00:00.000Z',
    type: 'run.started',
    actor: 'Žofie',
    subject: 'harbour@2.1.0',
    src: { producer: 'seaworthy', version: '0.1.0' },
    payload: commitment,
    refs: [`sha256:${'ab'.repeat(32)}`, `sha256:${'cd'.repeat(32)}`],
  }
}

test('what is read at one go says what the parser says', () => {
  let plain = 0
  fc.assert(
    fc.property(aBody, fc.option(fc.nat(), { nil: undefined }), (body, subjectSeq) => {
      const whole = { ...body, ...(subjectSeq === undefined ? {} : { subjectSeq }) }
      const bytes = encodeEntryBody(whole)
      const read = readPlainBody(utf8Text(bytes))
      if (read !== undefined) {
        plain++
        assert.deepEqual(read, whole)
      }
      assert.deepEqual(parseEntryBody(bytes), { ok: true, value: whole })
    }),
  )
  assert.ok(plain > 0, 'expected some bodies to be read at one go')
})

test('no change of one character is taken at one go that the parser would refuse or read otherwise', () => {
  const canonical = utf8Text(encodeEntryBody({ ...aPlainBody(), subjectSeq: 12 }))
  assert.ok(readPlainBody(canonical) !== undefined)
  let taken = 0
  for (let at = 0; at <= canonical.length; at++) {
    for (const other of ['', '"', '\\', '\u0000', ' ', '0', '9', 'a', 'Z', ',', '{', '.']) {
      for (const rest of [at, at + 1]) {
        const changed = canonical.slice(0, at) + other + canonical.slice(rest)
        const read = readPlainBody(changed)
        if (read === undefined) continue
        taken++
        assert.deepEqual(parseCanonical(utf8Bytes(changed)), read, changed)
        assert.deepEqual(parseEntryBody(encodeEntryBody(read)), { ok: true, value: read })
      }
    }
  }
  assert.ok(taken > 100, `expected changes inside texts to be taken, got ${taken}`)
})

test('days, numbers and kinds that are none are refused, however plain the rest is', () => {
  const canonical = utf8Text(encodeEntryBody({ ...aPlainBody(), subjectSeq: 12 }))
  for (const [from, to] of [
    ['11-21T', '02-30T'],
    ['11-21T', '13-01T'],
    ['10:00:00', '24:00:00'],
    [':12,', ':012,'],
    [':12,', ':9007199254740993,'],
    ['run.started', 'run'],
    ['run.started', `run.${'a'.repeat(100)}`],
    ['-7cc3-', '-4cc3-'],
    ['"v":1', '"v":2'],
  ] as const) {
    const changed = canonical.replace(from, to)
    assert.notEqual(changed, canonical)
    assert.ok(!parseEntryBody(utf8Bytes(changed)).ok, to)
  }
})
