// Tests of which files a report path of a plan stands for, and of what a capture may say about them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCommandCapture, aGate, aPlan, NO_TERMS } from '../../test/decisions.ts'
import { utf8Bytes } from '../kernel/index.ts'
import { parseCapture } from './capture-parse.ts'
import { judgeGate } from './judge.ts'
import type { Plan, PlanGate } from './plan-model.ts'
import { parsePlan } from './plan-parse.ts'
import { matchesReportPath } from './report-paths.ts'

test('a star stands for any characters of a file name, never for a folder', () => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['a.xml', 'a.xml', true],
    ['a.xml', 'b.xml', false],
    ['*.xml', 'a.xml', true],
    ['*.xml', 'out/a.xml', false],
    ['out/TEST-*.xml', 'out/TEST-.xml', true],
    ['out/TEST-*.xml', 'out/TEST-a.b.xml', true],
    ['out/*a*.xml', 'out/bab.xml', true],
    ['out/*a*a.xml', 'out/a.xml', false],
    ['*ab*ab', 'ab', false],
    ['*ab*ab', 'abab', true],
    ['*', 'x', true],
    ['.*', 'x', false],
  ]
  for (const [path, file, expected] of rows)
    assert.equal(matchesReportPath(path, file), expected, `${path} ${file}`)
})

test('the reports of a capture are read strictly, and a runner cannot put escapes into a reason', () => {
  const capture = aCommandCapture({ reports: [{ path: 'a.xml', problem: '\u001b[31mgone' }] })
  assert.deepEqual(parseCapture(utf8Bytes(JSON.stringify(capture))), capture)
  const odd = { ...capture, reports: [{ path: 'a.xml', status: 'fine' }] }
  assert.throws(() => parseCapture(utf8Bytes(JSON.stringify(odd))), {
    code: 'VERDICT_CAPTURE_SHAPE_REFUSED',
  })
  const judged = judgeGate(
    aGate({
      id: 'a',
      check: { type: 'command', language: 'bash', script: 'x', reports: ['a.xml'] },
    }),
    capture,
    {},
    NO_TERMS,
  )
  assert.equal(judged.reason, '\\u{1b}[31mgone')
})

test('no gate may take the report of another for its own, also where a star stands for it', () => {
  const gate = (id: string, path: string): PlanGate =>
    aGate({ id, check: { type: 'command', language: 'bash', script: 'x', reports: [path] } })
  const beside = (left: string, right: string): Plan => aPlan([gate('a', left), gate('b', right)])
  const rows: readonly (readonly [string, string])[] = [
    ['out/*.xml', 'out/a.xml'],
    ['out/a.xml', 'out/*.xml'],
    ['out/*.xml', 'out/*.xml'],
    ['out/TEST-*.xml', 'out/T*l'],
  ]
  for (const [left, right] of rows)
    assert.throws(() => parsePlan(beside(left, right)), { message: /of one gate|file once/ }, left)
  const apart: readonly (readonly [string, string])[] = [
    ['out/*.xml', 'out/a.json'],
    ['out/*.xml', 'a.xml'],
    ['out/unit-*.xml', 'out/load-*.xml'],
  ]
  for (const [left, right] of apart) assert.ok(parsePlan(beside(left, right)), left)
})
