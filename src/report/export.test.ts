// Exports as the readers of `formats` see them, which were written for other tools' reports, and by the words of their specifications.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { faultsOfJunit, faultsOfSarif } from '../../test/export-schemas.ts'
import { hostileReportFacts, someReportFacts } from '../../test/report-facts.ts'
import { readReport } from '../formats/index.ts'
import { decide } from '../verdict/index.ts'
import { composeExport, EXPORT_FORMATS } from './index.ts'
import type { ExportFormat, ReportFacts } from './index.ts'

const KEY_ID = 'a'.repeat(64)

function bytesOf(format: ExportFormat, facts: ReportFacts = someReportFacts()): Uint8Array {
  const made = composeExport(nodeDigest, format, facts, KEY_ID)
  assert.equal(made.kind, 'file')
  return made.kind === 'file' ? made.bytes : new Uint8Array()
}

interface Statement {
  readonly _type: string
  readonly predicateType: string
  readonly subject: readonly unknown[]
  readonly predicate: Readonly<Record<string, unknown>>
}

function statementOf(format: ExportFormat, facts: ReportFacts = someReportFacts()): Statement {
  const made = composeExport(nodeDigest, format, facts, KEY_ID)
  assert.ok(made.kind === 'statement')
  return JSON.parse(JSON.stringify(made.statement)) as Statement
}

/** The same release before its condition is met. */
function conditionalFacts(): ReportFacts {
  const facts = someReportFacts()
  const results = facts.inputs.results.map((result) =>
    result.gate === 'notes' ? { ...result, status: 'PENDING' as const } : result,
  )
  const inputs = { ...facts.inputs, results, waivers: [] }
  const verdict = { ...decide(nodeDigest, facts.plan, inputs), value: 'CONDITIONAL_GO' as const }
  return { ...facts, inputs, verdict }
}

test('JUnit has one case per gate, a failed gate is a failure and an undecided one an error', () => {
  const facts = someReportFacts()
  const undecided = facts.inputs.results.map((result) =>
    result.gate === 'call' ? { ...result, status: 'INCONCLUSIVE' as const } : result,
  )
  const inputs = { ...facts.inputs, results: undecided }
  const text = new TextDecoder().decode(bytesOf('junit', { ...facts, inputs }))
  assert.match(text, /<testsuites name="harbour@1\.2\.3" tests="4" failures="1" errors="1">/)
  const read = readReport(bytesOf('junit', { ...facts, inputs }))
  assert.ok(read.ok, JSON.stringify(read))
  assert.equal(read.report.format, 'junit')
})

test('SARIF has one result per reason, at the line of the gate in the checklist', () => {
  const read = readReport(bytesOf('sarif'))
  assert.ok(read.ok, JSON.stringify(read))
  const log = JSON.parse(new TextDecoder().decode(bytesOf('sarif'))) as {
    runs: {
      results: { ruleId: string; locations: unknown[] }[]
      tool: { driver: { rules: unknown[] } }
    }[]
  }
  const { reasons } = someReportFacts().verdict
  assert.deepEqual(
    log.runs[0]?.results.map(({ ruleId }) => ruleId),
    reasons.map(({ rule }) => rule),
  )
})

test('hostile text stays text in JUnit and SARIF', () => {
  for (const format of ['junit', 'sarif'] as const) {
    const read = readReport(bytesOf(format, hostileReportFacts()))
    assert.ok(read.ok, JSON.stringify(read))
  }
})

/** The release with a checklist of a name that is also syntax of addresses, and that no address can hold as it is. */
function oddlyNamedFacts(): ReportFacts {
  const facts = someReportFacts()
  const source = { ...facts.plan.source, name: 'C: plans#1/50% done?[x]\u{1f6a2}\ud800.md' }
  return { ...facts, plan: { ...facts.plan, source } }
}

const MANY_FACTS: readonly (readonly [string, () => ReportFacts])[] = [
  ['decided', someReportFacts],
  ['conditional', conditionalFacts],
  ['hostile', hostileReportFacts],
  ['oddly named', oddlyNamedFacts],
]

test('an independent validator accepts SARIF by the schema of 2.1.0, whatever the texts are, and refuses a damaged log', () => {
  for (const [name, facts] of MANY_FACTS) {
    const log = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(bytesOf('sarif', facts())),
    )
    assert.deepEqual(faultsOfSarif(log), [], name)
    const [run] = log.runs
    assert.notEqual(run.results.length, 0, name)
    const { artifactLocation } = run.results[0].locations[0].physicalLocation
    assert.equal(artifactLocation.uri, run.artifacts[artifactLocation.index].location.uri, name)
    assert.doesNotMatch(
      artifactLocation.uri,
      /[?#]/,
      'the name of a file is no query and no fragment',
    )
    run.results[0].level = 'fatal'
    run.artifacts[0].location.uri = 'a b'
    assert.equal(faultsOfSarif(log).length, 2, name)
  }
})

test('libxml2 accepts JUnit by the schema of Jenkins, whatever the texts are, and refuses an attribute it does not know', async () => {
  const documents = MANY_FACTS.map(([, facts]) => bytesOf('junit', facts()))
  assert.deepEqual(await faultsOfJunit(documents), [])
  const text = new TextDecoder().decode(bytesOf('junit'))
  const wrong = text.replace('<testsuites ', '<testsuites skipped="0" ')
  assert.match(
    (await faultsOfJunit([new TextEncoder().encode(wrong)])).join('\n'),
    /'skipped' is not allowed/,
  )
})

test('a summary is PASSED on a Go only, and FAILED while a condition is open', () => {
  const passed = statementOf('vsa')
  assert.equal(passed._type, 'https://in-toto.io/Statement/v1')
  assert.equal(passed.predicateType, 'https://slsa.dev/verification_summary/v1')
  assert.equal(passed.predicate['verificationResult'], 'PASSED')
  assert.deepEqual(passed.predicate['verifiedLevels'], ['SEAWORTHY_GO_WITH_WAIVERS'])
  const conditional = statementOf('vsa', conditionalFacts())
  assert.equal(conditional.predicate['verificationResult'], 'FAILED')
  assert.deepEqual(conditional.predicate['verifiedLevels'], ['FAILED'])
  assert.equal(passed.predicate['resourceUri'], 'pkg:generic/harbour@1.2.3')
})

test('verified properties name what passed and nothing else, and the policy they were verified by', () => {
  const { predicate, predicateType } = statementOf('svr')
  assert.equal(predicateType, 'https://in-toto.io/attestation/svr/v0.2')
  const { plan } = someReportFacts().inputs
  assert.deepEqual(predicate['verifier'], {
    id: `urn:seaworthy:control-plane:${KEY_ID}`,
    policies: [{ uri: `urn:seaworthy:plan:${plan}`, digest: { sha256: plan.slice(7) } }],
  })
  const properties = predicate['properties'] as readonly string[]
  assert.ok(properties.includes('SEAWORTHY_GATE_tests'))
  assert.ok(
    !properties.includes('SEAWORTHY_GATE_b'),
    'b failed, and a waiver does not make it pass',
  )
  assert.ok(
    !(statementOf('svr', conditionalFacts()).predicate['properties'] as readonly string[]).some(
      (property) => property.startsWith('SEAWORTHY_CONDITIONAL') || property === 'SEAWORTHY_GO',
    ),
  )
})

test('test results list passed and failed gates, and an undecided required gate keeps the whole from passing', () => {
  const { predicate } = statementOf('test-result')
  assert.equal(predicate['result'], 'FAILED')
  assert.deepEqual(predicate['failedTests'], ['b'])
  const names = ['result', 'configuration', 'passedTests', 'warnedTests', 'failedTests']
  assert.deepEqual(Object.keys(predicate), names)
})

test('every format can be written, whatever is decided', () => {
  for (const format of EXPORT_FORMATS) {
    assert.ok(composeExport(nodeDigest, format, conditionalFacts(), KEY_ID))
  }
})
