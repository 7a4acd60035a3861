// What people write about switches: definitions, documents and variables are taken exactly or refused with a reason.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aBoard, bytesOf } from '../../../test/switch-board.ts'
import { hashStably } from './stable-hash.ts'
import { environmentWords, readSwitchDocument, writeSwitchDocument } from './switch-terms.ts'

test('a variable of the environment that is neither on nor off is refused at construction', () => {
  assert.throws(() => environmentWords(['search'], { SWITCH_SEARCH: 'offf' }), {
    code: 'GUARD_SWITCH_INVALID',
  })
})

test('the hash is MurmurHash3 as others compute it', () => {
  for (const [text, expected] of [
    ['', 0],
    ['hello', 0x248bfa47],
    ['hello, world', 0x149bbb7f],
    ['19 Jan 2038 at 3:14:07 AM', 0xe31e8a70],
    ['The quick brown fox jumps over the lazy dog.', 0xd5c48bfc],
  ] as const)
    assert.equal(hashStably(text), expected)
  const long = 'ä'.repeat(5_000)
  assert.notEqual(hashStably(long), hashStably(`${long}ä`), 'longer than the scratch space')
})

test('definitions without sense are refused at construction', () => {
  for (const definition of [
    { kind: 'kill-switch', boot: 'maybe' },
    { kind: 'kill-switch', boot: 'on', variants: { on: 1, off: 2 } },
    { kind: 'brake', boot: 'on' },
    { kind: 'flag', boot: 'on', variants: { on: true, off: 'no' } },
    { kind: 'flag', boot: 'on', variants: { yes: true } },
    { kind: 'flag', boot: 'on', variants: { on: null, off: null } },
  ])
    assert.throws(() => aBoard({ definitions: { x: definition } as never }), {
      code: 'GUARD_SWITCH_INVALID',
    })
  for (const name of ['__proto__', 'A', '', '-a', 'a--b', 'a'.repeat(101)])
    assert.throws(
      () =>
        aBoard({
          definitions: JSON.parse(
            `{${JSON.stringify(name)}:{"kind":"kill-switch","boot":"on"}}`,
          ) as never,
        }),
      {
        code: 'GUARD_SWITCH_INVALID',
      },
    )
})

test('words that no document may hold are refused with their reason', () => {
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ state: 'off', until: 'tomorrow' }, /RFC 3339/],
    [{ state: 'off', after: { state: 'on' } }, /only beside "until"/],
    [
      {
        state: 'on',
        rollout: [
          { variant: 'on', percent: 60 },
          { variant: 'off', percent: 41 },
        ],
      },
      /at most 100/,
    ],
    [{ state: 'on', rollout: [{ variant: 'on', percent: -1 }] }, /from 0/],
    [{ state: 'on', rollout: [{ variant: 'on', percent: 0.0001 }] }, /three decimals/],
    [{ state: 'on', tenants: { a: 1 } }, /for each tenant/],
    [{ sate: 'off' }, /unknown key "sate"/],
    [
      {
        state: 'off',
        until: '2026-12-01T00:00:00Z',
        after: { state: 'on', until: '2026-12-02T00:00:00Z' },
      },
      /another "until"/,
    ],
  ]
  for (const [word, reason] of cases) {
    const read = readSwitchDocument(
      bytesOf(JSON.stringify({ format: 'seaworthy-switches/1', switches: { a: word } })),
    )
    assert.equal(read.words.size, 0)
    assert.match(read.problems[0] ?? '', reason)
  }
})

test('a document that is written is read back as it was', () => {
  const text = JSON.stringify({
    format: 'seaworthy-switches/1',
    switches: {
      a: { state: 'off', until: '2026-12-01T00:00:00.000Z', after: { state: 'on', variant: 'x' } },
      b: { state: 'on', tenants: { t: 'x' }, rollout: [{ variant: 'x', percent: 2.5 }] },
    },
  })
  const { words } = readSwitchDocument(bytesOf(text))
  assert.deepEqual(JSON.parse(writeSwitchDocument(words)), JSON.parse(text))
})
