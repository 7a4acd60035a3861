// What a person sees while tests run: nothing for a pass, a failure in full; the counts go to the group runner as JSON.
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { inspect, styleText } from 'node:util'
import type { TestEvent } from 'node:test/reporters'

/** The environment variable that names the file for the counts. */
export const SUMMARY_FILE_VARIABLE = 'SEAWORTHY_TEST_SUMMARY'

export interface SkippedTest {
  readonly name: string
  readonly file: string
  readonly reason: string
}

/** One test that ended, however it ended. */
export interface ListedTest {
  readonly name: string
  readonly file: string
  readonly status: 'passed' | 'failed' | 'skipped'
  readonly durationMs: number
  /** Why it was skipped. */
  readonly reason?: string
}

export interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: readonly SkippedTest[]
  /** Every test that the counts count. */
  readonly tests: readonly ListedTest[]
}

type Ended = Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>['data']

/** Deep errors are printed this far; a cause chain is rarely longer. */
const ERROR_DEPTH = 6

export default async function* reportTests(
  events: AsyncIterable<TestEvent>,
): AsyncGenerator<string> {
  const tests: ListedTest[] = []
  for await (const event of events) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr') yield event.data.message
    if (event.type === 'test:diagnostic' && event.data.file !== undefined)
      yield `  ${event.data.message}\n`
    if (event.type === 'test:fail') {
      tests.push(listTest(event.data, 'failed'))
      yield renderFailure(event.data)
    }
    if (event.type !== 'test:pass' || event.data.details.type === 'suite') continue
    const reason = reasonForSkipping(event.data)
    if (reason === undefined) tests.push(listTest(event.data, 'passed'))
    else tests.push({ ...listTest(event.data, 'skipped'), reason })
  }
  const file = process.env[SUMMARY_FILE_VARIABLE]
  if (file !== undefined) writeFileSync(file, JSON.stringify(countTests(tests)))
}

function listTest(data: Ended, status: ListedTest['status']): ListedTest {
  return { name: data.name, file: placeOf(data), status, durationMs: data.details.duration_ms }
}

function countTests(tests: readonly ListedTest[]): TestCounts {
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failed: tests.filter(({ status }) => status === 'failed').length,
    skipped: tests.flatMap(({ name, file, reason }) =>
      reason === undefined ? [] : [{ name, file, reason }],
    ),
    tests,
  }
}

/** A test set aside as "todo" did not prove anything either. */
function reasonForSkipping({ skip, todo }: Ended): string | undefined {
  const mark = skip ?? todo
  if (mark === undefined || mark === false) return undefined
  return typeof mark === 'string' && mark !== '' ? mark : 'no reason given'
}

function renderFailure(data: Extract<TestEvent, { type: 'test:fail' }>['data']): string {
  const { error } = data.details
  const cause = 'cause' in error && error.cause !== undefined ? error.cause : error
  // A parent that failed only because a child did is counted, and the child has said why.
  if ('failureType' in error && error.failureType === 'subtestsFailed') return ''
  const text = typeof cause === 'string' ? cause : inspect(cause, { depth: ERROR_DEPTH })
  return `\n${styleText('red', '✗')} ${data.name}\n  ${placeOf(data)}\n${text.replace(/^/gm, '  ')}\n`
}

function placeOf({ file, line }: Ended): string {
  if (file === undefined) return 'no file'
  return `${relative(process.cwd(), file)}:${line ?? 1}`
}
