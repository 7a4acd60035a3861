// A second set of evidence, made after the deploy: decided again, told plainly, and refused where it says what its evidence does not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aBundle } from '../../test/bundle.ts'
import type { BundleChanges } from '../../test/bundle.ts'
import { assertForged, forgerKeys } from '../../test/forgery.ts'
import { exitCodeOfReport, renderVerifyReport, verifyBundle } from './index.ts'
import type { VerifyReport } from './index.ts'
import { nodeVerifyPorts } from './node.ts'

const holds = { exitCode: 0, stdout: 'rows: 42\n' }
const fails = { exitCode: 0, stdout: 'rows: 0\n' }

async function verified(changes: BundleChanges): Promise<VerifyReport> {
  const { bytes } = await aBundle({ keys: forgerKeys, ...changes })
  const report = await verifyBundle(bytes, { ports: nodeVerifyPorts })
  assert.deepEqual(report.findings, [])
  return report
}

test('a second set is decided again and held against the first; the decision stays what it was', async () => {
  const report = await verified({ second: { command: holds } })
  assert.equal(report.release, 'GO')
  assert.deepEqual(
    report.regenerated?.gates.map(({ word, isAlarming }) => [word, isAlarming]),
    [
      ['same', false],
      ['same', false],
    ],
  )
  assert.equal(report.checked.gates, 2, 'what was decided on is counted by itself')
  assert.match(report.proven.join('\n'), /second set, .* 2 gates from recorded evidence/)
  assert.match(renderVerifyReport(report), /no required gate is worse/)
})

test('a required gate that is worse or missing after the deploy is said before all else, and is no fault of the bundle', async () => {
  const report = await verified({ second: { command: fails, isPartial: true } })
  assert.equal(exitCodeOfReport(report), 12)
  assert.deepEqual(
    report.regenerated?.gates.map(({ word, isAlarming }) => [word, isAlarming]),
    [
      ['worse', true],
      ['missing', true],
    ],
  )
  const text = renderVerifyReport(report)
  assert.match(text, /2 required gates are worse .* roll back within the rollback window/)
  assert.match(text, /WORSE +PASS → FAIL/)
  assert.match(text, /MISSING +PASS → no result/)
})

test('where gates are tagged to be tried again, only those can be missing', async () => {
  const report = await verified({
    plan: (plan) => ({
      ...plan,
      gates: plan.gates.map((gate, at) => (at === 0 ? { ...gate, regenerate: true } : gate)),
    }),
    second: { command: holds, isPartial: true },
  })
  assert.deepEqual(
    report.regenerated?.gates.map(({ gate, word }) => [gate, word]),
    [['release/migration', 'same']],
  )
})

test('a second run of another plan brings its plan, and says where a gate was redefined', async () => {
  const report = await verified({
    second: {
      command: holds,
      plan: (plan) => ({
        ...plan,
        gates: plan.gates.map((gate) => ({ ...gate, timeoutMs: gate.timeoutMs + 1 })),
      }),
    },
  })
  assert.deepEqual(
    report.regenerated?.gates.map(({ isRedefined }) => isRedefined),
    [true, true],
  )
})

test('a second set that its evidence does not bear out, or that is of something else, is found', () =>
  assertForged([
    [
      'better than it was',
      'VERIFY_RESULT_DIFFERS',
      {
        second: {
          command: fails,
          regeneration: (set) => ({
            ...set,
            results: set.results.map((result) => ({ ...result, status: 'PASS' })),
          }),
        },
      },
    ],
    [
      'a difference kept quiet',
      'VERIFY_REGENERATED_DIFFERS',
      {
        second: {
          command: fails,
          regeneration: (set) => ({
            ...set,
            diff: set.diff.map((row) => ({ ...row, word: 'same' as const })),
          }),
        },
      },
    ],
    [
      'a gate left out of the differences',
      'VERIFY_REGENERATED_DIFFERS',
      {
        second: { command: fails, regeneration: (set) => ({ ...set, diff: set.diff.slice(1) }) },
      },
    ],
    [
      'the decided run once more',
      'VERIFY_REGENERATED_DIFFERS',
      {
        second: {
          command: holds,
          regeneration: (set) => ({ ...set, run: '0197a000-0000-7000-8000-000000000001' }),
        },
      },
    ],
    [
      'another commit',
      'VERIFY_REGENERATED_DIFFERS',
      {
        second: {
          command: holds,
          regeneration: (set) => ({ ...set, subject: { ...set.subject, commit: 'a'.repeat(40) } }),
        },
      },
    ],
  ]))

test('a second set that the ledger or its own plan does not bear out is found', () =>
  assertForged([
    [
      'other terms than the run was started on',
      'VERIFY_TERMS_DIFFER',
      { second: { command: holds, started: { terms: { parameters: { A: '1' }, confirmed: [] } } } },
    ],
    [
      'another plan than the statements',
      'VERIFY_STATEMENT_PLAN_DIFFERS',
      {
        second: {
          command: holds,
          gateRun: (run) => ({ ...run, plan: `sha256:${'0'.repeat(64)}` }),
        },
      },
    ],
    [
      'a plan that is not there',
      'VERIFY_PLAN_DIFFERS',
      {
        second: { command: holds, plan: (plan) => ({ ...plan, signOffs: [] }) },
        files: (files) => files.filter(({ path }) => path !== 'regenerated-plan.json'),
      },
    ],
    [
      'a plan without a second set',
      'VERIFY_FILE_UNKNOWN',
      {
        second: { command: holds, plan: (plan) => ({ ...plan, signOffs: [] }) },
        files: (files) => files.filter(({ path }) => path !== 'regenerated.json'),
      },
    ],
    [
      'no shape',
      'VERIFY_FILE_MALFORMED',
      {
        second: {
          command: holds,
          regeneration: (set) => ({ ...set, more: 1 }) as typeof set,
        },
      },
    ],
  ]))
