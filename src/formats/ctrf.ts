// CTRF, the Common Test Report Format (ctrf.io): tests are counted, the summary compared.
import {
  countMember,
  flagMember,
  objectMember,
  objectsMember,
  requireMember,
  textMember,
} from './json-members.ts'
import type { JsonMembers } from './json-members.ts'
import { TestTally } from './report.ts'
import type { Report } from './report.ts'

/** @throws ReportMismatch */
export function readCtrf(root: JsonMembers): Report {
  const results = requireMember(objectMember(root, 'results'), 'results')
  const tests = requireMember(objectsMember(results, 'tests'), 'results.tests')
  const summary = requireMember(objectMember(results, 'summary'), 'results.summary')
  const tally = new TestTally()
  const counted: Record<string, number> = {}
  for (const test of tests) {
    const status = requireMember(textMember(test, 'status'), 'status')
    counted[status] = (counted[status] ?? 0) + 1
    countTest(tally, test, status)
  }
  const tool = objectMember(results, 'tool')
  const toolName = tool === undefined ? undefined : textMember(tool, 'name')
  const version = textMember(root, 'specVersion')
  return {
    format: 'ctrf',
    ...(version === undefined ? {} : { version }),
    ...(toolName === undefined ? {} : { tool: toolName }),
    doubts: doubtsOf(summary, tests.length, counted),
    tests: tally.outcomes(),
  }
}

function countTest(tally: TestTally, test: JsonMembers, status: string): void {
  const name = textMember(test, 'name') ?? 'a test without a name'
  if (status === 'passed') tally.pass(flagMember(test, 'flaky') === true)
  else if (status === 'skipped' || status === 'pending') tally.skip()
  // `other`, or a word of a later version: nobody said that it passed.
  else tally.fail(name, status !== 'failed')
}

function doubtsOf(
  summary: JsonMembers,
  total: number,
  counted: Readonly<Record<string, number>>,
): string[] {
  const rows: readonly (readonly [string, number])[] = [
    ['tests', total],
    ...['passed', 'failed', 'skipped', 'pending', 'other'].map(
      (status) => [status, counted[status] ?? 0] as const,
    ),
  ]
  return rows.flatMap(([key, count]) => {
    const declared = countMember(summary, key)
    return declared === undefined || declared === count
      ? []
      : [`the summary says ${key} ${declared}, the list holds ${count}`]
  })
}
