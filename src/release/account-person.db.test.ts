// Keys of one account are one person: at sign-off, against the author, in the bundle, and for whoever is signed in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest, testSigner } from '../../test/crypto.ts'
import { aGate, aPlan } from '../../test/decisions.ts'
import { HOUSE_ISSUER, openHouse, RELEASE, startPlan } from '../../test/house.ts'
import type { House, Person } from '../../test/house.ts'
import type { Caller } from '../kernel/index.ts'
import type { PlanGate } from '../verdict/index.ts'
import { parseTrust } from '../proof/index.ts'
import { verifyBundle } from '../verify/index.ts'
import { nodeVerifyPorts } from '../verify/node.ts'

const PLAN = aPlan([aGate({ id: 'tests' })], {
  service: RELEASE.service,
  version: RELEASE.version,
  environment: 'staging',
  signOffs: [{ role: 'Manager', minimum: 2 }],
})

/** Somebody with an account, under a name that several people may have. */
async function join(
  house: House,
  subject: string,
  displayName: string,
  signsAs: readonly string[] = ['Manager'],
): Promise<string> {
  const wish = { subject, role: 'developer', environments: null, signsAs } as const
  await house.accounts.invite(house.tenantId, 'operator', wish)
  const proven = { issuer: HOUSE_ISSUER.issuer, subject, displayName }
  return (await house.accounts.admit(proven, house.tenantId, house.tenantId)).accountId
}

async function newKey(house: House, accountId: string): Promise<Person> {
  const signer = testSigner('ecdsa-p256-sha256')
  const { tenantId, accounts } = house
  return {
    principal: await accounts.keys.register(tenantId, accountId, signer.publicKey),
    signer,
  }
}

function sessionOf({ tenantId }: House, id: string): Caller {
  const session = { id: 'session-1', authenticatedAtMs: 0, endsAt: '2099-01-01T00:00:00.000Z' }
  const rights = { role: 'developer', environments: null, credential: 'session' } as const
  return { id, tenantId, ...rights, session }
}

async function countSignOffs(house: House): Promise<string> {
  const { verdict } = await house.releases.decide(house.tenantId, RELEASE)
  return verdict.reasons.find((each) => each.rule === '7.6-sign-off')?.text ?? 'none missing'
}

test('two browsers of one account fill one place, another account the second, and the bundle says whose word each was', async () => {
  const house = await openHouse()
  const [annId, benId] = [await join(house, 'ann', 'Ann'), await join(house, 'ben', 'Ann')]
  const [ann, annAgain, ben] = [
    await newKey(house, annId),
    await newKey(house, annId),
    await newKey(house, benId),
  ]
  // Two people of one name are two accounts, so they stay two people.
  assert.deepEqual(
    [annAgain.principal.person, ben.principal.person, ben.principal.displayName],
    [ann.principal.id, ben.principal.id, 'Ann <ben>'],
  )
  await house.releases.open(house.tenantId, 'operator', RELEASE, null)
  await startPlan(house, PLAN)
  await house.sign(ann, 'Manager')
  house.clock.advance(1)
  await house.sign(annAgain, 'Manager')
  assert.match(await countSignOffs(house), /1 of 2/)
  house.clock.advance(1)
  await house.sign(ben, 'Manager')
  assert.equal(await countSignOffs(house), 'none missing')
  const { entries } = await house.ledger.list(house.tenantId, {
    fromSeq: 0,
    limit: 100,
    type: 'sign-off.recorded',
  })
  const said = await Promise.all(
    entries.map(async ({ seq }) => (await house.ledger.payloadOf(house.tenantId, seq))?.value),
  )
  assert.deepEqual(
    said.map((each) => {
      const { account, person } = each as Record<string, unknown>
      return [account, person]
    }),
    [
      [annId, ann.principal.id],
      [annId, ann.principal.id],
      [benId, ben.principal.id],
    ],
  )
  const sealed = await house.releases.seal(house.tenantId, RELEASE)
  const trust = parseTrust(nodeDigest, sealed.trust)
  assert.ok(trust.ok)
  const report = await verifyBundle(house.blobs.get(sealed.bundle)!, {
    ports: nodeVerifyPorts,
    trust: { kind: 'file', trust: trust.value },
  })
  assert.deepEqual([report.verdict, report.findings], ['INTACT', []])
  assert.equal(report.checked.persons, 3)
})

test('whoever wrote the change approves it with no key of their account, and whoever is signed in speaks for nobody else', async () => {
  const house = await openHouse()
  const [annId, benId] = [await join(house, 'ann', 'Ann'), await join(house, 'ben', 'Ben')]
  const [ann, ben] = [await newKey(house, annId), await newKey(house, benId)]
  await house.releases.open(house.tenantId, 'operator', RELEASE, ann.principal.id)
  await startPlan(house, PLAN)
  const annAgain = await newKey(house, annId)
  await assert.rejects(house.sign(annAgain, 'Manager'), { code: 'RELEASE_SIGN_OFF_REFUSED' })
  const signBen = (caller: Caller): Promise<void> =>
    house.sign(ben, 'Manager', 'APPROVE', undefined, undefined, caller)
  await assert.rejects(signBen(sessionOf(house, annId)), { code: 'IDENTITY_SIGNER_FOREIGN' })
  await signBen(sessionOf(house, benId))
  assert.match(await countSignOffs(house), /1 of 2/)
})

test('who is signed in answers a manual gate with a key of their own, and hands on nothing that others signed', async () => {
  const house = await openHouse()
  const [annId, benId] = [await join(house, 'ann', 'Ann'), await join(house, 'ben', 'Ben')]
  const ben = await newKey(house, benId)
  const runner = await house.person('laptop', [], 'runner')
  const asked = (id: string): PlanGate =>
    aGate({
      id,
      check: { type: 'manual', question: 'Told?' },
      assertions: [{ read: { from: 'answer' }, op: 'eq', value: true }],
    })
  const gates = [asked('crew'), asked('port'), aGate({ id: 'tests' })]
  const started = await startPlan(house, { ...PLAN, gates })
  const answerAs = (gate: string, accountId: string): Promise<string> =>
    house.answer(ben, started, gate, true, sessionOf(house, accountId))
  await assert.rejects(answerAs('crew', annId), { code: 'IDENTITY_SIGNER_FOREIGN' })
  assert.equal(await answerAs('port', benId), 'PASS')
  const { results } = await house.runs.read(house.tenantId, started.run.runId)
  assert.equal(results.find(({ gate }) => gate === 'crew')?.status, 'PENDING')
  // What a machine saw is handed on by the machine, with a key.
  const seen = house.answer(runner, started, 'tests', true, sessionOf(house, benId))
  await assert.rejects(seen, { code: 'IDENTITY_SIGNER_FOREIGN' })
})

test('a key that was there before is linked by an admin with all others of the person, and to no second person', async () => {
  const house = await openHouse()
  const { tenantId, accounts } = house
  const cli = await house.person('Ann', ['Manager'])
  const cliAgain = await house.person('ann', ['Manager'])
  const stranger = await house.person('Zoe', ['Manager'])
  const annId = await join(house, 'ann', 'Ann')
  // Nobody becomes Ann, or a second Ann, by giving their name.
  await assert.rejects(newKey(house, annId), { code: 'IDENTITY_NAME_TAKEN' })
  const linked = await accounts.keys.link(tenantId, 'operator', annId, cliAgain.principal.id)
  assert.deepEqual([linked.person, linked.account], [cli.principal.id, annId])
  const browser = await newKey(house, annId)
  assert.equal(browser.principal.person, cli.principal.id)
  const all = await house.identity.list(tenantId)
  assert.equal(all.filter(({ account }) => account === annId).length, 3)
  await assert.rejects(accounts.keys.link(tenantId, 'operator', annId, stranger.principal.id), {
    code: 'IDENTITY_ACCOUNT_LINKED',
  })
})

test('nobody registers a key under the name of somebody who signs in, who does it themselves', async () => {
  const house = await openHouse()
  const annId = await join(house, 'ann', 'Ann')
  const ann = await newKey(house, annId)
  for (const name of ['Ann', ' ann'])
    await assert.rejects(house.person(name, ['Manager', 'Auditor']), {
      code: 'IDENTITY_NAME_TAKEN',
    })
  const again = await newKey(house, annId)
  assert.equal(again.principal.person, ann.principal.person)
  assert.equal((await house.person('Anna', ['Manager'])).principal.displayName, 'Anna')
})

test('keys sign in no role that the account has lost, and in none once it is taken away', async () => {
  const house = await openHouse()
  const { tenantId, accounts } = house
  const annId = await join(house, 'ann', 'Ann', ['Manager', 'Operations'])
  const ann = await newKey(house, annId)
  await house.releases.open(tenantId, 'operator', RELEASE, null)
  await startPlan(house, PLAN)
  const rights = { role: 'developer', environments: null } as const
  await accounts.change(tenantId, 'operator', annId, { ...rights, signsAs: ['Manager'] })
  await assert.rejects(house.sign(ann, 'Manager'), { code: 'IDENTITY_REVOKED' })
  const next = await newKey(house, annId)
  assert.deepEqual(next.principal.roles, ['Manager'])
  // Other rights, the same roles: the key goes on.
  await accounts.change(tenantId, 'operator', annId, { ...rights, role: 'viewer' })
  await house.sign(next, 'Manager')
  await accounts.remove(tenantId, 'operator', annId, 'left')
  house.clock.advance(1)
  await assert.rejects(house.sign(next, 'Manager', 'REJECT'), { code: 'IDENTITY_REVOKED' })
  await assert.rejects(newKey(house, annId), { code: 'IDENTITY_UNKNOWN' })
})

test('a person ends a key of their own and no other; what it signed stands, and the ledger says who ended it', async () => {
  const house = await openHouse()
  const { tenantId, accounts } = house
  const [annId, benId] = [await join(house, 'ann', 'Ann'), await join(house, 'ben', 'Ben')]
  const [ann, ben] = [await newKey(house, annId), await newKey(house, benId)]
  await house.releases.open(tenantId, 'operator', RELEASE, null)
  await startPlan(house, PLAN)
  await house.sign(ann, 'Manager')
  for (const id of [ben.principal.id, 'person-nobody'])
    await assert.rejects(accounts.keys.revoke(tenantId, annId, id, 'lost'), {
      code: 'IDENTITY_UNKNOWN',
    })
  const ended = await accounts.keys.revoke(tenantId, annId, ann.principal.id, 'laptop lost')
  const again = await accounts.keys.revoke(tenantId, annId, ann.principal.id, 'twice')
  assert.equal(again.revokedAt, ended.revokedAt)
  house.clock.advance(1)
  await assert.rejects(house.sign(ann, 'Manager', 'REJECT'), { code: 'IDENTITY_REVOKED' })
  await assert.rejects(accounts.keys.register(tenantId, annId, ann.signer.publicKey), {
    code: 'IDENTITY_KEY_TAKEN',
  })
  // Another key of theirs goes on, as the same person.
  const next = await newKey(house, annId)
  assert.equal(next.principal.person, ann.principal.person)
  const listed = await accounts.keys.list(tenantId, annId)
  assert.deepEqual(
    listed.map(({ id, revokedAt }) => [id, revokedAt]),
    [
      [next.principal.id, undefined],
      [ann.principal.id, ended.revokedAt],
    ],
  )
  const type = 'principal.revoked'
  const { entries } = await house.ledger.list(tenantId, { fromSeq: 0, limit: 100, type })
  assert.equal(entries.length, 1)
  const told = await house.ledger.payloadOf(tenantId, entries[0]!.seq)
  assert.ok(told !== undefined)
  const { principal, reason } = told.value as Record<string, unknown>
  assert.deepEqual(
    [entries[0]!.body.actor, principal, reason],
    [annId, ann.principal.id, 'laptop lost'],
  )
})
