// Lines of a paragraph that begin with glyphs: which are items, and which are remarks.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '../kernel/index.ts'
import { readDocumentBytes } from './encoding.ts'
import { readMarkdown } from './markdown.ts'

test('status glyphs below a box glyph are items of their own, never part of the title above', () => {
  const lines = [
    '☐ Backup taken',
    '✅ Dry run',
    '❌ Alerts silenced',
    '⏳ Load test',
    '✅ = done',
    '',
    '✅ All of this is new',
    '❌ and nothing of that',
  ]
  const { tasks } = readMarkdown(readDocumentBytes(utf8Bytes(lines.join('\n'))), {
    glyphBoxes: true,
    orderedSteps: false,
    headings: false,
  })
  assert.deepEqual(
    tasks.map(({ line, isChecked, title }) => [line, isChecked, title]),
    [
      [1, false, 'Backup taken'],
      [2, true, 'Dry run'],
      [3, false, 'Alerts silenced'],
      [4, false, 'Load test ✅ = done'],
    ],
  )
})
