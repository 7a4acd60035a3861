// Who may close a risk on which evidence, over real signatures: nobody on a checklist, a review or an answer of their own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCrew, change, CREW_PLAN, reviewPlan, verifySealed } from '../../test/crew.ts'
import type { Crew } from '../../test/crew.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { aGate } from '../../test/decisions.ts'
import { RELEASE, startPlan, SUBJECT } from '../../test/house.ts'
import type { Person } from '../../test/house.ts'
import type { StartedRun } from '../gates/index.ts'
import type { Change } from '../register/index.ts'
import { definitionHashOf } from '../verdict/index.ts'
import type { Plan } from '../verdict/index.ts'

const SERVICE = RELEASE.service

const DIGEST_OF_NOTHING: `sha256:${string}` = `sha256:${'0'.repeat(64)}`

function aRisk(crew: Crew, fields: Partial<Extract<Change, { kind: 'risk.opened' }>> = {}): Change {
  return {
    kind: 'risk.opened',
    id: 'R7',
    level: 'P0',
    title: 'load unknown',
    owner: crew.ann.principal.id,
    likelihood: 'high',
    impact: 'high',
    mitigation: '',
    closureTest: 'load',
    ...fields,
  }
}

const LOAD_DEFINITION = definitionHashOf(nodeDigest, CREW_PLAN.gates[1]!)

/** Closes R7 with the newest result of `load`. */
async function close(
  crew: Crew,
  by: Person,
  fields: Partial<Extract<Change, { kind: 'risk.closed' }>['evidence']> = {},
): Promise<unknown> {
  const { house } = crew
  const view = await house.runs.readLatest(house.tenantId, RELEASE)
  const { statement, definition } = view.results.find((each) => each.gate === 'load')!
  const evidence = { version: RELEASE.version, gate: 'load', statement: statement!, definition }
  const closing = { kind: 'risk.closed', id: 'R7', note: '' } as const
  return change(crew, by, { ...closing, evidence: { ...evidence, ...fields } })
}

async function runAgain(crew: Crew, plan: Plan, loadExit: number): Promise<StartedRun> {
  crew.house.clock.advance(1)
  const started = await startPlan(crew.house, plan, true)
  await crew.house.submit(crew.runner, started, 'load', loadExit)
  return started
}

async function stateOf({ house }: Crew, id: string): Promise<string | undefined> {
  return (await house.releases.register(house.tenantId, SERVICE)).risks.get(id)?.state
}

const REFUSED = { code: 'RELEASE_CHANGE_REFUSED' }

test('a risk closes only on fresh evidence of its closure test, by somebody who did not define it', async () => {
  const crew = await aCrew(0)
  const { house, ann, ben } = crew
  await change(crew, ann, aRisk(crew, { closureDefinition: LOAD_DEFINITION }))
  await assert.rejects(change(crew, ben, { kind: 'risk.closed', id: 'R7', note: '' }), REFUSED)
  // The run was before the risk was opened.
  await assert.rejects(close(crew, ben), /after R7 was opened/)
  await runAgain(crew, CREW_PLAN, 1)
  await assert.rejects(close(crew, ben), /it is FAIL/)
  await runAgain(crew, CREW_PLAN, 0)
  await assert.rejects(close(crew, ann), /Ann opened R7 and said what closes it/)
  await assert.rejects(close(crew, ben, { definition: DIGEST_OF_NOTHING }), REFUSED)
  await assert.rejects(close(crew, ben, { statement: DIGEST_OF_NOTHING }), /an earlier one/)
  await close(crew, ben)
  assert.equal(await stateOf(crew, 'R7'), 'CLOSED')
  // Opened again, what closed it is too old.
  house.clock.advance(1)
  await change(crew, ann, { kind: 'risk.reopened', id: 'R7', reason: 'it was the wrong rig' })
  await assert.rejects(close(crew, ben), /after R7 was opened/)
})

test('nobody closes a risk with a checklist of their own that has a gate of the same name', async () => {
  const crew = await aCrew(1)
  const { house, ann, ben, cy } = crew
  await change(crew, ben, aRisk(crew, { closureDefinition: LOAD_DEFINITION }))
  await change(crew, ben, aRisk(crew, { id: 'R8' }))
  const own = { type: 'command', language: 'bash', script: 'true # mine' } as const
  const plan = { ...CREW_PLAN, gates: [aGate({ id: 'tests' }), aGate({ id: 'load', check: own })] }
  await runAgain(crew, plan, 0)
  await assert.rejects(close(crew, cy), /as it was defined when R7 was opened/)
  await assert.rejects(close(crew, cy, { definition: LOAD_DEFINITION }), REFUSED)
  const view = await house.runs.readLatest(house.tenantId, RELEASE)
  const { statement } = view.results.find((each) => each.gate === 'load')!
  const old = { version: RELEASE.version, gate: 'load', statement: statement! }
  const closing = { kind: 'risk.closed', id: 'R8', note: '', evidence: old } as const
  await assert.rejects(change(crew, cy, closing), REFUSED)
  // A review by the closer is nobody else's, one of another plan is none, and one that was never recorded neither.
  const mine = await reviewPlan(crew, cy, plan)
  const other = await reviewPlan(crew, ann, CREW_PLAN)
  for (const review of [mine, other, DIGEST_OF_NOTHING])
    await assert.rejects(close(crew, cy, { review }), REFUSED)
  const review = await reviewPlan(crew, ann, plan)
  await close(crew, cy, { review })
  assert.deepEqual([await stateOf(crew, 'R7'), await stateOf(crew, 'R8')], ['CLOSED', 'OPEN'])
})

test('who answers a gate by hand does not close a risk with that answer', async () => {
  const crew = await aCrew()
  const { house, ann, ben, cy } = crew
  const check = { type: 'manual', question: 'Does load hold?' } as const
  const answered = { read: { from: 'answer' }, op: 'eq', value: true } as const
  const manual = aGate({ id: 'load', check, assertions: [answered] })
  const plan = { ...CREW_PLAN, gates: [aGate({ id: 'tests' }), manual] }
  const pinned = definitionHashOf(nodeDigest, manual)
  await change(crew, ben, aRisk(crew, { closureDefinition: pinned }))
  house.clock.advance(1)
  const started = await startPlan(house, plan, true)
  await house.answer(cy, started, 'load', true)
  await assert.rejects(close(crew, cy), /Cy answered load: somebody else closes it/)
  await close(crew, ann)
  assert.equal(await stateOf(crew, 'R7'), 'CLOSED')
})

test('evidence of another version closes a risk, and whoever verifies the bundle judges it again', async () => {
  const crew = await aCrew(0)
  const { house, ann, ben, cy, runner } = crew
  await change(crew, ann, aRisk(crew))
  const next = { ...CREW_PLAN, version: '1.5.0' }
  house.clock.advance(1)
  const subject = { ...SUBJECT, version: '1.5.0' }
  const started = await startPlan(house, next, true, subject)
  await house.submit(runner, started, 'load', 0)
  const review = await reviewPlan(crew, ben, next)
  const view = await house.runs.readLatest(house.tenantId, { service: SERVICE, version: '1.5.0' })
  const { statement } = view.results.find((each) => each.gate === 'load')!
  await close(crew, cy, { version: '1.5.0', statement: statement!, review })
  await house.sign(ann, 'Manager')
  const { verdict } = await house.releases.decide(house.tenantId, RELEASE)
  assert.equal(verdict.value, 'GO')
  const report = await verifySealed(crew)
  assert.deepEqual([report.findings, report.release], [[], 'GO'])
})

test('a bundle shows that nothing about the service was left out until it was sealed, changes after the decision too', async () => {
  const crew = await aCrew(0)
  const { house, ann } = crew
  await house.sign(ann, 'Manager')
  await house.releases.decide(house.tenantId, RELEASE)
  await change(crew, ann, aRisk(crew))
  const { findings, proven, notProven } = await verifySealed(crew)
  assert.deepEqual(findings, [])
  const { size } = await house.ledger.checkpoint(house.tenantId)
  // Then come the two entries of the sealing: one about the release, one about its service, and last the bundle's own.
  const until = `2 entries about "harbour" up to entry ${size - 2}`
  assert.ok(proven.join('\n').includes(until), proven.join('\n'))
  assert.doesNotMatch(notProven.join('\n'), /nothing was recorded about "harbour"/)
})
