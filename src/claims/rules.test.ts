// Miniature reports: for each rule some that trip it, and some that nearly do and must stay silent.
import assert from 'node:assert/strict'
import test from 'node:test'
import { readDocumentBytes } from '../document/index.ts'
import { auditReport, auditScene } from './audit.ts'
import type { AuditReport } from './model.ts'
import { RULE_IDS } from './model.ts'
import type { FileFacts } from './rule.ts'
import { CLAIM_RULES } from './rules.ts'
import { readScene } from './scene.ts'

function readingOf(text: string) {
  return readDocumentBytes(new TextEncoder().encode(text))
}

const audit = (text: string): AuditReport => auditReport(readingOf(text))

/** Findings as `R1 3:5`, with `note` where it is one. */
function told({ findings }: AuditReport): string[] {
  return findings.map(
    ({ rule, level, claim, against }) =>
      `${rule} ${claim.line}:${against.line}${level === 'note' ? ' note' : ''}`,
  )
}

function assertTrips(cases: Readonly<Record<string, readonly string[]>>): void {
  for (const [text, expected] of Object.entries(cases))
    assert.deepEqual(told(audit(text)), expected, text)
}

function assertSilent(texts: readonly string[]): void {
  for (const text of texts) assert.deepEqual(told(audit(text)), [], text)
}

const READY = '# Report\n\n**Status:** READY FOR PRODUCTION\n\n'

test('R1 holds a verdict for the whole document against open items', () => {
  assertTrips({
    '# R\n\n**Status:** ✅ ALL TODOS COMPLETE\n\n## Backups\n\n- [ ] Enable backups': ['R1 3:7'],
    '# R\n\nAll Phase 2 tasks are completed.\n\n## A\n\n- ⏳ Rotate keys (ACTION REQUIRED)': [
      'R1 3:7',
    ],
    '# R\n\n## Required before launch\n\n1. Rotate keys\n\n## Verdict\n\nThe platform is production-ready.':
      ['R1 9:3'],
    '# R\n\n**Production readiness:** 10/10\n\n## A\n\n| item | status |\n| --- | --- |\n| keys | In progress |':
      ['R1 3:9'],
    '# R\n\n**Status:** Ready for production\n\n## A\n\n**Next step:** Run the migration': [
      'R1 3:7',
    ],
    '# R\n\nAll work is complete.\n\n- Auth: TODO\n- Payment: stubbed for now': ['R1 3:5'],
    '# B\n\n**Status:** Alle Aufgaben abgeschlossen\n\nDie Umstellung ist fertig und wurde mit den Teams für die Abnahme geprüft.\n\n## A\n\n- [ ] Rotation':
      ['R1 3:9'],
    '# B\n\nToutes les tâches sont terminées.\n\nLa version est dans les mains de la direction pour une décision.\n\n- [ ] Sauvegardes':
      ['R1 3:7'],
    '# I\n\nTodas las tareas están completadas.\n\nEl informe es para la dirección y los equipos del proyecto.\n\n- [ ] Copias':
      ['R1 3:7'],
    '# R\n\nTüm görevler tamamlandı.\n\nBu rapor ve ekleri yönetim için bir özet olarak yazıldı.\n\n- [ ] Yedekler':
      ['R1 3:7'],
  })
})

test('R1 is silent about conditions, deferred work, other sprints, templates, quotes and code', () => {
  assertSilent([
    '# R\n\n**Status:** Ready for production once backups are enabled\n\n- [ ] Enable backups',
    '# R\n\n**Status:** NOT READY for production\n\n- [ ] Enable backups',
    '# R\n\nNot all tasks are complete.\n\n- [ ] Enable backups',
    '# R\n\nAll tasks will be complete on Friday.\n\n- [ ] Enable backups',
    `${READY}- Auth: not started before the keys were there, done since\n`,
    `${READY}## Known limits\n\n- Second region: not started\n`,
    `${READY}## Roadmap\n\n- [ ] ARM images\n`,
    `${READY}## Out of scope\n\n- ⏳ Second region\n`,
    `${READY}## A\n\n- [ ] Optional: a dashboard link\n`,
    '# Sprint 4\n\nAll Sprint 4 tasks are complete.\n\n## Sprint 5\n\n- [ ] Start',
    `${READY}> - [ ] Enable backups\n`,
    `${READY}\`\`\`\n- [ ] Enable backups (ACTION REQUIRED)\n\`\`\`\n`,
    `${READY}## A\n\n- [x] Enable backups\n\n**Action required:** none\n`,
    '# R\n\nAll tasks for the front end are complete.\n\n- [ ] Back end',
    '# R\n\nAll security tasks are complete.\n\n- [ ] Back end',
    '# R\n\n## Cache\n\nThe cache is production ready.\n\n## Rest\n\n- [ ] Enable backups',
    '# R\n\nReadiness: 10/10 questions answered.\n\n- [ ] Enable backups',
    '# R\n\n<!-- - [ ] Enable backups -->\n\n**Status:** READY FOR PRODUCTION\n',
  ])
})

test('R1 is a note where a conditional verdict leaves something out', () => {
  assertTrips({
    '# R\n\n**Status:** Ready for production, pending CAB approval\n\n- ⏳ Secrets migrated (ACTION REQUIRED)':
      ['R1 3:5 note'],
    '# R\n\n**Status:** Ready for production, pending CAB approval\n\n## Known limits\n\n- [ ] No second region':
      ['R1 3:7 note'],
  })
})

test('R2 holds a ticked item against its own status and required steps', () => {
  assertTrips({
    '# R\n\n## Secrets migration ✅\n\n**Status:** Infrastructure ready\n': ['R2 3:5'],
    '# R\n\n## Rate limits ✅\n\n**Production Action Required:**\nUpdate the middleware\n': [
      'R2 3:5',
    ],
    '# R\n\n### P1: Pipeline not active\n\n**Resolution:** ✅ CLOSED\n\n**Status:** Ready to activate on merge\n':
      ['R2 5:7'],
    [`${READY}## A\n\n- ✅ Database indexes created\n\n## Required before launch\n\n1. Apply database indexes\n`]:
      ['R1 3:9', 'R2 7:11'],
  })
  assertSilent([
    '# R\n\n## Rate limits ✅\n\n**Status:** Deployed and measured\n',
    '# R\n\n## Runbook written ✅\n\n**Status:** Documented\n',
    '# R\n\n- [x] Database indexes created\n- [ ] Apply database indexes in production\n',
    `# R\n\n## A\n\n- ✅ Rotate keys\n- [ ] Rotate keys again next quarter\n`,
  ])
})

test('R3 recomputes sums, averages, shares and counts', () => {
  assertTrips({
    '# R\n\n| suite | tests |\n| --- | --- |\n| a | 10 |\n| b | 12 |\n| Total | 23 |': ['R3 7:5'],
    '# R\n\n| area | score |\n| --- | --- |\n| a | 90% |\n| b | 70% |\n| Average | 85% |': [
      'R3 7:5',
    ],
    '# R\n\n18 of 20 (95%) passed.': ['R3 3:3'],
    '# R\n\nChanged: 117 + 11 = 130 files.': ['R3 3:3'],
    '# R\n\n- `a.test.ts`: 21 tests (18 passed, 2 skipped)': ['R3 3:3'],
    '# R\n\n## Files (3 files)\n\n1. a\n2. b\n': ['R3 3:6'],
    '# R\n\n- `src/a.ts` (120 lines)\n- `src/a.ts` (130 lines)': ['R3 3:4'],
  })
})

test('R3 is silent about right arithmetic', () => {
  assertSilent([
    '# R\n\n| suite | tests |\n| --- | --- |\n| a | 10 |\n| b | 13 |\n| Total | 23 |',
    '# R\n\n| area | score |\n| --- | --- |\n| a | 90% |\n| b | 70% |\n| c | 75% |\n| Average | 78% |',
    '# R\n\n| area | share |\n| --- | --- |\n| a | 90% |\n| b | 70% |\n| Total | 80% |',
    '# R\n\n19 of 20 (95%) and 2 of 3 (67%) passed; 117 + 11 = 128 files.',
    '# R\n\n- `a.test.ts`: 21 tests (18 passed, 3 skipped)\n- `b.test.ts`: 12 tests (all passing)\n- 30 tests passed, 3 skipped',
    '# R\n\n## Files (2 files)\n\n1. a\n2. b\n',
    '# R\n\n| percentile | ms |\n| --- | --- |\n| p50 | 80 |\n| p95 | 210 |\n| Average | 96 |',
    '# R\n\n- Backend: 120 unit tests passing\n- Frontend: 80 unit tests passing',
  ])
})

test('R4 holds all of something against its exceptions', () => {
  assertTrips({
    '# R\n\n| Criterion | Status | Evidence |\n| --- | --- | --- |\n| All tests passing | ✅ | 31 passed, 3 skipped |':
      ['R4 5:5'],
    '# R\n\nAll tests pass.\n\n## Details\n\n- Test results: 40 passed, 2 failed': ['R4 3:7'],
    '# R\n\n- Full test coverage\n- 3 tests skipped': ['R4 3:4'],
    '# R\n\nAll tests pass.\n\n- 3 tests fail intermittently': ['R4 3:5'],
    '# R\n\nTous les tests passent.\n\n- 3 tests échouent': ['R4 3:5'],
  })
  assertSilent([
    '# R\n\nAll tests pass.\n\n- 0 tests fail.',
    '# R\n\nAll tests pass (31 passed, 0 failed, 0 skipped).',
    '# R\n\nAll unit tests pass; 3 integration tests are skipped.',
    '# R\n\nAll tests pass. Earlier 2 tests failed, which was fixed in #31.',
    '# R\n\n## Suite a\n\nAll tests pass.\n\n## Suite b\n\n3 tests skipped.',
  ])
})

test('R5 holds a drill or test that is done against the same as a step to come', () => {
  assertTrips({
    '# R\n\n### P1: Restore drill never executed\n\n**Resolution:** ✅ CLOSED\n\n**Next step:**\n- Run first restore drill\n':
      ['R5 5:8'],
    '# R\n\n- [x] Disaster recovery tested\n- [ ] Test disaster recovery\n': ['R5 3:4'],
  })
  assertSilent([
    '# R\n\n### P1: Restore drill never executed\n\n**Resolution:** ✅ CLOSED\n\n**Next step:**\n- Next restore drill in May\n',
    '# R\n\n- [x] Disaster recovery tested in staging\n- [ ] Test disaster recovery in production\n',
    '# R\n\n- [x] Load test script written\n- [ ] Run the load test\n',
  ])
})

test('R6 holds short windows against long targets, and staging against production', () => {
  const target = '# R\n\n- Availability: ≥ 99.9% (30-day window)\n\n'
  assertTrips({
    [`${target}- Baseline: 24-hour monitoring\n  - Availability: 100% (above 99.9% target)`]: [
      'R6 6:3',
    ],
    '# R\n\n## Load\n\nThroughput verified in production at 400 rps.\n\n**Environment:** staging': [
      'R6 5:7',
    ],
  })
  assertSilent([
    `${target}- Baseline: 30-day monitoring\n  - Availability: 100% (above 99.9% target)`,
    `${target}- Baseline: 24-hour monitoring, too short for the target\n  - Availability: 100% (above 99.9% target)`,
    `${target}- Baseline: 24-hour monitoring\n  - Error rate: 0% (under 1% target)`,
    '# R\n\n## Load\n\nThroughput verified at 400 rps, not in production.\n\n**Environment:** staging',
  ])
})

test('R7 refuses unit tests as evidence for what only a deployment shows', () => {
  assertTrips({
    '# R\n\n| Criterion | Status | Evidence |\n| --- | --- | --- |\n| Security hardening validated | ✅ | 31 unit tests |':
      ['R7 5:5'],
    '# R\n\nPerformance is verified by 12 unit tests.': ['R7 3:3'],
  })
  assertSilent([
    '# R\n\nThe parser is verified by 12 unit tests.',
    '# R\n\nHeader middleware verified by 12 unit tests.',
    '# R\n\nPerformance is verified by 12 unit tests and a load test.',
    '# R\n\nPerformance is not verified by unit tests.',
  ])
})

test('R8 holds an unreserved verdict against risks that nobody accepted', () => {
  assertTrips({
    [`${READY}## Remaining risks\n\n### P1: No backups\n\n**Status:** Deferred\n`]: ['R8 3:7'],
    [`${READY}## Risks\n\n| risk | severity | status |\n| --- | --- | --- |\n| No backups | P0 | open |`]:
      ['R8 3:9'],
    '# R\n\nWe resolved all P0 and P1 critical risks.\n\n## Critical risks\n\n### P2-1: Colours\n':
      ['R8 3:7 note'],
  })
  assertSilent([
    `${READY}## Remaining risks\n\n### P1: No backups\n\n**Accepted by:** Ana Lima until 2026-05-01\n`,
    `${READY}## Remaining risks\n\n### P3: Colours\n\n**Status:** Deferred\n`,
    `${READY}## Risks\n\n| risk | severity | status | owner |\n| --- | --- | --- | --- |\n| No backups | P0 | open | Ana Lima |`,
    '# R\n\n**Status:** Ready for production with the remaining risks below\n\n## Remaining risks\n\n### P1: No backups\n\n**Status:** Deferred\n',
  ])
})

test('R9 asks who approved', () => {
  assertTrips({
    '# R\n\n**Approved by:** Platform Team': ['R9 3:3'],
    '# R\n\n**Technical Lead:** ✅ Complete\n**Security Lead:** ✅ Complete': ['R9 3:3'],
    '# R\n\n**Author:** Ana Lima\n**Approved by:** Ana Lima': ['R9 4:3'],
  })
  assertSilent([
    '# R\n\n**Approved by:** Ana Lima (Platform Team), 2026-02-01',
    '# R\n\n**Technical Lead:** Ana Lima, 2026-02-01\n**Security Lead:** Omar Haddad, 2026-02-01',
    '# R\n\n**Approved by:** Advisory Board (chair: Eva Stone)',
    '# R\n\n**Author:** Ana Lima\n**Approved by:** Ana Lima and Omar Haddad',
  ])
})

test('R10 refuses events after the report, and approvals without a day are a note', () => {
  assertTrips({
    '# R\n\n**Date:** 2026-02-01\n\nDeployed to production on 2026-02-03.': ['R10 5:3'],
    '# R\n\n**Date:** February 1, 2026\n\nThe drill passed on February 3, 2026.': ['R10 5:3'],
    '# R\n\n**Date:** January 2026\n\n**Recommendation:** APPROVED FOR PRODUCTION LAUNCH': [
      'R10 5:3 note',
    ],
  })
  assertSilent([
    '# R\n\n**Date:** 2026-02-03\n\nDeployed to production on 2026-02-01.',
    '# R\n\n**Date:** 2026-02-01\n\nMerged, deployment on 2026-02-03. Supported until 2027-01-01.',
    '# R\n\n**Date:** January 2026\n\n**Recommendation:** APPROVED FOR PRODUCTION LAUNCH\n\n**Approved on:** 2026-01-12',
  ])
})

test('R11 finds one item with two statuses', () => {
  assertTrips({
    '# R\n\n- [x] Rotate the keys\n- [ ] Rotate the keys\n': ['R11 3:4'],
    '# R\n\n- ✅ Create PR: sprint → main\n\n**PR Status:** Ready to open': ['R11 3:5'],
  })
  assertSilent([
    '# R\n\n## Staging\n\n- [x] Rotate the keys\n\n## Production\n\n- [ ] Rotate the keys\n',
    '# R\n\n| item | service | status |\n| --- | --- | --- |\n| Rotate keys | a | ✅ |\n| Rotate keys | b | ⏳ |',
  ])
})

test('R12 holds the report against its checklist', () => {
  const checklist = readScene(
    readingOf('# C\n\n- [x] Build images\n- [ ] Restore drill executed\n'),
    'checklist.md',
  )
  const against = (text: string) => auditScene(readScene(readingOf(text)), { checklist })
  const ready = against('# R\n\n**Status:** READY FOR PRODUCTION\n')
  assert.deepEqual(told(ready), ['R12 3:4'])
  assert.equal(ready.findings[0]!.against.document, 'checklist.md')
  assert.deepEqual(told(against('# R\n\n- [x] Restore drill\n')), ['R12 3:4'])
  assert.deepEqual(told(against('# R\n\n- [x] Build images\n- [ ] Restore drill\n')), [])
})

test('R13 asks what was measured when a score rises to its maximum', () => {
  const table = (head: string, row: string): string =>
    `# R\n\n**Readiness:** 9.5/10 → 10/10\n\n| Category | Score | ${head} |\n| --- | --- | --- |\n| Operations | 10/10 | ${row} |`
  assertTrips({ [table('Status', 'Documented')]: ['R13 3:7'] })
  assertSilent([table('Evidence', 'Documented in run 8841'), table('Status', 'Drilled')])
})

test('R14 looks for the files that the report names', () => {
  const files = new Map<string, FileFacts | null>([
    ['src/a.ts', { lines: 120 }],
    ['src/gone.ts', null],
  ])
  const look = (text: string): AuditReport => auditScene(readScene(readingOf(text)), { files })
  assert.deepEqual(told(look('# R\n\n- Created `src/gone.ts`\n')), ['R14 3:3'])
  assert.deepEqual(told(look('# R\n\n- `src/a.ts` (130 lines)\n')), ['R14 3:3'])
  const right = look(
    '# R\n\n- Created `src/a.ts` (120 lines)\n- Removed `src/gone.ts`\n- [ ] Write `src/gone.ts`\n',
  )
  assert.deepEqual(told(right), [])
  assert.equal(right.claims.find(({ line }) => line === 3)?.support, 'S3')
  assert.equal(right.claims.find(({ line }) => line === 3)?.verdict, 'SUPPORTED')
})

test('every rule of the model stands in the table once, in order', () => {
  assert.deepEqual(
    CLAIM_RULES.map(({ id }) => id),
    [...RULE_IDS],
  )
})
