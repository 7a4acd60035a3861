// Slots with label, unit and bound; toggles; holes; sign-off rows.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '../kernel/index.ts'
import { readDocumentBytes } from './encoding.ts'
import { findCodeHoles, findHoles } from './holes.ts'
import { readMarkdown } from './markdown.ts'
import { findSlots } from './slots.ts'
import type { Slot } from './slots.ts'
import { signOffSpotsOf } from './spots.ts'
import { findToggles } from './toggles.ts'

function spansOfText(text: string): {
  text: string
  spans: ReturnType<typeof readMarkdown>['outside']['spans']
} {
  const document = readMarkdown(readDocumentBytes(utf8Bytes(text)))
  return { text: document.reading.text, spans: document.outside.spans }
}

function slotsIn(text: string): Slot[] {
  const document = spansOfText(text)
  return findSlots(document.text, document.spans)
}

test('a slot takes label, unit and bound from its line', () => {
  const rows: readonly (readonly [string, string, string | undefined, string | undefined])[] = [
    ['- **429 Responses:** `____` (expected >0)', '429 Responses', undefined, 'gt 0'],
    ['- **Result:** Completed in `____` seconds (≤7200)', 'Result', 'seconds', 'le 7200'],
    ['- **5m Burn Rate:** `____` (normal <2.0)', '5m Burn Rate', undefined, 'lt 2'],
    ['- **SLO Compliance:** `____%` (>95%)', 'SLO Compliance', '%', 'gt 95'],
    ['- **P95:** `____ms` (within SLO)', 'P95', 'ms', undefined],
    ['- **Rollback Events:** `____` (target: 0)', 'Rollback Events', undefined, 'eq 0'],
    ['- **Burn:** `____%` (target: <20%)', 'Burn', '%', 'lt 20'],
    ['- p95 latency ____ ms, at most 250 ms', 'p95 latency', 'ms', 'le 250'],
    ['- Duration: `____ms` (≤ 2 s)', 'Duration', 'ms', 'le 2000'],
    ['- Duration: `____ms` (≤ 2 GB)', 'Duration', 'ms', undefined],
    ['- Rows: ____ (>= 1,000,000)', 'Rows', undefined, 'ge 1000000'],
    ['- Errors (max. 5): ____', 'Errors (max. 5)', undefined, 'le 5'],
    ['- Name: ________', 'Name', undefined, undefined],
    [
      '- **Metrics:** `guard_total{tenant="a"}: ____`',
      'guard_total{tenant="a"}',
      undefined,
      undefined,
    ],
    ['- **Checksum:** `sha256: ____`', 'Checksum', undefined, undefined],
  ]
  for (const [line, label, unit, bound] of rows) {
    const [slot] = slotsIn(line)
    assert.ok(slot, line)
    const stated = slot.bound === undefined ? undefined : `${slot.bound.op} ${slot.bound.value}`
    assert.deepEqual([slot.label, slot.unit, stated], [label, unit, bound], line)
  }
  assert.equal(rows.length, 15)
})

test('two slots of one line do not share a unit or a bound', () => {
  const slots = slotsIn('- Latency: `____ms` (<250), errors `____%` (<1%)')
  assert.deepEqual(
    slots.map((slot) => [slot.unit, slot.bound?.value]),
    [
      ['ms', 250],
      ['%', 1],
    ],
  )
})

test('underscores in words, rules, emphasis and fences are no slots', () => {
  assert.deepEqual(
    slotsIn('some____name\n\n____\n\n___bold___\n\n```\n____\n```\n\n<!-- ____ -->\n\n\\____'),
    [],
  )
})

test('nothing inside an inline comment is a spot or a hole', () => {
  const { text, spans } = spansOfText(
    'Value <!-- ____ ✅❌ <X> vX.Y.Z --> and `code` <!-- open ____',
  )
  assert.deepEqual(findSlots(text, spans).length, 1)
  assert.deepEqual(findToggles(text, spans), [])
  assert.deepEqual(findHoles(text, spans), [])
})

test('a toggle is a pair of glyphs with nothing or a slash between them', () => {
  const { text, spans } = spansOfText(
    '- Result: ✅❌\n- Order: ❌✅\n- Slash: ✅ / ❌\n- Styled: ✅️❌️\n- Legend ✅ good, ❌ bad\n- `✅❌` code',
  )
  const toggles = findToggles(text, spans)
  assert.deepEqual(
    toggles.map((toggle) => toggle.label),
    ['Result', 'Order', 'Slash', 'Styled', ''],
  )
  for (const { yes, no } of toggles) {
    assert.ok(text.slice(yes.start, yes.end).startsWith('✅'))
    assert.ok(text.slice(no.start, no.end).startsWith('❌'))
  }
})

test('holes are found in prose, and things that look like holes are not', () => {
  const { text, spans } = spansOfText(
    'Deploy <SERVICE> and <your name> vX.Y.Z on YYYY-MM-DD with $IMAGE_REF and ${OTHER}, owner _[Name]_, [TBD] _[TODO]_\n\n' +
      'Not: <b>bold</b> <br> $100 x.509 Promise<void> `Array<string>` https://x.test/<https://y.test> v1.2.3 [link](x) [x]',
  )
  assert.deepEqual(
    findHoles(text, spans).map((hole) => `${hole.kind} ${hole.text}`),
    [
      'placeholder <SERVICE>',
      'placeholder <your name>',
      'version vX.Y.Z',
      'date YYYY-MM-DD',
      'parameter $IMAGE_REF',
      'parameter ${OTHER}',
      'open _[Name]_',
      'open [TBD]',
      'open _[TODO]_',
    ],
  )
})

test('a placeholder inside a word is a hole when it is in capitals or behind a v', () => {
  const { text, spans } = spansOfText(
    'v<VERSION>-rc<N> v<next> `rel-v<VERSION>` Map<String> list<int>',
  )
  assert.deepEqual(
    findHoles(text, spans).map((hole) => hole.text),
    ['<VERSION>', '<N>', '<next>', '<VERSION>'],
  )
})

test('holes of code leave parameters to the language', () => {
  const holes = findCodeHoles(
    'kubectl -n <NAMESPACE> set image $IMAGE app:vX.Y.Z < input > output <<EOF',
  )
  assert.deepEqual(
    holes.map((hole) => hole.text),
    ['<NAMESPACE>', 'vX.Y.Z'],
  )
})

test('a sign-off row offers its empty, undecided and open cells', () => {
  const document = readMarkdown(
    readDocumentBytes(
      utf8Bytes(
        '| Role | Name | Status | Time |\n|---|---|---|---|\n| **SRE** | _[Name]_ | ✅❌ | `____` |\n| QA || [x] ||\n| | x | y | z |\n',
      ),
    ),
  )
  const [sre, qa, none] = signOffSpotsOf(document)
  assert.equal(none, undefined)
  assert.equal(sre?.role, 'SRE')
  assert.deepEqual(
    [sre?.name, sre?.status, sre?.time].map((spot) => spot !== undefined),
    [true, true, true],
  )
  assert.deepEqual(
    [qa?.name, qa?.status, qa?.time].map((spot) => spot !== undefined),
    [true, false, true],
  )
})
