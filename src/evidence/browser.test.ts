// Stored bytes as the board shows them: laid out without a changed character, opened only where they are what they seem, and hostile ones.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { utf8Bytes } from '../kernel/index.ts'
import { encodeEnvelope } from '../proof/index.ts'
import { layOutJson, readEvidence, SHOWN_LIMIT_CHARACTERS, wordsOfLink } from './browser.ts'

const titlesOf = (bytes: Uint8Array): string[] => readEvidence(bytes).map(({ title }) => title)
const textsOf = (text: string): string[] => readEvidence(utf8Bytes(text)).map((part) => part.text)

test('JSON is laid out as it is written: digits, escapes, and keys that come twice', () => {
  assert.deepEqual(
    textsOf(
      '{"id":9007199254740993,"ok":true , "ok":false,"n":1.0e+2,"s":"\\u0041\\"},{","e":[],"o":{ }}',
    ),
    [
      '{\n  "id": 9007199254740993,\n  "ok": true,\n  "ok": false,\n  "n": 1.0e+2,\n  "s": "\\u0041\\"},{",\n  "e": [],\n  "o": {}\n}',
    ],
  )
  assert.equal(layOutJson('-0'), '-0')
  assert.equal(layOutJson('[[1],[ ]]'), '[\n  [\n    1\n  ],\n  []\n]')
  assert.equal(layOutJson('{"a":1,}'), undefined)
})

test('where a parser changes nothing, the layout is that of the engine, whatever white space there was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value)
      assert.equal(layOutJson(text), JSON.stringify(value, null, 2))
      assert.equal(layOutJson(JSON.stringify(value, null, 7)), JSON.stringify(value, null, 2))
    }),
  )
})

test('a signed statement is opened, its payload laid out as it is written, and its keys are only claimed', () => {
  const payload = utf8Bytes('{"n":12345678901234567890}')
  const signatures = [{ keyId: 'a'.repeat(64), signature: new Uint8Array(64) }]
  const parts = readEvidence(encodeEnvelope({ payloadType: 'x/y', payload, signatures }))
  assert.deepEqual(
    parts.map(({ title, text }) => [title, text]),
    [
      ['Statement', '{\n  "n": 12345678901234567890\n}'],
      ['Signatures name these keys, and are not checked here', `${'a'.repeat(64)}\nx/y`],
    ],
  )
})

test('what only looks like a statement is shown as the JSON that it is', () => {
  const lookalikes = [
    '{"payload":"%%%","payloadType":"x","signatures":[null]}',
    '{"payload":"","payloadType":"x","signatures":[{"keyid":{"toString":1},"sig":""}]}',
    '{"payload":"YQ==","payload":"Yg==","payloadType":"x","signatures":[{"keyid":"k","sig":""}]}',
    '{"payload":"YQ==","payloadType":"x","signatures":[]}',
  ]
  for (const text of lookalikes) {
    assert.deepEqual(titlesOf(utf8Bytes(text)), ['Content'], text)
    assert.equal(textsOf(text)[0]?.replace(/\s/g, ''), text)
  }
})

test('text stays text with every mark of it, other bytes are hexadecimal, and what is long or deep is cut', () => {
  assert.deepEqual(textsOf('\ufeff{"a":1}'), ['\ufeff{"a":1}'])
  assert.deepEqual(titlesOf(new Uint8Array([0xff, 0x00])), ['First 1024 bytes'])
  assert.equal(readEvidence(new Uint8Array([0xff, 0x00]))[0]?.text, '00000000  ff 00')
  const deep = readEvidence(utf8Bytes('['.repeat(50_000) + ']'.repeat(50_000)))[0]
  assert.deepEqual([deep?.isCut, deep?.text.length], [true, SHOWN_LIMIT_CHARACTERS])
  const escapes = `{"log":"${'\\n'.repeat(4_000_000)}"}`
  assert.equal(readEvidence(utf8Bytes(escapes))[0]?.isCut, true)
  const long = readEvidence(utf8Bytes('x'.repeat(SHOWN_LIMIT_CHARACTERS + 1)))[0]
  assert.deepEqual([long?.isCut, long?.text.length], [true, SHOWN_LIMIT_CHARACTERS])
})

test('what a link calls the evidence is one short line that steers nothing', () => {
  assert.equal(wordsOfLink(' std\nout\u202e '), 'std out\\u{202e}')
  assert.equal(wordsOfLink('x'.repeat(500)).length, 101)
})
