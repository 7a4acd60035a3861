// Somebody with the right keys lies about results, plan, sign-offs or the decision: each lie is found for its own reason.
import { test } from 'node:test'
import { contentDigest, utf8Bytes } from '../kernel/index.ts'
import type { DecisionInputs, GateResult } from '../verdict/index.ts'
import { planHashOf } from '../verdict/index.ts'
import { aPlan } from '../../test/bundle.ts'
import type { BundleChanges } from '../../test/bundle.ts'
import { RELEASE } from '../../test/bundle-release.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { alterFile, alterPayload, assertForged, dropAttempt } from '../../test/forgery.ts'

const passes = { exitCode: 0, stdout: 'rows: 42\n' }
const fails = { exitCode: 1, stdout: 'rows: 0\n' }
const other = contentDigest(nodeDigest.sha256(utf8Bytes('another')))
const planOfAnother = { ...aPlan(), version: '9.9.9' }
const planWithoutRoles = { ...aPlan(), signOffs: [] }

function alterResult(change: Partial<GateResult>): (inputs: DecisionInputs) => DecisionInputs {
  return (inputs) => ({
    ...inputs,
    results: inputs.results.map((result, index) =>
      index === 0 ? { ...result, ...change } : result,
    ),
  })
}

test('a result that the evidence does not show is found', () =>
  assertForged([
    [
      'failed, decided on as passed',
      'VERIFY_RESULT_DIFFERS',
      { command: fails, inputs: alterResult({ status: 'PASS' }) },
    ],
    [
      'invented slot value',
      'VERIFY_RESULT_DIFFERS',
      { inputs: alterResult({ slots: { rows: '4200' } }) },
    ],
    [
      'invented toggle',
      'VERIFY_RESULT_DIFFERS',
      { inputs: alterResult({ toggles: { done: true } }) },
    ],
    [
      'fresher than it is',
      'VERIFY_RESULT_DIFFERS',
      { inputs: alterResult({ finishedAtMs: Date.parse('2026-11-21T08:00:30.000Z') }) },
    ],
    ['other evidence', 'VERIFY_RESULT_DIFFERS', { inputs: alterResult({ evidence: [] }) }],
    [
      'result taken out',
      'VERIFY_RESULT_DIFFERS',
      { inputs: (inputs) => ({ ...inputs, results: inputs.results.slice(1) }) },
    ],
    [
      'result of a gate that the plan does not have',
      'VERIFY_RESULT_DIFFERS',
      {
        inputs: (inputs) => ({
          ...inputs,
          results: [...inputs.results, { ...inputs.results[0]!, gate: 'more' }],
        }),
      },
    ],
    [
      'the ledger says WARN',
      'VERIFY_RESULT_DIFFERS',
      { facts: alterPayload('gate.recorded', { status: 'WARN' }) },
    ],
  ]))

test('a decision that rests on an earlier attempt than the last is found, however the last one was hidden', () =>
  assertForged([
    ['last attempt ignored', 'VERIFY_RESULT_DIFFERS', { retry: fails, decidedAttempt: 1 }],
    [
      'and its statement taken out',
      'VERIFY_STATEMENT_MISSING',
      { retry: fails, decidedAttempt: 1, files: dropAttempt(2) },
    ],
    [
      'and its entry taken out too',
      'VERIFY_ATTEMPT_UNRECORDED',
      {
        retry: fails,
        decidedAttempt: 1,
        files: dropAttempt(2),
        entries: (all) => all.filter((entry) => entry.seq !== 6),
        // A ledger of a version that did not count its entries.
        numberOf: () => undefined,
      },
    ],
    [
      'numbered like an earlier one',
      'VERIFY_ATTEMPT_REPEATED',
      {
        command: fails,
        retry: passes,
        gateRun: (run) => ({ ...run, attempt: 1 }),
        facts: alterPayload('gate.recorded', { attempt: 1 }),
      },
    ],
  ]))

test('another plan than the one decided on is found', () =>
  assertForged([
    ['in the bundle only', 'VERIFY_PLAN_DIFFERS', { planFile: () => planWithoutRoles }],
    [
      'in the bundle and in the inputs',
      'VERIFY_STATEMENT_PLAN_DIFFERS',
      {
        planFile: () => planWithoutRoles,
        inputs: (inputs) => ({ ...inputs, plan: planHashOf(nodeDigest, planWithoutRoles) }),
      },
    ],
    [
      'original document',
      'VERIFY_PLAN_DIFFERS',
      { files: alterFile('documents/original.md', () => '# Nothing to do\n') },
    ],
    [
      'plan of another release',
      'VERIFY_PLAN_DIFFERS',
      {
        planFile: () => planOfAnother,
        inputs: (inputs) => ({ ...inputs, plan: planHashOf(nodeDigest, planOfAnother) }),
      },
    ],
    [
      'release of another name in the manifest',
      'VERIFY_MANIFEST_DIFFERS',
      { release: { service: 'harbour', version: '9.9.9' } },
    ],
    [
      'gate taken out of the manifest',
      'VERIFY_MANIFEST_DIFFERS',
      { gates: (gates) => gates.slice(1) },
    ],
  ]))

test('sign-offs other than the signed and recorded ones are found', () =>
  assertForged([
    [
      'rejection left out',
      'VERIFY_SIGN_OFF_DIFFERS',
      { signOffs: ['APPROVE', 'REJECT'], usedSignOffs: (all) => all.slice(0, 1) },
    ],
    [
      'rejection turned round',
      'VERIFY_SIGN_OFF_DIFFERS',
      {
        signOffs: ['APPROVE', 'REJECT'],
        usedSignOffs: (all) => all.map((one) => ({ ...one, decision: 'APPROVE' })),
      },
    ],
    [
      'never signed',
      'VERIFY_SIGN_OFF_DIFFERS',
      {
        signOffs: ['APPROVE'],
        usedSignOffs: (all) => [...all, { ...all[0]!, role: 'operations', statement: other }],
      },
    ],
    [
      'dated ahead',
      'VERIFY_TIME_IMPOSSIBLE',
      { signOff: (said) => ({ ...said, at: '2027-01-01T00:00:00.000Z' }) },
    ],
    [
      'used twice',
      'VERIFY_FILE_MALFORMED',
      { usedSignOffs: (all) => [...all, { ...all[0]!, role: 'operations' }] },
    ],
    [
      'over another review',
      'VERIFY_SIGN_OFF_DIFFERS',
      { usedSignOffs: (all) => all.map((one) => ({ ...one, reviewHash: other })) },
    ],
  ]))

test('a decision that does not follow from its inputs is found', () =>
  assertForged([
    [
      'GO on a failed gate',
      'VERIFY_DECISION_DIFFERS',
      { command: fails, decision: (said) => ({ ...said, verdict: 'GO', raw: 'GO' }) },
    ],
    [
      'other review hash',
      'VERIFY_DECISION_DIFFERS',
      { decision: (said) => ({ ...said, reviewHash: other }) },
    ],
    [
      'other decision hash',
      'VERIFY_DECISION_DIFFERS',
      { decision: (said) => ({ ...said, decisionHash: other }) },
    ],
    [
      'longer life',
      'VERIFY_DECISION_DIFFERS',
      { decision: (said) => ({ ...said, expiresAt: '2036-01-01T00:00:00.000Z' }) },
    ],
    [
      'of another release',
      'VERIFY_STATEMENT_SUBJECT_DIFFERS',
      { decision: (said) => ({ ...said, release: 'other@1' }) },
    ],
    [
      'recorded without its inputs',
      'VERIFY_ENTRY_DIFFERS',
      { decided: (fact) => ({ ...fact, refs: fact.refs.slice(0, 1) }) },
    ],
    [
      'other instant',
      'VERIFY_DECISION_DIFFERS',
      { decision: (said) => ({ ...said, asOf: '2026-11-21T08:00:41.000Z' }) },
    ],
    [
      'other inputs',
      'VERIFY_DECISION_MISSING',
      { decision: (said) => ({ ...said, inputs: other }) },
    ],
  ]))

test('a decision on another moment, run or subject than the ledger records is found', () =>
  assertForged([
    [
      'dated back',
      'VERIFY_TIME_IMPOSSIBLE',
      { inputs: (inputs) => ({ ...inputs, asOfMs: inputs.asOfMs - 3_600_000 }) },
    ],
    [
      'dated ahead',
      'VERIFY_TIME_IMPOSSIBLE',
      { inputs: (inputs) => ({ ...inputs, asOfMs: inputs.asOfMs + 3_600_000 }) },
    ],
    [
      'taken before another',
      'VERIFY_DECISION_SUPERSEDED',
      { lateFacts: (facts) => [{ ...facts[1]!, type: 'release.decided' }] },
    ],
    [
      'under other terms',
      'VERIFY_TERMS_DIFFER',
      {
        inputs: (inputs) => ({ ...inputs, terms: { parameters: { HOST: 'prod' }, confirmed: [] } }),
      },
    ],
    [
      'on a run that never began',
      'VERIFY_ENTRY_MISSING',
      { facts: (facts) => facts.filter((fact) => fact.type !== 'run.started') },
    ],
    [
      'on another commit',
      'VERIFY_STATEMENT_SUBJECT_DIFFERS',
      {
        inputs: (inputs) => ({
          ...inputs,
          subject: { ...inputs.subject, commit: '7a'.repeat(20) },
        }),
      },
    ],
  ]))

test('an author other than the one the release was opened with is found', () => {
  const opened = (author: string | null): Pick<BundleChanges, 'facts'> => ({
    facts: (facts) => [
      {
        type: 'release.opened',
        actor: 'operator',
        subject: RELEASE,
        payload: { author },
        refs: [],
      },
      ...facts,
    ],
  })
  return assertForged([
    ['left out', 'VERIFY_AUTHOR_DIFFERS', opened('person-of-ada')],
    [
      'another',
      'VERIFY_AUTHOR_DIFFERS',
      { ...opened('person-of-ada'), inputs: (inputs) => ({ ...inputs, author: 'zoe' }) },
    ],
    [
      'made up',
      'VERIFY_AUTHOR_DIFFERS',
      { ...opened(null), inputs: (inputs) => ({ ...inputs, author: 'zoe' }) },
    ],
  ])
})
