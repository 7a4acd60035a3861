// CI workflows of a report: which sentences name one, what resolves them, and what is never called missing.
import assert from 'node:assert/strict'
import test from 'node:test'
import { readDocumentBytes } from '../document/index.ts'
import { auditScene } from './audit.ts'
import { readScene } from './scene.ts'
import { workflowNameIn, workflowNamesOf } from './workflow-names.ts'

function sceneOf(line: string) {
  return readScene(readDocumentBytes(new TextEncoder().encode(`# R\n\n${line}\n`)))
}

function namesIn(line: string): string[] {
  const { outline } = sceneOf(line)
  return outline.passages.flatMap((passage) => workflowNamesOf(outline, passage))
}

const KNOWN = new Set(['nightly backup', 'backup'])

function worthOf(line: string): string {
  const { claims, findings } = auditScene(sceneOf(line), { workflows: KNOWN })
  const claim = claims.find((each) => each.line === 3)
  return [claim?.support, claim?.verdict, ...findings.map(({ rule }) => rule)].join(' ')
}

test('names in quotes or code beside a workflow of CI are names, however they are cased', () => {
  assert.deepEqual(namesIn('- ✅ GitHub Actions workflow "Nightly  Backup" created'), [
    'nightly backup',
  ])
  assert.deepEqual(namesIn('- ✅ CI workflow `backup` added'), ['backup'])
  assert.deepEqual(namesIn('- ✅ CI-Workflow „Nightly Backup“ angelegt'), ['nightly backup'])
})

test('workflows of the product, paths, plans and removed ones are none', () => {
  for (const line of [
    '- ✅ The workflow "Approve booking" was added to the product',
    '- ✅ CI workflow `.github/workflows/backup.yml` added',
    '- ✅ CI workflow "Old build" removed',
    '- [ ] CI workflow "Later" added',
    'The CI workflow "Later" will be added.',
    'A CI workflow was added.',
  ])
    assert.deepEqual(namesIn(line), [], line)
})

test('a workflow that is there supports that it was made, not that it ran; one that is not there contradicts', () => {
  assert.equal(worthOf('- ✅ CI workflow "Nightly Backup" created'), 'S3 SUPPORTED')
  assert.equal(worthOf('- ✅ CI workflow "Weekly Drill" created'), 'S0 CONTRADICTED R14')
  assert.match(worthOf('- ✅ CI workflow "Nightly Backup" verified in production'), /^S[01] /)
})

test('the name of a workflow file is read however YAML writes it, and only at the top', () => {
  const table: readonly (readonly [string, string | undefined])[] = [
    ['# c\nname: Nightly Backup # at two\non: push\n', 'nightly backup'],
    ['name: "Nightly: Backup"\n', 'nightly: backup'],
    ["name: 'Nightly Backup'\r\n", 'nightly backup'],
    ['on: push\njobs:\n  a:\n    steps:\n      - name: Step\n', undefined],
    ['name:\n', undefined],
  ]
  for (const [text, name] of table) assert.equal(workflowNameIn(text), name, text)
})
