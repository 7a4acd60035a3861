// Holds the page about reports of tools to the code: every field stands there, and nothing else does.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { parse } from 'yaml'
import { isReportField, REPORT_FIELDS } from '../src/formats/index.ts'
import { parsePlan } from '../src/verdict/index.ts'
import type { Assertion, Check } from '../src/verdict/index.ts'
import { aGate, aPlan } from './decisions.ts'

const page = readFileSync(new URL('../docs/evidence-formats.md', import.meta.url), 'utf8')

test('the page lists every value that can be read from reports, and no other', () => {
  const table = page.slice(
    page.indexOf('## What can be read'),
    page.indexOf('## When there is no data'),
  )
  const listed = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(
    (row) => row[1]!.match(/[^` ]+/g) ?? [],
  )
  assert.deepEqual(
    listed.filter((field) => !['summary', 'metrics.NAME.STATISTIC'].includes(field)).sort(),
    [...REPORT_FIELDS].sort(),
  )
})

test('the snippets of the page are parts of plans that can be judged', () => {
  const snippets = [...page.matchAll(/```yaml\n([^`]+)```/g)].map((found): unknown =>
    parse(found[1]!),
  )
  assert.equal(snippets.length, 2)
  const [first, second] = snippets as [
    { check: Check; assertions: Assertion[] },
    { reports: string[]; assertions: Assertion[] },
  ]
  const check: Check = {
    type: 'command',
    language: 'bash',
    script: 'scan',
    reports: second.reports,
  }
  const gates = [
    aGate({ id: 'a', ...first }),
    aGate({ id: 'b', check, assertions: second.assertions }),
  ]
  assert.equal(parsePlan(aPlan(gates)).gates.length, 2)
  const fields = gates.flatMap((gate) =>
    gate.assertions.flatMap(({ read }) => (read.from === 'report' ? read.of : [])),
  )
  assert.ok(fields.length === 4 && fields.every(isReportField))
})
