// The outcome of a test run as a CTRF report (ctrf.io), so that our own release can be judged by it.
import type { ListedTest, TestCounts } from './test-reporter.ts'

export interface CtrfGroup {
  readonly name: string
  readonly counts: TestCounts
  /** Why the group proves nothing although no test of it may have failed; it becomes a failed test of its own. */
  readonly fault?: string
}

/** When the run began and ended, in milliseconds since the Unix epoch. */
export interface CtrfSpan {
  readonly startMs: number
  readonly stopMs: number
}

/**
 * @param notRun reasons why a group was not run at all; each stands in the report as a skipped test
 * @returns CTRF JSON text; its summary counts the very list it stands beside
 */
export function renderCtrf(
  groups: readonly CtrfGroup[],
  notRun: readonly string[],
  { startMs, stopMs }: CtrfSpan,
): string {
  const tests = [
    ...groups.flatMap(({ name, counts }) => counts.tests.map((test) => ctrfTest(test, name))),
    ...groups.flatMap(({ name, fault }) =>
      fault === undefined
        ? []
        : [{ name: `group ${name}`, status: 'failed', duration: 0, suite: [name], message: fault }],
    ),
    ...notRun.map((reason) => ({ name: reason, status: 'skipped', duration: 0 })),
  ]
  const count = (status: string): number => tests.filter((test) => test.status === status).length
  const summary = {
    tests: tests.length,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    pending: 0,
    other: 0,
    start: Math.round(startMs),
    stop: Math.round(stopMs),
  }
  const results = { tool: { name: 'node:test' }, summary, tests }
  return `${JSON.stringify({ reportFormat: 'CTRF', specVersion: '0.0.0', results }, undefined, 1)}\n`
}

function ctrfTest({ name, file, status, durationMs, reason }: ListedTest, group: string) {
  return {
    name,
    status,
    duration: Math.round(durationMs),
    suite: [group],
    filePath: file,
    ...(reason === undefined ? {} : { message: reason }),
  }
}
