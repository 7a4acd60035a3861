// Reports, exports and the decision's summary from the command line.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openWorkplace } from './command-line.ts'

const CHECKLIST = `# Release tide 1.0.0

- [ ] The answer is known

  \`\`\`bash
  test 1 = 1
  \`\`\`

- [ ] Somebody has looked
`

const place = openWorkplace()
before(async () => {
  place.write('tide.md', CHECKLIST)
  await place.ask(['run', 'tide.md'])
})
after(() => place.remove())

test('what nobody decided is not exported; a decision appends its summary where it is asked to', async () => {
  const early = await place.ask(['export', '--format', 'vsa', '--out', 'early.json'])
  assert.equal(early.exit, 7)
  const summary = join(place.folder, 'summary.md')
  const decided = await place.shell(['decide', '--summary', summary])
  assert.notEqual(decided.exit, 0)
  const text = readFileSync(summary, 'utf8')
  assert.match(text, /^## `tide@1\.0\.0`: (NOT_READY|NO_GO)\n/)
  assert.match(text, /\| rule \| gate \| why \| what would flip it \|/)
})

test('every report is written as Markdown and HTML, and an unknown kind is a usage error', async () => {
  const written = await place.ask<{ paths: Readonly<Record<string, string>> }>([
    'report',
    '--kind',
    'all',
    '--out',
    'reports',
  ])
  assert.equal(written.exit, 0)
  const files = readdirSync(join(place.folder, 'reports')).toSorted()
  const kinds = 'audit closure controls diff evaluation metrics readiness report'.split(' ')
  const expected = ['checklist.md', ...kinds.flatMap((kind) => [`${kind}.html`, `${kind}.md`])]
  assert.deepEqual(files, expected.map((suffix) => `tide-1.0.0.${suffix}`).toSorted())
  assert.match(
    readFileSync(written.data.paths['evaluation'] ?? '', 'utf8'),
    /^# Pre-update evaluation/,
  )
  assert.equal((await place.ask(['report', '--kind', 'poem'])).exit, 2)
})

test('a decision is exported in each format, and an unknown format is a usage error', async () => {
  for (const format of ['vsa', 'svr', 'test-result', 'junit', 'sarif', 'oscal']) {
    const done = await place.ask<{ path: string; sizeBytes: number }>([
      'export',
      '--format',
      format,
      '--out',
      `tide.${format}`,
    ])
    assert.equal(done.exit, 0, format)
    assert.equal(readFileSync(join(place.folder, `tide.${format}`)).length, done.data.sizeBytes)
  }
  const envelope = JSON.parse(readFileSync(join(place.folder, 'tide.vsa'), 'utf8')) as {
    payload: string
  }
  const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as {
    predicate: { verificationResult: string }
  }
  assert.equal(statement.predicate.verificationResult, 'FAILED')
  assert.equal((await place.ask(['export', '--format', 'pdf', '--out', 'x'])).exit, 2)
})
