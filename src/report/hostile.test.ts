// Text of strangers in reports: never markup, never a link, and any amount of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { nodeDigest } from '../../test/crypto.ts'
import { HOSTILE_TEXTS, hostileReportFacts, someReportFacts } from '../../test/report-facts.ts'
import { escapeMarkdown } from './markdown.ts'
import { composeReport, REPORT_KINDS, renderReportHtml, renderReportMarkdown } from './index.ts'

interface Node {
  readonly type: string
  readonly value?: string
  readonly children?: readonly Node[]
}

function parse(markdown: string): Node {
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
}

function typesIn(node: Node): readonly string[] {
  return [node.type, ...(node.children ?? []).flatMap(typesIn)]
}

const ALLOWED = [
  'root',
  'heading',
  'paragraph',
  'text',
  'strong',
  'list',
  'listItem',
  'table',
  'tableRow',
  'tableCell',
  'inlineCode',
]

test('hostile titles, reasons and names make no element, attribute, link or entity in HTML', () => {
  const facts = hostileReportFacts()
  for (const kind of REPORT_KINDS) {
    const html = renderReportHtml(nodeDigest, composeReport(nodeDigest, kind, facts))
    const tags = new Set([...html.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map((found) => found[1]))
    for (const tag of ['script', 'a', 'img', 'svg', 'iframe', 'b', 'link', 'base', 'form'])
      assert.ok(!tags.has(tag), `${kind}: <${tag}>`)
    assert.doesNotMatch(html, /[\u202a-\u202e\u2066-\u2069\u200e\u200f\0]/)
    assert.equal(html.match(/<style>/g)?.length, 1)
  }
})

test('hostile titles, reasons and names stay text in Markdown, in a table of the same shape', () => {
  const facts = hostileReportFacts()
  for (const kind of REPORT_KINDS) {
    const tree = parse(renderReportMarkdown(composeReport(nodeDigest, kind, facts)))
    const strange = typesIn(tree).filter((type) => !ALLOWED.includes(type))
    assert.deepEqual(strange, [], kind)
    for (const table of (tree.children ?? []).filter(({ type }) => type === 'table')) {
      const widths = new Set((table.children ?? []).map((row) => row.children?.length))
      assert.equal(widths.size, 1, kind)
    }
  }
})

test('whatever the text, Markdown shows it as that very text', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(...HOSTILE_TEXTS),
    fc.stringMatching(/^[-+*#>|`_~[\]()<>&!:.@w/hpt1 ]{1,30}$/),
  )
  fc.assert(
    fc.property(texts, (text) => {
      // A cell trims the blanks around its text; the text itself must come back.
      const line = text
        .replace(/[\p{Cc}\p{Cs}\p{Z}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
        .trim()
      fc.pre(line !== '')
      const tree = parse(`| x |\n| --- |\n| ${escapeMarkdown(line)} |\n`)
      const cell = tree.children?.[0]?.children?.[1]?.children?.[0]
      assert.equal((cell?.children ?? []).map((node) => node.value ?? node.type).join(''), line)
    }),
    { numRuns: 2000 },
  )
})

test('a report with 10,000 rows of long words is rendered, each row once', () => {
  const word = 'verylongword'.repeat(20)
  const facts = Array.from({ length: 10_000 }, (_, seq) => ({
    seq,
    atMs: seq,
    type: 'note.appended',
    actor: 'person-1',
    payload: { text: `${seq} 😀 שלום`, followUp: word },
  }))
  const before = process.threadCpuUsage()
  const page = composeReport(nodeDigest, 'closure', someReportFacts({ facts }))
  const html = renderReportHtml(nodeDigest, page)
  const markdown = renderReportMarkdown(page)
  const tookMs = process.threadCpuUsage(before).user / 1_000
  // Usually 0.5 s of processor time.
  assert.ok(tookMs < 5_000, `took ${tookMs} ms`)
  assert.equal(html.match(/<td data-column="Lesson"/g)?.length, 10_000)
  assert.equal(markdown.split('\n').filter((line) => line.includes('verylongword')).length, 10_000)
})
