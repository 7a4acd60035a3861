// Times our reader of checklists against micromark with GFM on the same megabyte, in one run; prints markdown lines.
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfm } from 'micromark-extension-gfm'
import { readDocumentBytes, readMarkdown } from '../src/document/index.ts'
import { importChecklist } from '../src/gates/import.ts'
import { nodeDigest } from '../test/crypto.ts'

const TARGET_BYTES = 1_000_000
const ROUNDS = 3

/** The example checklist over and over, with titles that differ, until it has about a megabyte. */
function aMegabyte(): string {
  const example = readFileSync(new URL('../examples/checklist/intact.md', import.meta.url), 'utf8')
  const body = example.replace(/^---[\s\S]*?---\n/, '')
  const count = Math.ceil(TARGET_BYTES / Buffer.byteLength(body))
  return Array.from({ length: count }, (_, i) => body.replaceAll('- [ ] **', `- [ ] **${i} `)).join(
    '\n',
  )
}

function medianMs(work: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now()
    work()
    return performance.now() - startedAt
  })
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!
}

const text = aMegabyte()
const bytes = new TextEncoder().encode(text)
const rows: readonly (readonly [string, () => unknown])[] = [
  ['our reader: blocks, tasks, tables, fences', () => readMarkdown(readDocumentBytes(bytes))],
  [
    'our import: gates, slots, holes, lint of every block',
    () => importChecklist(bytes, 'checklist.md', nodeDigest),
  ],
  [
    'mdast-util-from-markdown with GFM',
    () => fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }),
  ],
]
process.stdout.write(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, ${bytes.length} bytes, median of ${ROUNDS}: node bench/markdown.ts\n\n`,
)
process.stdout.write('| what | ms |\n| --- | --- |\n')
for (const [name, work] of rows)
  process.stdout.write(`| ${name} | ${Math.round(medianMs(work))} |\n`)
