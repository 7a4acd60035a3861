// Which step of a launch is late, what conditions lock, and what the exit code of a stage is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY_MS, NOON_MS, aGate, aPlan, inputsFor } from '../../test/decisions.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { decide } from './decide.ts'
import { RULES_EDITION } from './edition.ts'
import { exitCodeFor, locksBefore, locksOf, STAGES } from './locks.ts'
import type { DecisionInputs } from './model.ts'
import type { Condition } from './people-model.ts'

const HOUR_MS = 3_600_000
const PLAN = aPlan([aGate({ id: 'a' }), aGate({ id: 'b' })])
const ROSTER = { people: ['ben'], confirmedBy: 'cy', confirmedAtMs: NOON_MS - HOUR_MS }

function reasonsAt(launchInMs: number, fields: Partial<DecisionInputs> = {}): string {
  const plain = inputsFor(PLAN)
  const { value, reasons } = decide(nodeDigest, PLAN, {
    ...plain,
    edition: RULES_EDITION,
    launch: { atMs: NOON_MS + launchInMs, timezone: 'UTC' },
    ...fields,
  })
  return [value, ...reasons.map(({ rule, text }) => `${rule} ${text.replace(/due \S+ and/, '')}`)]
    .join('; ')
    .replaceAll('the launch step ', '')
}

test('a step of the launch that is due and not done is a reason, and none is before it is due', () => {
  assert.equal(reasonsAt(25 * HOUR_MS), 'GO')
  assert.equal(reasonsAt(2 * HOUR_MS), 'GO', 'the roster is asked for an hour before')
  assert.match(reasonsAt(HOUR_MS), /^NOT_READY; 7\.6-launch T-1h .*open: the on-call roster/)
  assert.equal(reasonsAt(HOUR_MS, { roster: ROSTER }), 'GO')
  const old = { roster: { ...ROSTER, confirmedAtMs: NOON_MS - 13 * HOUR_MS } }
  assert.match(reasonsAt(HOUR_MS, old), /the on-call roster is confirmed \(last /)
  const freeze = [{ fromMs: NOON_MS + HOUR_MS, untilMs: NOON_MS + DAY_MS, reason: 'year end' }]
  assert.match(reasonsAt(3 * HOUR_MS, { freeze }), /NOT_READY; 7\.6-launch T-24h .*year end/)
  const override = { people: ['ann', 'ben'], reason: 'agreed' }
  assert.equal(reasonsAt(3 * HOUR_MS, { freeze: [{ ...freeze[0]!, override }] }), 'GO')
  assert.equal(reasonsAt(-DAY_MS, { phase: 'post-deploy' }), 'GO')
})

test('a decision of the first edition stays what it was, and the launch is part of what is decided', () => {
  const plain = inputsFor(PLAN)
  const launch = { atMs: NOON_MS, timezone: 'UTC' }
  const old = decide(nodeDigest, PLAN, { ...plain, launch })
  assert.equal(old.value, 'GO')
  assert.notEqual(old.decisionHash, decide(nodeDigest, PLAN, plain).decisionHash)
})

test('an open condition locks its stage and what comes after it; a verdict that is no Go locks the deploy', () => {
  const condition = (id: string, blocks: Condition['blocks'], gate: string): Condition => ({
    id,
    blocks,
    gate,
    text: 'limits tuned',
    owner: 'ben',
    dueAtMs: NOON_MS + DAY_MS,
    onMiss: 'NO_GO',
  })
  const conditions = [condition('C2', 'post', 'b'), condition('C1', 'deploy', 'a')]
  const locked = (statuses: Parameters<typeof inputsFor>[1]): string => {
    const inputs = inputsFor(PLAN, statuses, { conditions })
    const verdict = decide(nodeDigest, PLAN, inputs)
    const locks = locksOf(verdict, conditions)
    const exits = STAGES.map((stage) => exitCodeFor(verdict, locks, stage))
    const counts = STAGES.map((stage) => locksBefore(locks, stage).length)
    return `${verdict.value} ${exits.join(',')} ${counts.join(',')} ${locks.map((lock) => lock.condition ?? lock.text).join(',')}`
  }
  assert.equal(locked({}), 'GO 0,0,0,0 0,0,0,0 ')
  assert.equal(locked({ a: 'FAIL', b: 'FAIL' }), 'CONDITIONAL_GO 0,11,11,11 0,1,1,2 C1,C2')
  assert.equal(locked({ b: 'FAIL' }), 'CONDITIONAL_GO 0,0,0,11 0,0,0,1 C2')
  const late = { ...inputsFor(PLAN, { b: 'FAIL' }, { conditions }), asOfMs: NOON_MS + 2 * DAY_MS }
  const verdict = decide(nodeDigest, PLAN, late)
  assert.deepEqual(
    locksOf(verdict, conditions).map((lock) => lock.text),
    ['the verdict is NO_GO', 'condition C2 is MISSED: limits tuned'],
  )
  assert.equal(exitCodeFor(verdict, locksOf(verdict, conditions), 'freeze'), 30)
})
