// Texts of somebody else that are made to hold the reader up, or to throw where nobody expects it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '../kernel/index.ts'
import { readBlocks } from './block-reader.ts'
import { readFrontMatter } from './front-matter.ts'
import { readDocumentBytes, readMarkdown } from './index.ts'

function inTime(limitMs: number, work: () => unknown): void {
  const began = performance.now()
  work()
  const tookMs = performance.now() - began
  assert.ok(tookMs < limitMs, `${tookMs} ms`)
}

test('front matter of nested brackets is a problem that is told, and the document is read', () => {
  const text = `---\na: ${'['.repeat(60_000)}\n---\n- [ ] gate\n`
  assert.match(readFrontMatter(text)?.problem ?? '', /./)
  assert.equal(readMarkdown(readDocumentBytes(utf8Bytes(text))).tasks.length, 1)
})

test('blank lines far inside of lists are refused before they take minutes, and few of them are fine', () => {
  const deep = `${'- '.repeat(900)}x\n`
  assert.equal(readBlocks(deep + '\n'.repeat(40), 0, 1).children.length, 1)
  inTime(5_000, () =>
    assert.throws(() => readBlocks(deep + '\n'.repeat(200_000), 0, 1), {
      code: 'DOCUMENT_NESTING_EXCEEDED',
    }),
  )
  inTime(5_000, () => readBlocks(`- a\n  - b\n    - c\n${'\n'.repeat(500_000)}`, 0, 1))
})

test('the head of a column made of marks is compared in no time', () => {
  const head = `a${':'.repeat(100_000)}b`
  const text = `| ${head} | Status |\n| --- | --- |\n| one | done |\n`
  inTime(3_000, () => readMarkdown(readDocumentBytes(utf8Bytes(text))))
})
