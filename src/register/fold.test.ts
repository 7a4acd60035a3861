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

test('one person raises a risk; lowering it, moving its date or its owner takes two', () => {
  const opened = anAct('ann', riskOpened({ level: 'P1', dueAt: instantAfter(DAY_MS) }))
  const revised = (fields: object): RegisterAct =>
    anAct('ann', { kind: 'risk.revised', id: 'R1', reason: 'looked again', ...fields })
  const isAlone = (fields: object): boolean =>
    foldRegister([opened, revised(fields)]).register.proposals.size === 0
  const raising = [
    { level: 'P0' },
    { impact: 'high', likelihood: 'high' },
    { dueAt: instantAfter(1) },
    { mitigation: 'a runbook' },
  ]
  const lowering = [
    { level: 'P2' },
    { likelihood: 'low' },
    { impact: 'low' },
    { dueAt: instantAfter(2 * DAY_MS) },
    { dueAt: 'none' },
    { owner: 'ann' },
    { level: 'P0', owner: 'ann' },
  ]
  assert.deepEqual(raising.map(isAlone), [true, true, true, true])
  assert.deepEqual(
    lowering.map(isAlone),
    lowering.map(() => false),
  )
  const lower = revised({ level: 'P2', dueAt: 'none' })
  const both = foldRegister([opened, lower, approvalOf(lower, 'R1', 'ben')]).register
  const { level, dueAtMs, title } = both.risks.get('R1')!
  assert.deepEqual([level, dueAtMs, title], ['P2', undefined, 'restore never drilled'])
  assert.match(whyRefused([opened, revised({ level: 'P1' })]), /changes something/)
  assert.match(whyRefused([opened, revised({ dueAt: instantAfter(DAY_MS) })]), /changes something/)
  assert.match(whyRefused([revised({ level: 'P0' })]), /no risk R1/)
})

test('a revised risk is open until it is accepted again, and earlier consent does not reach it', () => {
  const opened = anAct('ann', riskOpened())
  const until = instantAfter(DAY_MS)
  const accept = anAct('owen', { kind: 'risk.accepted', id: 'R1', until })
  const worse = anAct('cy', { kind: 'risk.revised', id: 'R1', reason: 'worse', level: 'P0' })
  const back = anAct('cy', { kind: 'risk.revised', id: 'R1', reason: 'better', level: 'P1' })
  const first = [opened, accept, approvalOf(accept, 'R1', 'ben'), worse]
  assert.equal(foldRegister(first).register.risks.get('R1')!.state, 'OPEN')
  const late = [opened, accept, worse, back, approvalOf(back, 'R1', 'ben')]
  assert.match(whyRefused([...late, approvalOf(accept, 'R1', 'ben')]), /nothing about R1 waits/)
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
    termsOf(foldRegister([risk, request, ...acts]).register, RELEASE, NO_USES, {}).waivers.length
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

test('an outcome of the board is of a meeting that was held, and is signed by those who attended, once each', () => {
  const set = anAct('ann', conditionSet())
  const record = (fields: object = {}): RegisterAct =>
    anAct('rita', {
      kind: 'cab.recorded',
      id: 'CAB1',
      version: '1.2.3',
      heldAt: instantAfter(-1),
      attendees: ['ann', 'ben'],
      items: [{ about: 'harbour', outcome: 'approved' }],
      ...fields,
    })
  const conditional = (conditions: readonly string[]): RegisterAct =>
    record({ items: [{ about: 'it', outcome: 'approved-with-conditions', conditions }] })
  assert.match(whyRefused([record({ heldAt: instantAfter(1) })]), /held already/)
  assert.match(whyRefused([record({ attendees: [] })]), /at least one person/)
  assert.match(whyRefused([set, conditional([])]), /the conditions that it was approved on/)
  assert.match(whyRefused([set, conditional(['C9'])]), /no condition C9 of 1\.2\.3/)
  assert.equal(whyRefused([set, conditional(['C1'])]), '')
  const first = record()
  const sign = (person: string): RegisterAct => approvalOf(first, 'CAB1', person)
  assert.match(whyRefused([first, sign('zoe')]), /zoe did not attend/)
  assert.match(whyRefused([first, sign('ann'), sign('ann')]), /signed CAB1 already/)
  const { cab } = termsOf(
    foldRegister([first, sign('ann'), sign('ben')]).register,
    RELEASE,
    NO_USES,
    { edition: 2 },
  )
  assert.deepEqual(
    cab?.map(({ signers }) => signers.map(({ principal }) => principal)),
    [['rita', 'ann', 'ben']],
  )
})

test('a mapping of controls replaces the one before and names each control once', () => {
  const control = (id: string) => ({ framework: 'SOC 2', id, title: id, gates: ['b'], risks: [] })
  const map = (...ids: readonly string[]): RegisterAct =>
    anAct('ann', { kind: 'controls.mapped', controls: ids.map(control) })
  assert.match(whyRefused([map('CC1', 'CC1')]), /SOC 2 CC1 twice/)
  const { controls } = foldRegister([map('CC1', 'CC2'), map('CC3')]).register
  assert.deepEqual(
    controls.map(({ id }) => id),
    ['CC3'],
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
    termsOf(foldRegister([broken(), ...acts]).register, RELEASE, NO_USES, {}).breakGlass?.length ??
    0
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
    {
      kind: 'cab.recorded',
      id: 'CAB1',
      version: '1',
      heldAt: instantAfter(0),
      attendees: ['a'],
      items: [],
    },
    { kind: 'policy.set', policy: { cabQuorum: 0.5 } },
    { kind: 'controls.mapped', controls: [] },
    { kind: 'controls.mapped', controls: [{ framework: 'SOC 2', id: 'CC1', title: 'x' }] },
    { kind: 'budget.entered', remaining: 1.1, source: 'slo', measuredAt: instantAfter(0) },
  ]
  for (const json of rows) assert.equal(parseChange(json).ok, false, JSON.stringify(json))
  assert.ok(parseChange(riskOpened()).ok)
})
