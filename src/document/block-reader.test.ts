// The block reader against the usual markdown parser, and against documents that want to exhaust it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import type { Nodes } from 'mdast'
import { readBlocks } from './block-reader.ts'
import { NESTING_LIMIT_LEVELS } from './block-tree.ts'
import type { Block } from './block-tree.ts'
import { readMarkdown } from './markdown.ts'
import { utf8Bytes } from '../kernel/index.ts'
import { readDocumentBytes } from './encoding.ts'

/** What matters of a document, one line per thing: tasks, headings, fences with content, tables with rows. */
function oracleOutline(text: string): { lines: string[]; hasIndentedCode: boolean } {
  const lines: string[] = []
  let hasIndentedCode = false
  const visit = (node: Nodes): void => {
    const start = node.position!.start
    if (node.type === 'listItem' && typeof node.checked === 'boolean')
      lines.push(`task ${start.line} ${node.checked}`)
    if (node.type === 'heading') lines.push(`heading ${start.line} ${node.depth}`)
    if (node.type === 'table') lines.push(`table ${start.line} ${node.children.length}`)
    if (node.type === 'code') {
      const isFence = /^(?:`{3,}|~{3,})/.test(text.slice(start.offset))
      if (isFence) lines.push(`fence ${start.line} ${comparable(node.value)}`)
      else hasIndentedCode = true
    }
    if ('children' in node) for (const child of node.children) visit(child)
  }
  visit(fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }))
  return { lines: lines.toSorted(), hasIndentedCode }
}

function ourOutline(text: string): { lines: string[]; hasIndentedCode: boolean } {
  const lines: string[] = []
  let hasIndentedCode = false
  for (const task of readMarkdown(readDocumentBytes(utf8Bytes(text))).tasks) {
    // A box alone on its line is ours; the oracle has none there.
    if (task.titleSpans.length > 0) lines.push(`task ${task.line} ${task.isChecked}`)
  }
  const visit = (block: Block): void => {
    if (block.kind === 'heading') lines.push(`heading ${block.line} ${block.level}`)
    if (block.kind === 'table') lines.push(`table ${block.line} ${block.lines.length}`)
    if (block.kind === 'code') hasIndentedCode = true
    if (block.kind === 'fence') {
      const source = block.lines
        .map((line) => ' '.repeat(line.padding) + text.slice(line.start, line.end))
        .join('\n')
      lines.push(`fence ${block.line} ${comparable(source)}`)
    }
    for (const child of block.children) visit(child)
  }
  visit(readBlocks(text, 0, 1))
  return { lines: lines.toSorted(), hasIndentedCode }
}

/** Blanks of blank lines and at the end do not matter to code. */
function comparable(source: string): string {
  return JSON.stringify(
    source
      .replace(/\r/g, '')
      .replace(/^[ \t]+$/gm, '')
      .trimEnd(),
  )
}

const FLAT = [
  '- [ ] task',
  '- [x] done',
  '* [ ] star',
  '1. [ ] one',
  '- item',
  '> quote',
  '> - [ ] quoted',
  '```bash',
  '```',
  '~~~',
  '# One',
  '## Two ##',
  '---',
  '***',
  '===',
  '| a | b |',
  '|---|---|',
  '| x | y |',
  'a | b',
  '--- | ---',
  '<!--',
  '-->',
  '<div>',
  '</div>',
  'text',
  'text `code',
  'more` text',
  '<details>',
  '   para',
  '  - [ ] nested',
  '   1. x',
  '+ [ ] plus',
  '[ ] none',
  '\\- [ ] escaped',
  '',
  '',
  '',
  '  ',
  '-   [ ] three',
  '-     [ ] five',
  '>- [ ] tight',
  '- ```sh',
  '  ```',
  '- # h',
  '- > [ ] x',
  '- [ ]',
  '- [X]  two',
  '- [ ]\ttab',
  '-\t[ ] tab',
  '-->x',
  '<pre>',
  '<?php',
  '?>',
  '- | a | b |',
]

test('tasks, headings, fences and tables are those of the usual GFM parser', () => {
  let compared = 0
  const document = fc.array(fc.constantFrom(...FLAT), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(document, (parts) => {
      const text = `${parts.join('\n')}\n`
      fc.pre(text.trim() !== '' && !text.startsWith('---'))
      const oracle = oracleOutline(text)
      const ours = ourOutline(text)
      // The oracle lets fewer things follow indented code than the specification does.
      fc.pre(!oracle.hasIndentedCode && !ours.hasIndentedCode)
      assert.deepEqual(ours.lines, oracle.lines)
      compared++
    }),
    { numRuns: 800 },
  )
  assert.ok(compared >= 800)
})

const PREFIXES = ['', '', '> ', '- ', '  ', '   ', '* ', '1. ', '> - ', '- - ', '\t', '> > ']

test('nested containers, tabs and mixed line ends are read as the usual GFM parser reads them', () => {
  // Tables that begin on lazy lines and lists behind empty items are where that parser leaves the specification.
  const inner = FLAT.filter(
    (part) =>
      !part.includes('|') &&
      part.trim() !== '' &&
      !part.startsWith('===') &&
      !part.startsWith('---'),
  )
  const line = fc.tuple(
    fc.constantFrom(...PREFIXES),
    fc.constantFrom(...inner),
    fc.constantFrom('\n', '\n', '\n', '\r\n'),
  )
  let compared = 0
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), (parts) => {
      const text = parts.map((part) => part.join('')).join('')
      const oracle = oracleOutline(text)
      const ours = ourOutline(text)
      fc.pre(!oracle.hasIndentedCode && !ours.hasIndentedCode)
      assert.deepEqual(ours.lines, oracle.lines)
      compared++
    }),
    { numRuns: 800 },
  )
  assert.ok(compared >= 800)
})

test('indented code hides boxes, and ordered lists may follow it', () => {
  const { tasks } = readMarkdown(
    readDocumentBytes(utf8Bytes('text\n\n    - [ ] code\n2. [ ] two\n10. [ ] ten\n')),
  )
  assert.deepEqual(
    tasks.map((task) => task.line),
    [4, 5],
  )
})

test('a list that interrupts a paragraph starts with one, and an item that starts blank starts on the next line', () => {
  const tasksOf = (text: string): unknown[] =>
    readMarkdown(readDocumentBytes(utf8Bytes(text))).tasks.map((task) => [task.line, task.parents])
  assert.deepEqual(tasksOf('text\n2. [ ] no\n'), [])
  assert.deepEqual(tasksOf('text\n1. [ ] yes\n'), [[2, []]])
  assert.deepEqual(tasksOf('-\n\n  - [ ] beside\n'), [[3, []]])
  assert.deepEqual(tasksOf('-\n  - [ ] inside\n'), [[2, ['']]])
  assert.deepEqual(tasksOf('-\n  [ ] no box of the item\n'), [])
})

test('lists nested beyond the limit are refused with the line, and do not exhaust the stack', () => {
  const nested = (levels: number): string =>
    Array.from({ length: levels }, (_, level) => `${'  '.repeat(level)}- [ ] x\n`).join('')
  const deepest = readMarkdown(readDocumentBytes(utf8Bytes(nested(NESTING_LIMIT_LEVELS))))
  assert.equal(deepest.tasks.length, NESTING_LIMIT_LEVELS)
  assert.throws(() => readBlocks(nested(NESTING_LIMIT_LEVELS + 1), 0, 1), {
    code: 'DOCUMENT_NESTING_EXCEEDED',
    details: { line: NESTING_LIMIT_LEVELS + 1 },
  })
  assert.throws(() => readBlocks(`${'>'.repeat(100_000)} x`, 0, 1), {
    code: 'DOCUMENT_NESTING_EXCEEDED',
  })
  assert.throws(() => readBlocks(`${'- '.repeat(NESTING_LIMIT_LEVELS + 1)}x`, 0, 1), {
    code: 'DOCUMENT_NESTING_EXCEEDED',
  })
})

test('text made to be slow is read in time linear in its length', () => {
  const size = 200_000
  const hostile = [
    '['.repeat(size),
    '`'.repeat(size),
    '` '.repeat(size / 2),
    '<!--'.repeat(size / 4),
    '<a '.repeat(size / 3),
    '| '.repeat(size / 2),
    '|-'.repeat(size / 2),
    '*'.repeat(size),
    '- '.repeat(50) + '\n'.repeat(size),
    '\\'.repeat(size),
    `${'> '.repeat(90)}x\n${'\n'.repeat(size)}`,
    `- [ ] ${'_'.repeat(size)}`,
    '$A '.repeat(size / 3),
    '~'.repeat(size),
    `\`${'` '.repeat(size / 2)}`,
    '<a b="'.repeat(size / 6),
    '& '.repeat(size / 2),
    `# ${'#'.repeat(size)} x`,
    `${' '.repeat(size)}x`,
    '✅ / '.repeat(size / 8),
    '- \n'.repeat(size / 3),
    '1. a\n\n'.repeat(size / 6),
  ]
  for (const text of hostile) {
    const before = process.threadCpuUsage()
    readMarkdown(readDocumentBytes(utf8Bytes(`${text}\nend`)))
    const tookMs = process.threadCpuUsage(before).user / 1000
    assert.ok(tookMs < 500, `${JSON.stringify(text.slice(0, 12))} took ${Math.round(tookMs)} ms`)
  }
  assert.equal(hostile.length, 22)
})
