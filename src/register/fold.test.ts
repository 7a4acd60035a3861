// What one person may change alone, what takes two, and what nobody may.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY_MS, digestOf, NOON_MS } from '../../test/decisions.ts'
import {
  anAct,
  approvalOf,
  conditionSet,
  instantAfter,
  riskOpened,
  waiverRequested,
} from '../../test/register.ts'
import { parseChange } from './change-parse.ts'
import { foldRegister } from './fold.ts'
import type { RegisterAct } from './model.ts'
import { termsOf } from './terms.ts'

const RELEASE = { version: '1.2.3', environment: 'staging' }
const NO_USES = new Map<string, number>()

function whyRefused(acts: readonly RegisterAct[]): string {
  return foldRegister(acts)
    .refused.map((each) => each.why)
    .join('; ')
}

test('a risk is accepted by its owner and a second person, in whichever order', () => {
  const opened = anAct('ann', riskOpened())
  const accepted = anAct('owen', { kind: 'risk.accepted', id: 'R1', until: instantAfter(DAY_MS) })
  const stateAfter = (...acts: RegisterAct[]): string =>
    foldRegister([opened, accepted, ...acts]).register.risks.get('R1')!.state
  assert.equal(stateAfter(), 'OPEN')
  assert.equal(stateAfter(approvalOf(accepted, 'R1', 'owen')), 'OPEN')
  assert.equal(stateAfter(approvalOf(accepted, 'R1', 'ben')), 'ACCEPTED')
  const byOther = anAct('ben', { kind: 'risk.accepted', id: 'R1', until: instantAfter(DAY_MS) })
  const others = [opened, byOther, approvalOf(byOther, 'R1', 'cy')]
  assert.equal(foldRegister(others).register.risks.get('R1')!.state, 'OPEN')
  const owned = foldRegister([...others, approvalOf(byOther, 'R1', 'owen')]).register.risks.get(
    'R1',
  )
  assert.deepEqual(owned?.acceptedBy, ['ben', 'cy', 'owen'])
})

test('a P0 is not accepted, and a risk with a closure test closes by evidence of that gate alone', () => {
  const p0 = anAct('ann', riskOpened({ level: 'P0', closureTest: 'drill' }))
  const until = instantAfter(DAY_MS)
  const close = (gate?: string): RegisterAct =>
    anAct('ann', {
      kind: 'risk.closed',
      id: 'R1',
      note: 'done',
      ...(gate === undefined
        ? {}
        : { evidence: { version: '1.2.3', gate, statement: digestOf('a') } }),
    })
  assert.match(whyRefused([p0, anAct('owen', { kind: 'risk.accepted', id: 'R1', until })]), /P0/)
  assert.match(whyRefused([p0, close()]), /only with evidence of its closure test drill/)
  assert.match(whyRefused([p0, close('smoke')]), /expected evidence of drill, got some of smoke/)
  assert.equal(foldRegister([p0, close('drill')]).register.risks.get('R1')!.state, 'CLOSED')
})

test('a risk without a closure test takes two people to close, and any one to open again', () => {
  const opened = anAct('ann', riskOpened())
  const closed = anAct('ann', { kind: 'risk.closed', id: 'R1', note: 'gone' })
  assert.equal(foldRegister([opened, closed]).register.risks.get('R1')!.state, 'OPEN')
  const both = [opened, closed, approvalOf(closed, 'R1', 'ben')]
  assert.equal(foldRegister(both).register.risks.get('R1')!.state, 'CLOSED')
  const reopened = anAct('cy', { kind: 'risk.reopened', id: 'R1', reason: 'it is back' })
  assert.equal(foldRegister([...both, reopened]).register.risks.get('R1')!.state, 'OPEN')
})

test('one person moves no condition, and a NO_GO one does not move once it was due', () => {
  const set = anAct('ann', conditionSet())
  const later = instantAfter(9 * DAY_MS)
  const extend = { kind: 'condition.extended', id: 'C1', dueAt: later, reason: 'late' } as const
  const proposed = anAct('ann', extend)
  const dueOf = (...acts: RegisterAct[]): number =>
    foldRegister([set, ...acts]).register.conditions.get('C1')!.dueAtMs
  assert.equal(dueOf(proposed, approvalOf(proposed, 'C1', 'ann')), NOON_MS + DAY_MS)
  assert.equal(dueOf(proposed, approvalOf(proposed, 'C1', 'ben')), NOON_MS + 9 * DAY_MS)
  const atMs = NOON_MS + 2 * DAY_MS
  assert.match(whyRefused([set, { ...proposed, atMs }]), /not moved after its date/)
  const tooLate = { ...approvalOf(proposed, 'C1', 'ben'), atMs }
  assert.match(whyRefused([set, proposed, tooLate]), /not moved after its date/)
  const soft = anAct('ann', conditionSet({ onMiss: 'EXTEND' }))
  assert.equal(whyRefused([soft, { ...proposed, atMs }, tooLate]), '')
})

test('a waiver names exact gates, a risk and an end, and its requester approves nothing', () => {
  const risk = anAct('ann', riskOpened())
  const ask = (fields: Parameters<typeof waiverRequested>[0]): string =>
    whyRefused([risk, anAct('rita', waiverRequested(fields))])
  assert.match(ask({ gates: ['b*'] }), /exact gate ids/)
  assert.match(ask({ gates: [] }), /at least one gate/)
  assert.match(ask({ risk: 'R9' }), /no risk R9/)
  assert.match(ask({ compensatingControl: ' ' }), /compensating control/)
  assert.match(ask({ expiresAt: instantAfter(0) }), /ends in the future/)
  assert.match(ask({ expiresAt: instantAfter(91 * DAY_MS) }), /at most 90 days/)
  assert.match(ask({ maxUses: 0 }), /uses/)
  const request = anAct('rita', waiverRequested())
  const approve = (person: string): RegisterAct => approvalOf(request, 'W1', person)
  assert.match(whyRefused([risk, request, approve('rita')]), /asked for waiver W1/)
  assert.match(
    whyRefused([risk, request, approve('ann'), approve('ann')]),
    /approved waiver W1 already/,
  )
  const waiversOf = (...acts: RegisterAct[]): number =>
    termsOf(foldRegister([risk, request, ...acts]).register, RELEASE, NO_USES).waivers.length
  assert.deepEqual([waiversOf(approve('ann')), waiversOf(approve('ann'), approve('ben'))], [0, 1])
})

test('an approval binds to the statement: the same id under other terms gets nothing of it', () => {
  const risk = anAct('ann', riskOpened())
  const request = anAct('rita', waiverRequested())
  const other = anAct('rita', waiverRequested({ gates: ['a', 'b'] }))
  assert.match(
    whyRefused([risk, request, approvalOf(other, 'W1', 'ann')]),
    /nothing about W1 waits for a second person/,
  )
})

test('a broken glass is bounded in time, reviewed by somebody else, and seen by every other version', () => {
  const broken = (fields: object = {}): RegisterAct =>
    anAct('ann', {
      kind: 'glass.broken',
      id: 'B1',
      version: '1.2.2',
      reason: 'outage',
      expiresAt: instantAfter(4 * 3_600_000),
      reviewDueAt: instantAfter(DAY_MS),
      ...fields,
    })
  const review = (person: string): RegisterAct =>
    anAct(person, { kind: 'glass.reviewed', id: 'B1', finding: 'justified' })
  assert.match(whyRefused([broken({ expiresAt: instantAfter(2 * DAY_MS) })]), /at most 24 hours/)
  assert.match(whyRefused([broken({ reviewDueAt: instantAfter(9 * DAY_MS) })]), /within 72 hours/)
  assert.match(whyRefused([broken(), review('ann')]), /cannot review it/)
  const glassesOf = (...acts: RegisterAct[]): number =>
    termsOf(foldRegister([broken(), ...acts]).register, RELEASE, NO_USES).breakGlass?.length ?? 0
  assert.deepEqual([glassesOf(), glassesOf(review('ben'))], [1, 0])
})

test('changes are read strictly: unknown kinds and keys, bad ids and other spellings of an instant are refused', () => {
  const rows: readonly unknown[] = [
    null,
    { kind: '__proto__' },
    { ...riskOpened(), more: 1 },
    { ...riskOpened({ id: '../R1' }) },
    { ...riskOpened({ title: '' }) },
    { ...conditionSet({ dueAt: '2026-01-15' }) },
    { ...conditionSet({ dueAt: '2026-02-30T00:00:00.000Z' }) },
    { kind: 'budget.entered', remaining: 1.1, source: 'slo', measuredAt: instantAfter(0) },
  ]
  for (const json of rows) assert.equal(parseChange(json).ok, false, JSON.stringify(json))
  assert.ok(parseChange(riskOpened()).ok)
})
