// A report against what a release's gates and newest decision say: what is borne out, what is contradicted, what is left alone.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { readDocumentBytes } from '../document/index.ts'
import { auditScene } from './audit.ts'
import type { AuditReport } from './model.ts'
import { LedgerIndex } from './ledger-match.ts'
import type { LedgerDecision, LedgerGate } from './ledger-match.ts'
import { auditMarkdown } from './markdown.ts'
import { renderAudit } from './rendering.ts'
import { readScene } from './scene.ts'

const DIGEST = `sha256:${'ab'.repeat(32)}`

interface Given {
  readonly gates: readonly (Pick<LedgerGate, 'title' | 'status'> & Partial<LedgerGate>)[]
  readonly decision?: LedgerDecision
  readonly environment?: string
}

function audit(text: string, { gates, decision, environment = 'production' }: Given): AuditReport {
  const ledger = new LedgerIndex({
    release: 'ferrybell@v3.2.0',
    environment,
    gates: gates.map((gate, index) => ({
      id: `gate-${index}`,
      section: '',
      line: index + 1,
      reason: 'because',
      evidence: DIGEST,
      ...gate,
    })),
    ...(decision === undefined ? {} : { decision }),
  })
  return auditScene(readScene(readDocumentBytes(new TextEncoder().encode(text))), { ledger })
}

function told({ findings }: AuditReport): string[] {
  return findings.map(({ rule, claim, against }) => `${rule} ${claim.line}: ${against.text}`)
}

function supportOf(report: AuditReport, line: number): string {
  const claim = report.claims.find((each) => each.line === line)
  return `${claim?.support} ${claim?.verdict}`
}

const DONE = '# R\n\n- ✅ Restore drill of the orders database\n'
const RESTORE = 'Restore drill of the orders database'

test('a done item is supported by the passing gate about it, which is named with its evidence', () => {
  const report = audit(DONE, { gates: [{ title: RESTORE, status: 'PASS' }] })
  const [claim] = report.claims
  assert.equal(supportOf(report, 3), 'S4 SUPPORTED')
  assert.deepEqual(claim?.evidence, { gate: 'gate-0', status: 'PASS', digest: DIGEST })
  assert.deepEqual(told(report), [])
  const row = `| 3 | \`gate-0\` | PASS | \`${DIGEST}\` |`
  assert.ok(auditMarkdown(report, 'r.md').split('\n').includes(row))
  assert.ok(renderAudit(report, 'r.md').includes(`line 3: gate gate-0 PASS, ${DIGEST}`))
})

test('a status without recorded evidence, or of a gate that does not apply, supports nothing', () => {
  const unrecorded = new LedgerIndex({
    release: 'a@1',
    environment: 'production',
    gates: [{ id: 'g', section: '', line: 1, reason: '', title: RESTORE, status: 'PASS' }],
  })
  const scene = readScene(readDocumentBytes(new TextEncoder().encode(DONE)))
  assert.equal(supportOf(auditScene(scene, { ledger: unrecorded }), 3), 'S0 UNSUPPORTED')
  const second = { ...unrecorded.look.gates[0]!, id: 'second', evidence: DIGEST }
  const both = new LedgerIndex({ ...unrecorded.look, gates: [...unrecorded.look.gates, second] })
  assert.equal(auditScene(scene, { ledger: both }).claims[0]?.evidence?.gate, 'second')
  const neutral = audit(DONE, { gates: [{ title: RESTORE, status: 'NOT_APPLICABLE' }] })
  assert.equal(supportOf(neutral, 3), 'S0 UNSUPPORTED')
  assert.deepEqual(told(neutral), [])
})

test('a gate that failed, went stale, waits or is undecided contradicts a done item, and says why', () => {
  for (const status of ['FAIL', 'ERROR', 'INCONCLUSIVE', 'STALE', 'PENDING', 'BLOCKED']) {
    const report = audit(DONE, { gates: [{ title: RESTORE, status, reason: 'no backup' }] })
    assert.deepEqual(told(report), [`R12 3: ${status}: ${RESTORE} (gate gate-0): no backup`])
    assert.equal(report.findings[0]?.against.document, 'ferrybell@v3.2.0')
    assert.equal(supportOf(report, 3), 'S0 CONTRADICTED')
  }
})

test('one of two gates about an item is open: then it is contradicted, and not supported', () => {
  const report = audit(DONE, {
    gates: [
      { title: RESTORE, status: 'PASS' },
      { title: `${RESTORE} succeeded`, status: 'FAIL' },
    ],
  })
  assert.equal(told(report).length, 1)
  assert.equal(supportOf(report, 3), 'S0 CONTRADICTED')
})

test('gates about something else, something narrower or something wider are left alone', () => {
  const failing = (title: string, section = ''): Given => ({
    gates: [{ title, section, status: 'FAIL' }],
  })
  const silent: readonly (readonly [string, Given])[] = [
    ['- ✅ Penetration tests pass', failing('Unit tests pass')],
    ['- ✅ Penetration tests of the gateway', failing('Tests of the gateway')],
    ['- ✅ Backups', failing('Backups are encrypted with the customer key of each region')],
    ['- ✅ Smoke tests', failing('Smoke tests of the new region')],
    ['- ✅ Keys rotated', failing('Certificates are rotated', 'Keys')],
    ['- ✅ Restore drill', failing('Restore is documented', 'Drill')],
    ['- ✅ Restore drill of the database', failing('Drill announced', 'Restore of the database')],
    ['- ✅ Restore drill of the database', failing('Announced', 'Restore drill of the database')],
    [
      '- ✅ Restore drill of the database',
      {
        gates: [
          { title: 'Restore the database', status: 'FAIL' },
          { title: 'Fire drill', status: 'FAIL' },
        ],
      },
    ],
    ['- ✅ Failover drill in staging', failing('Failover drill')],
    ['- [ ] Failover drill', failing('Failover drill')],
    ['The failover drill will be executed on Friday.', failing('Failover drill')],
    ['The failover drill was not executed.', failing('Failover drill')],
  ]
  for (const [line, given] of silent) {
    const report = audit(`# R\n\n${line}\n`, given)
    assert.deepEqual(told(report), [], line)
    assert.ok(!report.claims.some(({ support }) => support === 'S4'), line)
  }
})

test('a claim is matched with its gate through labels, outcomes and the heading of the gate', () => {
  const lines = [
    '- ✅ Failover drill passed',
    '- **Failover drill:** ✅ passed on 2026-01-01 by Ada in nine minutes',
    'The failover drill was tested successfully.',
  ]
  for (const line of lines) {
    const report = audit(`# R\n\n${line}\n`, {
      gates: [{ title: 'Failover drill', status: 'PASS' }],
    })
    assert.equal(supportOf(report, 3), 'S4 SUPPORTED', line)
  }
  const section = audit('# R\n\n- ✅ Signing keys rotated\n', {
    gates: [{ title: 'Rotated', section: 'Signing keys', status: 'PASS' }],
  })
  assert.equal(supportOf(section, 3), 'S4 SUPPORTED')
  const staging = audit('# R\n\n- ✅ Failover drill in staging\n', {
    gates: [{ title: 'Failover drill', status: 'PASS' }],
    environment: 'staging',
  })
  assert.equal(supportOf(staging, 3), 'S4 SUPPORTED')
})

const READY = '# R\n\n**Status:** READY FOR PRODUCTION\n'

test('a verdict of readiness is contradicted by a newest decision that is no Go, is over, or is missing', () => {
  const decided = (value: string, flaw?: string): string[] =>
    told(
      audit(READY, {
        gates: [],
        decision: { value, statement: DIGEST, ...(flaw === undefined ? {} : { flaw }) },
      }),
    )
  for (const value of ['NO_GO', 'NOT_READY', 'INVALID'])
    assert.deepEqual(decided(value), [`R12 3: ${value} (decision ${DIGEST})`])
  for (const value of ['GO', 'GO_WITH_WAIVERS', 'CONDITIONAL_GO'])
    assert.deepEqual(decided(value), [])
  assert.deepEqual(decided('GO', 'expired 2026-01-01T00:00:00.000Z'), [
    `R12 3: GO, expired 2026-01-01T00:00:00.000Z (decision ${DIGEST})`,
  ])
  assert.deepEqual(told(audit(READY, { gates: [] })), ['R12 3: ferrybell@v3.2.0 has no decision'])
})

test('only a Go that holds bears a verdict of readiness out; conditions and other places do not', () => {
  const decision = { value: 'GO', statement: DIGEST }
  const report = audit(READY, { gates: [], decision })
  assert.deepEqual(report.claims[0]?.evidence, { status: 'GO', digest: DIGEST })
  const conditional = audit(READY, {
    gates: [],
    decision: { ...decision, value: 'CONDITIONAL_GO' },
  })
  assert.equal(conditional.claims[0]?.evidence, undefined)
  const over = audit(READY, { gates: [], decision: { ...decision, flaw: 'expired' } })
  assert.equal(over.claims[0]?.evidence, undefined)
  const elsewhere = { gates: [], environment: 'staging' }
  assert.deepEqual(told(audit(READY, elsewhere)), [])
  assert.equal(audit(READY, { ...elsewhere, decision }).claims[0]?.evidence, undefined)
  const reserved = '# R\n\n**Status:** Ready for production once the drill is done\n'
  assert.deepEqual(told(audit(reserved, { gates: [] })), [])
})

test('honest reports stay silent beside a ledger whose gates are about other things and that lets them go', () => {
  const folder = new URL('../../test/reports/honest/', import.meta.url)
  const names = readdirSync(folder)
  assert.ok(names.length >= 24)
  const gates = ['Licences of vendored fonts', 'Cache warm-up rehearsal', 'Tide tables imported']
  for (const name of names) {
    const report = audit(readFileSync(new URL(name, folder), 'utf8'), {
      gates: gates.map((title) => ({ title, status: 'FAIL' })),
      decision: { value: 'GO', statement: DIGEST },
    })
    assert.deepEqual(told(report), [], name)
  }
})

test('a report says which release it is about in its front matter, its title or a label at its top', () => {
  const about = (text: string) => readScene(readDocumentBytes(new TextEncoder().encode(text))).about
  assert.deepEqual(about('---\nrelease: ferrybell@v3.2.0\n---\n\n# R\n'), {
    release: 'ferrybell@v3.2.0',
    versions: ['v3.2.0'],
  })
  assert.deepEqual(
    about('---\nservice: ferrybell\nversion: v3.2.0\n---\n\n# R\n').release,
    'ferrybell@v3.2.0',
  )
  assert.deepEqual(about('# Ferrybell v3.2.0 closure\n').versions, ['v3.2.0'])
  assert.deepEqual(about('# R\n\n**Version:** 3.2.0-rc.1\n').versions, ['3.2.0-rc.1'])
  assert.deepEqual(about('# R\n\nUses TLS 1.3 and Node 26.1.0.\n').versions, [])
})

test('thousands of claims beside thousands of gates of one subject are audited in bounded time', () => {
  const line = '- ✅ Restore drill of the orders database\n'
  const report = audit(`# R\n\n${line.repeat(3000)}`, {
    gates: Array.from({ length: 3000 }, () => ({ title: RESTORE, status: 'FAIL' })),
  })
  assert.equal(report.findings.length, 1000)
  assert.ok(report.findings.every(({ also }) => also.length === 20))
})
