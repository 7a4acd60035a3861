// Filling a document: only the named places change, and no value can break out of its place.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { utf8Bytes, utf8Text } from '../kernel/index.ts'
import { readDocumentBytes } from './encoding.ts'
import { readMarkdown } from './markdown.ts'
import { findSlots } from './slots.ts'
import { boxSpotsOf, signOffSpotsOf } from './spots.ts'
import { findToggles } from './toggles.ts'
import { fillDocument, VALUE_LENGTH_LIMIT_UNITS } from './write-back.ts'
import type { DocumentFills } from './write-back.ts'

const DAMAGED_PAIR = 'âœ…âŒ'

const PIECES = [
  '- [ ] **Gate**\n\n',
  '- [x] ticked\n',
  `  - Result: \`____ms\` ${DAMAGED_PAIR}\n`,
  '  - Other: ____ ✅❌\n',
  '# H ğŸ” é 漢 😀\r\n',
  '```bash\n- [ ] ____ ✅❌\n```\n',
  '<!-- - [ ] ____ -->\n\n',
  'text ____\r\n\r\n',
  '| Role | Name | Status | Time |\n|---|---|---|---|\n| SRE | _[Name]_ | ✅❌ | `____` |\n| QA || | |\n\n',
  '| ID | Check | Value |\n|---|---|---|\n| 1 | x | `____` |\n\n',
  '\t- [ ] tab ____\n',
  '> - [ ] quoted ✅/❌\n',
  '- ☐ ballot ____\n- ☑️ other\n\n',
  'Lines:\n☐ one\n☒ two ✅❌\n\n',
  '* ⏳ open\n* âœ… damaged\n\n',
  '| Check | Status |\n|---|---|\n| x | ☐ |\n| y ||\n| z | [x] |\n\n',
]

function readWhole(bytes: Uint8Array): ReturnType<typeof readMarkdown> {
  return readMarkdown(readDocumentBytes(bytes), { glyphBoxes: true })
}

function allFills(bytes: Uint8Array, value: string, decision: boolean): DocumentFills {
  const document = readWhole(bytes)
  const spans = [...document.tasks, ...document.gateRows, document.outside].flatMap(
    (content) => content.spans,
  )
  const { text } = document.reading
  return {
    boxes: boxSpotsOf(document).map(({ line }) => ({ line, isChecked: decision })),
    slots: findSlots(text, spans).map((slot) => ({ ...document.positionOf(slot.start), value })),
    toggles: findToggles(text, spans).map((toggle) => ({
      ...document.positionOf(toggle.start),
      value: decision,
    })),
    signOffs: signOffSpotsOf(document).map((spot) => ({
      line: spot.line,
      name: value,
      isApproved: decision,
      time: value,
    })),
  }
}

test('without fills the copy is the original, byte for byte', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...PIECES), { minLength: 1 }),
      fc.boolean(),
      (parts, hasBom) => {
        const bytes = Uint8Array.from([
          ...(hasBom ? [0xef, 0xbb, 0xbf] : []),
          ...utf8Bytes(`x\n\n${parts.join('')}`),
        ])
        assert.deepEqual(fillDocument(bytes, {}), bytes)
      },
    ),
  )
})

test('a filled copy has the same structure and every byte that stood outside the spots', () => {
  const values = fc.oneof(
    fc.constantFrom(
      '42',
      'a|b',
      '`code`',
      '- [ ] x',
      '# h',
      'a\nb',
      '<b>',
      '[x](http://e.test)',
      '\u001b[2J',
      '*',
      '1. x',
      '\\',
      '____',
      '✅❌',
      '-->',
      '</td>',
    ),
    fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
  )
  let filled = 0
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 10 }),
      values,
      fc.boolean(),
      (parts, value, decision) => {
        const bytes = utf8Bytes(`x\n\n${parts.join('')}`)
        const before = readWhole(bytes)
        const copy = fillDocument(bytes, allFills(bytes, value, decision))
        const after = readWhole(copy)
        assertPiecesKept(copy, piecesBetweenSpots(before))
        assert.deepEqual(
          after.tasks.map(({ line, isChecked, parent }) => ({ line, isChecked, parent })),
          before.tasks.map(({ line, parent }) => ({ line, isChecked: decision, parent })),
        )
        assert.deepEqual(
          after.headings.map((heading) => heading.line),
          before.headings.map((heading) => heading.line),
        )
        assert.deepEqual(
          after.tables.map((table) => table.rows.map((row) => row.line)),
          before.tables.map((table) => table.rows.map((row) => row.line)),
        )
        assert.deepEqual(fencesOf(after), fencesOf(before))
        filled++
      },
    ),
    { numRuns: 300 },
  )
  assert.equal(filled, 300)
})

function fencesOf(document: ReturnType<typeof readMarkdown>): string[] {
  return [...document.tasks, document.outside].flatMap((content) =>
    content.fences.map((fence) => fence.source),
  )
}

/** The pieces of the original between its spots, in order, as bytes. */
function piecesBetweenSpots(document: ReturnType<typeof readMarkdown>): Uint8Array[] {
  const { bytes, byteOffset, text } = document.reading
  const spans = [...document.tasks, ...document.gateRows, document.outside].flatMap(
    (content) => content.spans,
  )
  const rows = signOffSpotsOf(document).flatMap((spot) =>
    [spot.name, spot.status, spot.time].flatMap((place) => place ?? []),
  )
  const boxes = boxSpotsOf(document).map(({ markAt, markEnd }) => ({
    start: markAt,
    end: markEnd,
  }))
  const spots = [...boxes, ...findSlots(text, spans), ...findToggles(text, spans), ...rows]
  const pieces: Uint8Array[] = []
  let from = 0
  for (const spot of spots.toSorted((x, y) => x.start - y.start)) {
    pieces.push(bytes.subarray(from, byteOffset(spot.start)))
    from = byteOffset(spot.end)
  }
  return [...pieces, bytes.subarray(from)]
}

/** The first piece starts the copy, the last ends it, and the others follow each other between. */
function assertPiecesKept(copy: Uint8Array, pieces: readonly Uint8Array[]): void {
  const haystack = Buffer.from(copy)
  let at = 0
  for (const [index, piece] of pieces.entries()) {
    const found =
      index === pieces.length - 1 ? copy.length - piece.length : haystack.indexOf(piece, at)
    assert.ok(found >= at && (index > 0 || found === 0), `piece ${index} is not where it was`)
    assert.deepEqual(copy.subarray(found, found + piece.length), piece)
    at = found + piece.length
  }
}

test('a damaged toggle keeps the raw bytes of the chosen glyph', () => {
  const bytes = utf8Bytes(`- [ ] g\n  - Result: ${DAMAGED_PAIR}\n`)
  const at = { line: 2, column: 13 }
  assert.equal(
    utf8Text(fillDocument(bytes, { toggles: [{ ...at, value: true }] })),
    '- [ ] g\n  - Result: âœ…\n',
  )
  assert.equal(
    utf8Text(fillDocument(bytes, { toggles: [{ ...at, value: false }] })),
    '- [ ] g\n  - Result: âŒ\n',
  )
})

test('a box is ticked, a tick nobody earned is taken away, and a box as it should be is left alone', () => {
  const bytes = utf8Bytes('- [ ] a\n- [X] b\n- [x] c\n')
  const boxes = [
    { line: 1, isChecked: true },
    { line: 2, isChecked: false },
    { line: 3, isChecked: true },
  ]
  assert.equal(utf8Text(fillDocument(bytes, { boxes })), '- [x] a\n- [ ] b\n- [x] c\n')
})

test('a sign-off row gets name, glyph and time, also into empty cells', () => {
  const bytes = utf8Bytes(
    '| Role | Name | Status | Time |\n|---|---|---|---|\n| SRE | _[Name]_ | ✅❌ | `____` |\n| QA || | |\n',
  )
  const fills = { name: 'Ana Díaz', isApproved: true, time: '2026-01-02T03:04:05.000Z' }
  const filled = utf8Text(
    fillDocument(bytes, {
      signOffs: [
        { line: 3, ...fills },
        { line: 4, ...fills, isApproved: false },
      ],
    }),
  )
  assert.equal(
    filled.split('\n').slice(2, 4).join('\n'),
    '| SRE | Ana Díaz | ✅ | `2026-01-02T03:04:05.000Z` |\n| QA | Ana Díaz | ❌ | 2026-01-02T03:04:05.000Z |',
  )
})

test('values are cut, flattened and kept from opening markdown of their own', () => {
  const fill = (value: string, line = '- Value: ____'): string =>
    utf8Text(
      fillDocument(utf8Bytes(line), { slots: [{ line: 1, column: line.indexOf('_') + 1, value }] }),
    )
  assert.equal(fill('12.5'), '- Value: 12.5')
  assert.equal(fill('a\r\n- [x] b'), '- Value: `a - [x] b`')
  assert.equal(fill('<script>`x`'), "- Value: `<script>'x'`")
  assert.equal(fill('https://x.test'), '- Value: `https://x.test`')
  assert.equal(fill('1. x', '- ____ units'), '- `1. x` units')
  assert.equal(fill('a`b|c', '- `____ms`'), "- `a'b¦cms`")
  assert.equal(fill('\u001b[31m\u202e'), '- Value: `[31m`')
  assert.equal(fill(' \u200b '), '- Value: ____')
  assert.ok(fill('x'.repeat(1000)).length < VALUE_LENGTH_LIMIT_UNITS + 20)
})

test('a fill for a place that is none, or the same place twice, is refused', () => {
  const bytes = utf8Bytes('- [ ] a ____ ✅❌\n')
  const cases: readonly DocumentFills[] = [
    { boxes: [{ line: 2, isChecked: true }] },
    { slots: [{ line: 1, column: 1, value: 'x' }] },
    { toggles: [{ line: 1, column: 9, value: true }] },
    { signOffs: [{ line: 1, name: 'x', isApproved: true, time: 'y' }] },
    {
      slots: [
        { line: 1, column: 9, value: 'x' },
        { line: 1, column: 9, value: 'y' },
      ],
    },
  ]
  for (const fills of cases)
    assert.throws(() => fillDocument(bytes, fills), { code: 'DOCUMENT_SPOT_UNKNOWN' })
})

test('the reference documents come back byte for byte, and filled only in their spots', (t) => {
  const folder = process.env['SEAWORTHY_SEEDS']
  if (folder === undefined) {
    t.skip('SEAWORTHY_SEEDS is not set')
    return
  }
  const files = readdirSync(folder).filter((file) => file.endsWith('.txt'))
  assert.equal(files.length, 5)
  for (const file of files) {
    const bytes: Uint8Array = new Uint8Array(readFileSync(join(folder, file)))
    assert.deepEqual(fillDocument(bytes, {}), bytes)
    const filled = fillDocument(bytes, allFills(bytes, '7', true))
    assertPiecesKept(filled, piecesBetweenSpots(readWhole(bytes)))
  }
})
