// OSCAL assessment results: what they say, that they are the same each time, and that NIST's schema has nothing against them.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { nodeDigest } from '../../test/crypto.ts'
import { hostileReportFacts, someReportFacts } from '../../test/report-facts.ts'
import type { MappedControl } from '../register/index.ts'
import { composeExport } from './index.ts'
import type { ReportFacts } from './index.ts'

const KEY_ID = 'a'.repeat(64)
const UUID = /^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
const TOKEN = /^[\p{L}_][\p{L}\p{N}._-]*$/u

interface Identified {
  readonly uuid: string
  readonly title: string
  readonly description: string
}

interface Result extends Identified {
  readonly 'reviewed-controls': {
    readonly 'control-selections': readonly {
      readonly description: string
      readonly 'include-controls'?: readonly { readonly 'control-id': string }[]
    }[]
  }
  readonly observations?: readonly (Identified & { readonly collected: string })[]
  readonly risks?: readonly (Identified & { readonly status: string })[]
  readonly findings?: readonly (Identified & {
    readonly target: { readonly 'target-id': string; readonly status: { readonly state: string } }
    readonly 'related-observations'?: readonly { readonly 'observation-uuid': string }[]
    readonly 'related-risks'?: readonly { readonly 'risk-uuid': string }[]
  })[]
}

function textOf(facts: ReportFacts): string {
  const made = composeExport(nodeDigest, 'oscal', facts, KEY_ID)
  assert.ok(made.kind === 'file')
  return new TextDecoder('utf-8', { fatal: true }).decode(made.bytes)
}

function resultOf(facts: ReportFacts): Result {
  return JSON.parse(textOf(facts))['assessment-results'].results[0]
}

const CONTROLS: readonly MappedControl[] = [
  { framework: 'SOC 2', id: 'CC8.1', title: 'Changes are tested', gates: ['tests'], risks: [] },
  { framework: 'SOC 2', id: 'CC7.2', title: 'Limits', gates: ['tests', 'b'], risks: [] },
  { framework: 'ASVS', id: '2.3.5', title: 'Two people', gates: ['no-such'], risks: ['none'] },
]

function mappedFacts(): ReportFacts {
  return { ...someReportFacts(), controls: CONTROLS }
}

test('a control is satisfied only when its gates hold with evidence, and is said with the gates that were observed', () => {
  const { findings = [], observations = [] } = resultOf(mappedFacts())
  assert.deepEqual(
    findings.map(({ title, target }) => [title, target['target-id'], target.status.state]),
    [
      ['SOC 2 CC8.1: Changes are tested', 'CC8.1', 'satisfied'],
      ['SOC 2 CC7.2: Limits', 'CC7.2', 'not-satisfied'],
      ['ASVS 2.3.5: Two people', '_2.3.5', 'not-satisfied'],
    ],
  )
  const titles = new Map(observations.map(({ uuid, title }) => [uuid, title]))
  assert.deepEqual(
    findings.map((each) =>
      each['related-observations']?.map((one) => titles.get(one['observation-uuid'])),
    ),
    [['Unit tests pass'], ['Unit tests pass', 'Limits are tuned'], undefined],
  )
  assert.equal(findings[2]?.['related-risks'], undefined, 'a risk nobody registered is not named')
})

test('nothing is observed of a gate that has no result, and without controls the document says so', () => {
  const facts = someReportFacts()
  const results = facts.inputs.results.filter(({ gate }) => gate === 'tests')
  const result = resultOf({ ...facts, inputs: { ...facts.inputs, results, risks: [] } })
  assert.deepEqual(
    result.observations?.map(({ title }) => title),
    ['Unit tests pass'],
  )
  assert.deepEqual([result.findings, result.risks], [undefined, undefined])
  assert.deepEqual(result['reviewed-controls']['control-selections'], [
    { description: 'No control is mapped to a gate or a risk.' },
  ])
})

test('an acceptance that has ended leaves its risk open', () => {
  const facts = someReportFacts()
  const { asOfMs } = facts.inputs
  const [risk] = facts.inputs.risks
  assert.ok(risk)
  const accepted = { ...risk, state: 'ACCEPTED' as const, acceptedBy: ['person-2'] }
  const statusUntil = (acceptedUntilMs: number): string | undefined => {
    const risks = [{ ...accepted, acceptedUntilMs }]
    return resultOf({ ...facts, inputs: { ...facts.inputs, risks } }).risks?.[0]?.status
  }
  assert.deepEqual([statusUntil(asOfMs + 1), statusUntil(asOfMs)], ['deviation-approved', 'open'])
})

test('the same decision gives the same bytes, every id is its own, and ids are tokens whatever they are called', () => {
  for (const facts of [mappedFacts(), hostileReportFacts()]) {
    const text = textOf(facts)
    assert.equal(textOf(facts), text)
    const ids = [...text.matchAll(/"uuid": "([^"]+)"/g)].map(([, id]) => id ?? '')
    assert.ok(ids.length > 3)
    assert.equal(new Set(ids).size, ids.length)
    assert.deepEqual(
      ids.filter((id) => !UUID.test(id)),
      [],
    )
    const selections = resultOf(facts)['reviewed-controls']['control-selections']
    for (const { 'include-controls': controls = [] } of selections)
      for (const control of controls) assert.match(control['control-id'], TOKEN)
  }
})

test('the schema that NIST publishes has nothing against the document, and something against a damaged one', (t) => {
  const path = process.env['SEAWORTHY_OSCAL_SCHEMA']
  if (path === undefined)
    return t.skip('SEAWORTHY_OSCAL_SCHEMA does not name oscal_assessment-results_schema.json')
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
  const validate = ajv.compile(JSON.parse(readFileSync(path, 'utf8')))
  const withOddControls = {
    ...hostileReportFacts(),
    controls: [{ ...CONTROLS[0]!, id: ' \ud800 <b>\n', framework: '\ud800' }],
  }
  for (const facts of [mappedFacts(), someReportFacts(), hostileReportFacts(), withOddControls]) {
    const document: { 'assessment-results': { results: { end: string }[] } } = JSON.parse(
      textOf(facts),
    )
    assert.ok(validate(document), JSON.stringify(validate.errors, null, 2))
    document['assessment-results'].results[0]!.end = 'soon'
    assert.ok(!validate(document))
  }
})
