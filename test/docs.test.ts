// Holds the documents to the code: generated pages, error codes, commands and links.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { inspectDocs, renderDocsReport } from '../tools/docs.ts'
import { findUnknownCommands, renderCommands } from '../tools/docs/commands.ts'
import type { CommandList, CommandRow } from '../tools/docs/commands.ts'
import { findCodeFaults, renderErrors } from '../tools/docs/errors.ts'
import { inspectLinks, listMarkdown } from '../tools/docs/links.ts'
import { readProject } from '../tools/tidy/project.ts'
import { CLEAN } from './tidy-tree.ts'

const ROW = { title: 'broken', room: 'ledger', path: 'src/ledger/errors.ts' } as const
const VERIFY: CommandRow = {
  name: 'verify',
  summary: 'Verifies a bundle.',
  arguments: [{ name: '<bundle>', description: 'bundle file' }],
  options: [{ flags: '--trust <file>', description: 'whom to trust' }],
  examples: ['seaworthy verify release.tar --trust trust.json'],
}
const COMMANDS: CommandList = {
  rows: [VERIFY],
  globals: [
    { flags: '--json', description: 'JSON' },
    { flags: '--version', description: 'version' },
  ],
}

test('the documents say what the code does', async (t) => {
  const report = await inspectDocs(process.cwd())
  t.diagnostic(renderDocsReport({ ...report, faults: [] }))
  assert.ok(report.codeCount > 0 && report.linkCount > 0, 'error codes and links were read')
  assert.deepEqual(report.faults, [])
})

test('a code without a table, a code never raised and a code in two tables are found', () => {
  const tree = new Map(
    Object.entries({
      ...CLEAN,
      'src/ledger/store.ts':
        "// Statements.\nconst x = 'LEDGER_LINK_BROKEN', y = 'LEDGER_HEAD_LOST'\n",
    }),
  )
  const faults = findCodeFaults(readProject(tree), [
    { ...ROW, code: 'LEDGER_LINK_BROKEN' },
    { ...ROW, code: 'LEDGER_LINK_BROKEN' },
    { ...ROW, code: 'LEDGER_QUEUE_FULL' },
  ])
  assert.deepEqual(faults, [
    'src/ledger/store.ts:2: LEDGER_HEAD_LOST stands in no table',
    'src/ledger/errors.ts: LEDGER_QUEUE_FULL is never raised',
    'src/ledger/errors.ts: LEDGER_LINK_BROKEN stands in a second table',
  ])
})

test('the error page tells faults from findings', () => {
  const fault = {
    status: 409,
    exit: 7,
    title: 'broken | bent',
    hint: 'Mend it.',
    retryable: true,
  } as const
  const page = renderErrors([
    { ...ROW, code: 'LEDGER_LINK_BROKEN', title: fault.title, fault },
    { ...ROW, code: 'LEDGER_ENTRY_OLD', title: 'An old entry' },
  ])
  assert.ok(
    page.includes(
      '| `LEDGER_LINK_BROKEN` | 409 | 7 | broken \\| bent | Mend it. Worth trying again. |',
    ),
  )
  assert.ok(page.includes('| `LEDGER_ENTRY_OLD` | An old entry |'))
})

test('a command in prose that no table knows is found, with its flags', () => {
  const text = [
    'Type `npm start`, `npm run polish`, `npx seaworthy verify B --trust T --json` or `seaworthy sink`.',
    '```sh',
    'npm test   # everything',
    'seaworthy verify release.tar --hope',
    'seaworthy --version',
    '```',
  ].join('\n')
  assert.deepEqual(findUnknownCommands(text, ['start', 'test'], COMMANDS), [
    'seaworthy verify release.tar --hope',
    'npm run polish',
    'seaworthy sink',
  ])
})

test('the command page names every command, argument, option and example', () => {
  const page = renderCommands(COMMANDS)
  const parts = [
    '## seaworthy verify',
    '`<bundle>` — bundle file',
    '`--trust <file>` — whom to trust',
    '`--json` — JSON',
    ...VERIFY.examples,
  ]
  for (const part of parts) assert.ok(page.includes(part), part)
})

test('a link to a missing file or heading is found, and code is not mistaken for a link', () => {
  const root = mkdtempSync(join(tmpdir(), 'seaworthy-links-'))
  try {
    mkdirSync(join(root, 'docs'))
    writeFileSync(join(root, 'docs', 'there.md'), '# A heading, here\n')
    writeFileSync(
      join(root, 'README.md'),
      '[a](docs/there.md) [b](docs/there.md#a-heading-here) [c](docs/gone.md) [d](docs/there.md#nowhere) [e](https://example.org)\n```\n[f](gone)\n```\n',
    )
    const report = inspectLinks(root, listMarkdown(root))
    assert.equal(report.linkCount, 4)
    assert.deepEqual(report.faults, [
      'README.md: docs/gone.md leads to no file',
      'README.md: docs/there.md#nowhere leads to no heading',
    ])
  } finally {
    rmSync(root, { recursive: true })
  }
})

test('a document with an unfinished merge in it is found', () => {
  const root = mkdtempSync(join(tmpdir(), 'seaworthy-docs-'))
  try {
    writeFileSync(join(root, 'CHANGELOG.md'), `${'<'.repeat(7)} HEAD\n- a\n`)
    writeFileSync(join(root, 'README.md'), '> a quotation\n')
    assert.deepEqual(inspectLinks(root, listMarkdown(root)).faults, [
      'CHANGELOG.md: an unfinished merge stands in it',
    ])
  } finally {
    rmSync(root, { recursive: true })
  }
})
