// Verdicts such as "Everything is 100 % complete", and items that only say "not started": what trips R1, and what nearly does.
import assert from 'node:assert/strict'
import test from 'node:test'
import { readDocumentBytes } from '../document/index.ts'
import { auditReport } from './audit.ts'

function foundIn(text: string): string[] {
  const { findings } = auditReport(readDocumentBytes(new TextEncoder().encode(text)))
  return findings.map(({ rule, claim, against }) => `${rule} ${claim.line}:${against.line}`)
}

const OPEN = '\n\n## Alerts\n\n- [ ] Channels configured (ACTION REQUIRED)\n'

test('everything that is done, or complete to 100 %, is held against open items', () => {
  for (const verdict of [
    'Everything is 100 % complete.',
    'Everything is done.',
    '**Status:** ✅ 100% complete',
    'The project is now 100% complete and production ready.',
    'Alles ist zu 100 % fertig.',
    'Alles ist abgeschlossen.',
  ])
    assert.deepEqual(foundIn(`# R\n\n${verdict}${OPEN}`), ['R1 3:7'], verdict)
})

test('what is done of something narrower, not done, or done but for something is left alone', () => {
  for (const verdict of [
    'Everything else is done.',
    'Everything below is complete.',
    'Everything in the first list is done.',
    'Not everything is complete.',
    'Is everything done?',
    'Everything will be done on Friday.',
    'The export is 100% complete.',
    'Backend: 100 % complete',
    'The project is 99.100 % complete.',
    '100 tasks are complete.',
  ])
    assert.deepEqual(foundIn(`# R\n\n${verdict}${OPEN}`), [], verdict)
  assert.deepEqual(foundIn('# R\n\nEverything is 100 % complete.\n\n- [x] Channels\n'), [])
})

test('an item or a row that ends with "not started", in German too, is open', () => {
  const report = (open: string): string => `# R\n\nAll tasks are complete.\n\n## A\n\n${open}\n`
  const table = '| Task | Status |\n| --- | --- |\n| Load |'
  for (const open of ['- Load test not started', '- Lasttest noch nicht begonnen'])
    assert.deepEqual(foundIn(report(open)), ['R1 3:7'], open)
  assert.deepEqual(foundIn(report(`${table} nicht begonnen |`)), ['R1 3:9'])
  for (const closed of [
    '- Load test not started before the keys were there, done since',
    '- Jobs that have not started',
    '- The drill was not started',
    '- Old jobs: none, not one of them not started',
  ])
    assert.deepEqual(foundIn(report(closed)), [], closed)
})
