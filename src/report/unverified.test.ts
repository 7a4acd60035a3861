// What a report says of signatures, waivers and gates that the verdict does not count: nothing of it looks as if it did.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { withSignOffs } from '../../test/decisions.ts'
import { REPORT_PLAN, someReportFacts } from '../../test/report-facts.ts'
import { decide } from '../verdict/index.ts'
import type { DecisionInputs, Plan } from '../verdict/index.ts'
import {
  composeExport,
  composeReport,
  renderReportMarkdown,
  resultsAt,
  REPORT_KINDS,
} from './index.ts'
import type { Cell, ReportFacts } from './model.ts'

function factsOf(inputs: DecisionInputs, plan: Plan = REPORT_PLAN): ReportFacts {
  return someReportFacts({ plan, inputs, verdict: decide(nodeDigest, plan, inputs) }, plan)
}

/** Everything holds, the ledger does not verify, and nothing was decided before. */
function unverified(): ReportFacts {
  const { inputs } = someReportFacts()
  const results = inputs.results.map((result) => ({ ...result, status: 'PASS' as const }))
  const integrity = { ok: false, findings: ['ledger: entry 7 was changed'] }
  const { first: _first, ...facts } = factsOf({ ...inputs, results, waivers: [], integrity })
  return { ...facts, facts: [] }
}

test('of a decision that is INVALID no report shows anything green, and no box is earned', () => {
  const facts = unverified()
  assert.equal(facts.verdict.value, 'INVALID')
  for (const kind of REPORT_KINDS) {
    const page = composeReport(nodeDigest, kind, facts)
    const cells: readonly Cell[] = page.tables.flatMap(({ rows }) => rows.flat())
    const green = cells.filter((cell) => typeof cell !== 'string' && cell.tone === 'go')
    assert.deepEqual(green, [], kind)
    assert.doesNotMatch(renderReportMarkdown(page), /\[x\\?\]|\bREADY\b(?<!NOT READY)|EVIDENCED \|/)
  }
  assert.ok(resultsAt(nodeDigest, facts).every(({ status }) => status === 'INCONCLUSIVE'))
})

test('of a decision that is INVALID no export lets a pipeline pass', () => {
  const textOf = (format: 'junit' | 'svr' | 'test-result'): string => {
    const made = composeExport(nodeDigest, format, unverified(), 'a'.repeat(64))
    return made.kind === 'file'
      ? new TextDecoder().decode(made.bytes)
      : JSON.stringify(made.statement)
  }
  assert.match(textOf('junit'), /failures="0" errors="3">/)
  assert.doesNotMatch(textOf('svr'), /SEAWORTHY_GATE/)
  assert.match(textOf('test-result'), /"result":"FAILED".*"passedTests":\[\]/)
})

test('a gate whose evidence is too old earns no tick and no green toggle, though it is stored as passed', () => {
  const plan = {
    ...REPORT_PLAN,
    gates: REPORT_PLAN.gates.map((gate) =>
      gate.id === 'tests' ? { ...gate, maxAgeMs: 60_000 } : gate,
    ),
  }
  const { inputs } = someReportFacts({}, plan)
  const results = inputs.results.map((result) =>
    result.gate === 'tests' ? { ...result, toggles: { a: true, b: false } } : result,
  )
  const facts = factsOf({ ...inputs, results }, plan)
  const tests = resultsAt(nodeDigest, facts).find(({ gate }) => gate === 'tests')
  assert.deepEqual([tests?.status, tests?.toggles], ['STALE', { b: false }])
})

test('whoever signs in a role that the plan takes as well stands under the role they fill', () => {
  const plan = { ...REPORT_PLAN, signOffs: [{ role: 'SRE', minimum: 1, anyOf: ['Head of IT'] }] }
  const { inputs } = someReportFacts({}, plan)
  const signed = withSignOffs(plan, { ...inputs, signOffs: [] }, [
    { role: 'Head of IT', principal: 'person-2' },
  ])
  const text = renderReportMarkdown(composeReport(nodeDigest, 'decision', factsOf(signed, plan)))
  assert.match(text, /\| SRE or Head of IT \| 1 \| Bo: APPROVE as Head of IT /)
})

test('a waiver that the verdict does not count is not called in force', () => {
  const { inputs } = someReportFacts()
  const waivers = inputs.waivers.map((waiver) => ({ ...waiver, uses: waiver.maxUses }))
  const facts = factsOf({ ...inputs, waivers })
  assert.equal(facts.verdict.value, 'NO_GO')
  const text = renderReportMarkdown(composeReport(nodeDigest, 'closure', facts))
  assert.match(text, /\| NO FORCE: it is used up \| W1 \|/)
  assert.doesNotMatch(text, /IN FORCE/)
})

test('an owner whose name every object has is shown as it was written', () => {
  const plan = {
    ...REPORT_PLAN,
    gates: REPORT_PLAN.gates.map((gate) => ({
      ...gate,
      slots: [{ id: 'toString', label: 'Rows' }],
    })),
  }
  const { inputs } = someReportFacts({}, plan)
  const risks = inputs.risks.map((risk) => ({ ...risk, owner: 'constructor' }))
  for (const kind of REPORT_KINDS) {
    const text = renderReportMarkdown(
      composeReport(nodeDigest, kind, factsOf({ ...inputs, risks }, plan)),
    )
    if (kind === 'closure') assert.match(text, /\| Rows \| no data \|[^]*\| constructor \|/)
  }
})
