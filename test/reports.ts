// Builders of reports for tests, and a short way to read values out of them.
import assert from 'node:assert/strict'
import { readField, readReport } from '../src/formats/index.ts'
import type { Report } from '../src/formats/index.ts'
import { utf8Bytes } from '../src/kernel/index.ts'

/** The report in a text, or in a value written as JSON; fails the test when it is refused. */
export function aReport(content: unknown): Report {
  const reading = readReport(bytesOf(content))
  assert.ok(reading.ok, reading.ok ? '' : reading.reason)
  return reading.report
}

/** The reason for which a report is refused; fails the test when it is read. */
export function refusalOf(content: unknown): string {
  const reading = readReport(content instanceof Uint8Array ? content : bytesOf(content))
  assert.ok(!reading.ok, `expected a refusal, got ${JSON.stringify(reading).slice(0, 200)}`)
  return reading.reason
}

/** What is read: the value itself, or why there is none after a "?"; a "!" before that says that nothing may override it. */
export function read(field: string, reports: readonly Report[], product?: string): number | string {
  const reading = readField(field, reports, product)
  if (reading.state === 'value') return reading.value
  return `${reading.state === 'unreadable' && reading.tainted ? '!' : ''}?${reading.why}`
}

function bytesOf(content: unknown): Uint8Array {
  return utf8Bytes(typeof content === 'string' ? content : JSON.stringify(content))
}

export const aJunit = (cases: string, attributes = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?><testsuite name="unit"${attributes}>${cases}</testsuite>`

export const aSarif = (
  results: unknown,
  run: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
  version: '2.1.0',
  runs: [{ tool: { driver: { name: 'scan', rules: [] } }, results, ...run }],
})

/** One statement about CVE-1 in pkg:npm/a@1, dated. */
export const aVex = (
  statement: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://vex.test/1',
  author: 'sec',
  timestamp: '2026-01-01T00:00:00Z',
  version: 1,
  statements: [
    {
      vulnerability: { name: 'CVE-1' },
      products: [{ '@id': 'pkg:npm/a@1' }],
      status: 'not_affected',
      justification: 'vulnerable_code_not_in_execute_path',
      ...statement,
    },
  ],
})
