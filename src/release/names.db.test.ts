// Names that nothing is recorded under: they would not fit an index, would make two releases one, or no command could take them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCrew, askWaiver } from '../../test/crew.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { aGate, aPlan } from '../../test/decisions.ts'
import { openHouse, RELEASE, startPlan, SUBJECT } from '../../test/house.ts'
import { buildStatement, sealStatement, serviceSubject } from '../proof/index.ts'
import { insertAct, takePosition } from './register-store.ts'

/** Of characters that take three bytes each, in no order that could be packed. */
function wide(count: number): string {
  const codes = Array.from({ length: count }, (_, at) => 0x4e00 + ((at * 7919 + 13) % 20_000))
  return String.fromCodePoint(...codes)
}

const NAMED = { ...RELEASE, environment: 'staging' }
const GATES = [aGate({ id: 'tests' })]

test('a plan is refused whose names are too long, hold control characters, or make its release another one', async () => {
  const { plans, tenantId } = await openHouse()
  const odd = [
    { service: wide(201) },
    { service: 'a\u0000b' },
    { version: wide(201) },
    { version: '1.0@2.0' },
    { version: '1\n2' },
    { environment: wide(101) },
    { environment: 'stag\u0000ing' },
    { environment: ' ' },
  ]
  for (const each of odd) {
    const plan = aPlan(GATES, { ...NAMED, ...each })
    const isBlank = each.environment?.trim() === ''
    const code = isBlank ? 'VERDICT_PLAN_SHAPE_REFUSED' : 'GATES_PLAN_NAME_REFUSED'
    const refused = { code, message: /service|version|environment/ }
    await assert.rejects(plans.record(tenantId, 'operator', plan), refused, JSON.stringify(each))
    await assert.rejects(plans.look(tenantId, plan), refused)
  }
})

test('the longest names fit the indexes: a release of them is run, decided and found again', async () => {
  const house = await openHouse()
  const { tenantId, releases } = house
  const runner = await house.person('runner', [], 'runner')
  const release = {
    service: `@${wide(199)}`,
    version: wide(200),
    environment: wide(100),
  }
  await releases.open(tenantId, 'operator', release, null)
  const started = await startPlan(house, aPlan(GATES, release), true, { ...SUBJECT, ...release })
  await house.submit(runner, started, 'tests', 0)
  assert.equal((await releases.decide(tenantId, release)).verdict.value, 'GO')
  assert.equal((await releases.review(tenantId, release)).latestDecision?.verdict, 'GO')
  assert.ok((await releases.seal(tenantId, release)).sizeBytes > 0)
})

test('a change is refused of a service whose name nothing can be recorded under', async () => {
  const { house, ann } = await aCrew(0)
  const audience = (await house.ledger.identify(house.tenantId))!.origin
  for (const service of [wide(3_000), 'a\u0000b', '']) {
    const statement = buildStatement('approval', serviceSubject(nodeDigest, service), {
      what: 'change',
      service,
      audience,
      principal: ann.principal.id,
      at: new Date(house.clock.nowMs()).toISOString(),
      change: { kind: 'roster.confirmed', people: ['Ann'] },
    })
    const { bytes } = await sealStatement(nodeDigest, ann.signer, statement)
    await assert.rejects(house.releases.change(house.operator, 'approval', bytes), {
      code: 'RELEASE_CHANGE_REFUSED',
      message: /expected a service of 1 to 200 characters/,
    })
  }
})

test('a waiver is refused that no command could name, or that no replay could read once it is approved', async () => {
  const crew = await aCrew(1)
  const odd = [
    [{ id: '' }, /a waiver named by/],
    [{ id: wide(3_000) }, /a waiver named by/],
    [{ id: '../W1' }, /a waiver named by/],
    [{ closureTest: ' ' }, /a closure test that is named/],
    [{ environment: wide(101) }, /an environment of 1 to 100/],
    [{ version: 'a@b' }, /a version of 1 to 200/],
    [{ reason: wide(10_001) }, /texts of at most 10000/],
    [{ gates: Array.from({ length: 1_001 }, (_, at) => `g${at}`) }, /at most 1000 gates/],
  ] as const
  for (const [at, [fields, message]] of odd.entries())
    await assert.rejects(askWaiver(crew, 3, { risk: `R${at}`, ...fields }), {
      code: 'RELEASE_CHANGE_REFUSED',
      message,
    })
})

test('what no replay could read is not decided on', async () => {
  const { house, ann, ben, cy } = await aCrew(1)
  const { sql, tenantId, releases, clock } = house
  const nowMs = clock.nowMs()
  const at = new Date(nowMs).toISOString()
  const request = {
    id: 'W1',
    ...NAMED,
    gates: ['load'],
    reason: 'rig is broken',
    risk: 'R1',
    compensatingControl: 'canary',
    principal: cy.principal.id,
    at,
    expiresAt: new Date(nowMs + 86_400_000).toISOString(),
    maxUses: 1,
    // As an older version may have recorded it.
    closureTest: '',
  }
  const risk = { id: 'R1', level: 'P3', title: 'rig', owner: 'x', mitigation: '' } as const
  const digestOf = (sign: string): `sha256:${string}` => `sha256:${sign.repeat(64)}`
  const approved = { kind: 'approved', id: 'W1', statement: digestOf('b') } as const
  const acts = [
    [ann, { kind: 'risk.opened', ...risk, likelihood: 'low', impact: 'low' }],
    [cy, { kind: 'waiver.requested', ...request }],
    [ann, approved],
    [ben, approved],
  ] as const
  await sql.transaction({ tenantId }, async (tx) => {
    for (const [index, [person, wanted]] of acts.entries()) {
      const act = { person: person.principal.id, roles: ['Manager'], atMs: nowMs, change: wanted }
      const statement = digestOf('abcd'[index]!)
      const position = await takePosition(tx, tenantId, RELEASE.service)
      await insertAct(
        tx,
        tenantId,
        RELEASE.service,
        position,
        { kind: 'approval', statement, ...act },
        at,
      )
    }
  })
  await assert.rejects(releases.decide(tenantId, RELEASE), { code: 'VERDICT_INPUTS_SHAPE_REFUSED' })
  assert.equal((await releases.review(tenantId, RELEASE)).latestDecision, null)
})
