// The outside reports, each finding judged by a person and then frozen: rule, line of the claim, line against it, and why.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { readDocumentBytes } from '../document/index.ts'
import { auditReport } from './audit.ts'
import type { AuditReport, ClaimVerdict } from './model.ts'

/** `rule claim:against` and why the finding is right. */
type Judged = Readonly<Record<string, string>>

const COMPLETION: Judged = {
  'R1 4:200': 'all complete, and three lines say ACTION REQUIRED',
  'R1 5:200': '10/10 beside the same three',
  'R13 5:160': '9.5 to 10 with words instead of evidence; the last row says Documented',
  'R1 9:200': 'the heading repeats line 4',
  'R2 11:13': 'the migration is ticked, its status is infrastructure ready, nobody moved a secret',
  'R2 37:39':
    'the limits are ticked, the architecture is complete, the middleware still to be updated',
  'R2 54:56': 'started by its title, ready for deployment by its status, to be enabled by line 211',
  'R5 77:251': 'the test is ticked, and testing disaster recovery is a required step',
  'R5 85:79': 'proven, in an item that is documented and scripted',
  'R2 104:123': 'configured, and the channels are a required action',
  'R2 135:137': 'a completed checklist whose status is that it is documented',
  'R1 161:223': 'production ready above five required steps',
  'R2 203:244': 'the indexes are listed as created, and applying them is required',
  'R5 210:251': 'tested, and the test is a required step',
  'R1 259:200': 'repeats line 5',
  'R1 260:223': 'approved for launch above five required steps',
  'R9 260:267': 'four roles complete, no name, no time',
  'R10 260:3 note': 'the only dates name a month',
  'R1 274:223': 'ready for immediate deployment, and 51 minutes of required actions',
  'R1 281:200': 'repeats line 4',
  'R1 282:223': 'repeats line 260',
}

const CLOSURE: Judged = {
  'R1 11:403': 'closed and ready, ten steps open',
  'R8 11:352': 'ready without reserve, two P2 risks that nobody accepted',
  'R8 13:101 note': 'P0 and P1 called critical, two of the critical ones are P2',
  'R2 17:404': 'merged into the sprint branch, the merge to main is open',
  'R3 19:191 note': 'named suites have 30 passing tests, not 31',
  'R2 37:65': 'not merged is closed, its status is ready for a pull request',
  'R3 62:191 note': 'the same total',
  'R5 76:97': 'a drill that was never run is closed, and running it is the next step',
  'R2 109:134': 'not active is closed, its status is ready to activate',
  'R2 145:173': 'not measurable is closed, its status is ready to import',
  'R6 170:149': '24 hours against a window of 7 days',
  'R6 171:151': '24 hours against a window of 7 days',
  'R6 172:152': '24 hours against a window of 30 days',
  'R2 256:277': 'the pipeline is ticked, its status is ready to activate',
  'R2 385:404': 'merged in the table, the merge to main is open',
  'R4 386:386': 'all tests passing, 3 skipped in the same row',
  'R7 392:232': 'unit tests for headers, whose rating is only expected',
  'R11 402:450': 'the pull request is created, and ready to be opened',
  'R1 431:403': 'repeats line 11',
  'R8 431:352': 'repeats line 11',
  'R5 436:97': 'backups with restore validation, no restore was run',
  'R3 439:191 note': 'the same total again',
  'R4 439:62': 'full coverage, 3 skipped',
  'R1 443:403': 'production-ready, the same ten steps',
  'R8 443:352': 'the same risks',
  'R9 451:451': 'a team approves nothing',
  'R1 453:403': 'repeats line 11',
  'R8 453:352': 'repeats line 11',
}

const FROZEN: Readonly<Record<string, Judged>> = {
  '000': {},
  '001': {},
  '002': COMPLETION,
  '003': {},
  '004': CLOSURE,
}

function auditSeed(t: TestContext, number: string): AuditReport | undefined {
  const folder = process.env['SEAWORTHY_SEEDS']
  if (folder === undefined) {
    t.skip('SEAWORTHY_SEEDS is not set')
    return undefined
  }
  const name = readdirSync(folder).find((file) => file.startsWith(`${number}_`))
  assert.ok(name !== undefined, `no document ${number} in SEAWORTHY_SEEDS`)
  return auditReport(readDocumentBytes(new Uint8Array(readFileSync(join(folder, name)))))
}

function verdictAt(report: AuditReport, line: number): ClaimVerdict | undefined {
  return report.claims.find((claim) => claim.line === line)?.verdict
}

test('the findings on the outside reports are those that a person judged right', (t) => {
  for (const [number, judged] of Object.entries(FROZEN)) {
    const report = auditSeed(t, number)
    if (report === undefined) return
    const found = report.findings.map(
      ({ rule, level, claim, against }) =>
        `${rule} ${claim.line}:${against.line}${level === 'note' ? ' note' : ''}`,
    )
    assert.deepEqual(found.sort(), Object.keys(judged).sort(), number)
  }
})

test('a finding on an outside report lists every other place that says the same', (t) => {
  const completion = auditSeed(t, '002')
  const closure = auditSeed(t, '004')
  if (completion === undefined || closure === undefined) return
  const also = (report: AuditReport, rule: string, line: number): number[] =>
    report.findings
      .find((each) => each.rule === rule && each.claim.line === line)!
      .also.map((each) => each.line)
      .sort((a, b) => a - b)
  assert.deepEqual(also(completion, 'R1', 4), [23, 49, 68, 123, 211, 217, 225, 231, 237, 244, 249])
  assert.deepEqual(also(completion, 'R2', 11), [23, 225])
  assert.deepEqual(also(completion, 'R9', 260), [268, 269, 270])
  assert.deepEqual(also(closure, 'R1', 11), [97, 404, 405, 412, 413, 414, 415, 416, 417, 418])
  assert.deepEqual(also(closure, 'R2', 37), [404])
  assert.deepEqual(also(closure, 'R5', 76), [94, 415])
  assert.deepEqual(also(closure, 'R8', 13), [138])
})

test('claims of the outside reports without support are weak, and right arithmetic supports itself', (t) => {
  const update = auditSeed(t, '000')
  const evaluation = auditSeed(t, '001')
  const closure = auditSeed(t, '004')
  if (update === undefined || evaluation === undefined || closure === undefined) return
  for (const line of [17, 19]) assert.equal(verdictAt(update, line), 'WEAK', `000 line ${line}`)
  for (const line of [10, 27]) assert.equal(verdictAt(evaluation, line), 'WEAK', `001 line ${line}`)
  for (const line of [18, 64, 346])
    assert.equal(verdictAt(closure, line), 'SUPPORTED', `004 line ${line}`)
})
