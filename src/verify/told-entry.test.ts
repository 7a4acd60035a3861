// An entry as a server tells it, held against the proven one: whole, and with every field of it forged in turn.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsToldOtherwise } from './index.ts'
import type { EntryProofReport, ProvenEntry, ToldEntry } from './index.ts'

const ENTRY = {
  seq: 3,
  time: '2026-11-21T10:00:00.000Z',
  prev: 'b'.repeat(64),
  body: {
    v: 1,
    id: '0193a0b0-0000-7000-8000-000000000003',
    ts: '2026-11-21T09:59:59.000Z',
    type: 'release.decided',
    actor: 'ann',
    subject: 'harbour@2.1.0',
    subjectSeq: 4,
    src: { producer: 'seaworthy', version: '0.1.0' },
    payload: { alg: 'HMAC-SHA256', c: 'A'.repeat(43) + '=' },
    refs: [`sha256:${'c'.repeat(64)}`, `sha256:${'d'.repeat(64)}`],
  },
} as const satisfies ProvenEntry

const REPORT: EntryProofReport = {
  verdict: 'INTACT',
  scope: 'entry 3 of the first 5 of ships.example',
  origin: 'ships.example',
  size: 5,
  index: 3,
  leafHash: 'a'.repeat(64),
  entryBytes: 400,
  entry: ENTRY,
  proven: [],
  notProven: [],
  findings: [],
}

const TOLD: ToldEntry = { ...ENTRY, leafHash: 'a'.repeat(64) }

test('an entry that is told as it was proven differs in no field, in whatever order its members come', () => {
  assert.deepEqual(fieldsToldOtherwise(REPORT, TOLD), [])
  const turned = Object.fromEntries(Object.entries(ENTRY.body).toReversed())
  assert.deepEqual(fieldsToldOtherwise(REPORT, { ...TOLD, body: turned }), [])
})

test('each field of an entry that is told otherwise is named, forged, left out or added', () => {
  const forged: Readonly<Record<keyof (typeof ENTRY)['body'], readonly unknown[]>> = {
    v: [2, '1'],
    id: ['0193a0b0-0000-7000-8000-000000000004'],
    ts: ['2026-11-21T10:00:00.000Z'],
    type: ['note.appended', ['release.decided']],
    actor: ['ben', { toString: 'ann' }],
    subject: ['harbour@2.1.1', 'harbour@2.1.0 '],
    subjectSeq: [5, '4'],
    src: [{ producer: 'seaworthy', version: '0.1.1' }, { producer: 'seaworthy' }],
    payload: [
      { ...ENTRY.body.payload, c: 'B'.repeat(43) + '=' },
      { ...ENTRY.body.payload, alg: 'none' },
      { ...ENTRY.body.payload, ref: 'x' },
    ],
    refs: [[], ENTRY.body.refs.slice(1), ENTRY.body.refs.toReversed(), [...ENTRY.body.refs, '']],
  }
  assert.deepEqual(Object.keys(forged).toSorted(), Object.keys(ENTRY.body).toSorted())
  for (const [name, values] of Object.entries(forged)) {
    const { [name]: _, ...without } = ENTRY.body as Readonly<Record<string, unknown>>
    const bodies = [without, ...values.map((value) => ({ ...without, [name]: value }))]
    for (const body of bodies)
      assert.deepEqual(fieldsToldOtherwise(REPORT, { ...TOLD, body }), [`body.${name}`])
  }
  const more = { ...ENTRY.body, reason: '\ud800' }
  assert.deepEqual(fieldsToldOtherwise(REPORT, { ...TOLD, body: more }), ['body.reason'])
})

test('place, time, hash and link of an entry are compared as its body is', () => {
  const heads: Readonly<Record<string, unknown>> = {
    seq: 4,
    time: '2026-11-21T10:00:00Z',
    leafHash: 'e'.repeat(64),
    prev: null,
  }
  for (const [name, value] of Object.entries(heads))
    assert.deepEqual(fieldsToldOtherwise(REPORT, { ...TOLD, [name]: value }), [name])
})

test('nothing that is told is what an empty proof says', () => {
  const none = { ...REPORT, verdict: 'INVALID', leafHash: null, entry: null } as const
  assert.deepEqual(fieldsToldOtherwise(none, TOLD), ['entry'])
})
