// The limit of an account to environments binds whoever signs, whosever key or session brings the statement.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, reviewPlan } from '../../test/crew.ts'
import { nodeDigest, testSigner } from '../../test/crypto.ts'
import { aGate, aPlan, DAY_MS } from '../../test/decisions.ts'
import { HOUSE_ISSUER, openHouse, RELEASE, startPlan, SUBJECT } from '../../test/house.ts'
import type { House, Person } from '../../test/house.ts'
import type { StartedRun } from '../gates/index.ts'
import type { Plan } from '../verdict/index.ts'
import { sealWaiverRequest } from './signed-word.ts'

const REFUSED = { code: 'IDENTITY_SIGNER_LIMITED' }

function planOf(environment: string): Plan {
  const asked = aGate({
    id: 'told',
    check: { type: 'manual', question: 'Told?' },
    assertions: [{ read: { from: 'answer' }, op: 'eq', value: true }],
  })
  const signOffs = [{ role: 'Manager', minimum: 1 }]
  return aPlan([asked, aGate({ id: 'load' })], { ...RELEASE, environment, signOffs })
}

interface Limited {
  readonly house: House
  readonly accountId: string
  /** Signs with a key of an account that may change things in staging alone. */
  readonly ann: Person
}

async function aLimitedSigner(): Promise<Limited> {
  const house = await openHouse()
  const { tenantId, accounts } = house
  const rights = { role: 'developer', environments: ['staging'], signsAs: ['Manager'] } as const
  await accounts.invite(tenantId, 'operator', { subject: 'ann', ...rights })
  const proven = { issuer: HOUSE_ISSUER.issuer, subject: 'ann', displayName: 'Ann' }
  const { accountId } = await accounts.admit(proven, tenantId, tenantId)
  const signer = testSigner('ecdsa-p256-sha256')
  const principal = await accounts.keys.register(tenantId, accountId, signer.publicKey)
  await house.releases.open(tenantId, 'operator', RELEASE, null)
  return { house, accountId, ann: { principal, signer } }
}

function start(house: House, environment: string): Promise<StartedRun> {
  return startPlan(house, planOf(environment), true, { ...SUBJECT, environment })
}

async function requestWaiver(
  { house, ann }: Limited,
  id: string,
  environment: string,
): Promise<string> {
  const { ledger, tenantId, clock, releases, operator } = house
  const audience = (await ledger.identify(tenantId))?.origin ?? ''
  const atMs = clock.nowMs()
  const terms = { digest: nodeDigest, signer: ann.signer }
  const sealed = await sealWaiverRequest(
    terms,
    { audience, atMs },
    {
      id,
      ...RELEASE,
      environment,
      gates: ['load'],
      reason: 'the rig is broken',
      risk: 'R1',
      compensatingControl: 'canary',
      expiresAt: new Date(atMs + 2 * DAY_MS).toISOString(),
      maxUses: 1,
    },
  )
  await releases.change(operator, 'waiver', sealed.bytes)
  return sealed.id
}

test('somebody limited to staging signs off, answers and reviews nothing of production through anybody', async () => {
  const { house, ann } = await aLimitedSigner()
  const staged = await start(house, 'staging')
  await house.sign(ann, 'Manager')
  assert.equal(await house.answer(ann, staged, 'told', true), 'PASS')
  await reviewPlan({ house }, ann, planOf('staging'))
  house.clock.advance(1_000)
  const live = await start(house, 'production')
  await assert.rejects(house.sign(ann, 'Manager'), REFUSED)
  await assert.rejects(house.sign(ann, 'Manager', 'REJECT'), REFUSED)
  await assert.rejects(house.answer(ann, live, 'told', true), REFUSED)
  await assert.rejects(reviewPlan({ house }, ann, planOf('production')), REFUSED)
  const { signOffs, results } = await house.releases.review(house.tenantId, RELEASE)
  assert.equal(signOffs.length, 1)
  assert.equal(results.find(({ gate }) => gate === 'told')?.status, 'PENDING')
})

test('of a register they say what names their environment, and nothing that is about every one', async () => {
  const limited = await aLimitedSigner()
  const { house, ann } = limited
  await start(house, 'staging')
  const ben = await house.person('Ben', ['Manager'])
  const risk = { kind: 'risk.opened', id: 'R1', level: 'P3', title: 'rig' } as const
  const rest = {
    owner: ben.principal.id,
    likelihood: 'low',
    impact: 'low',
    mitigation: '',
  } as const
  await assert.rejects(change({ house }, ann, { ...risk, ...rest }), REFUSED)
  await change({ house }, ben, { ...risk, ...rest })
  await assert.rejects(requestWaiver(limited, 'W1', 'production'), REFUSED)
  await requestWaiver(limited, 'W1', 'staging')
  const other = { ...limited, ann: ben }
  const live = (await requestWaiver(other, 'W2', 'production')) as `sha256:${string}`
  const staged = (await requestWaiver(other, 'W3', 'staging')) as `sha256:${string}`
  const approve = (id: string, statement: typeof live): Promise<unknown> =>
    change({ house }, ann, { kind: 'approved', id, statement })
  await assert.rejects(approve('W2', live), REFUSED)
  const revoked = { kind: 'waiver.revoked', reason: 'no' } as const
  await assert.rejects(change({ house }, ann, { ...revoked, id: 'W2' }), REFUSED)
  await approve('W3', staged)
  await change({ house }, ann, { ...revoked, id: 'W1' })
})

test('a limit counts from the moment it is given, for a key without an account of the same person too', async () => {
  const { house, accountId, ann } = await aLimitedSigner()
  const { tenantId, accounts } = house
  // Versions of before let an admin register a key under the name that an account has: it is the same person.
  const cli = await house.person('Ann at a command line', ['Manager'])
  await house.sql.transaction('system', (tx) =>
    tx.query(
      'update identity_principal set person_id = $2 where tenant_id = $1 and principal_id = $3',
      [tenantId, ann.principal.person, cli.principal.id],
    ),
  )
  await start(house, 'production')
  await assert.rejects(house.sign(cli, 'Manager'), REFUSED)
  const rights = { role: 'developer', signsAs: ['Manager'] } as const
  await accounts.change(tenantId, 'operator', accountId, { ...rights, environments: null })
  await house.sign(cli, 'Manager')
  await accounts.change(tenantId, 'operator', accountId, { ...rights, environments: ['moon'] })
  house.clock.advance(1_000)
  await assert.rejects(house.sign(ann, 'Manager'), REFUSED)
})

test('an account that is taken away while its keys sign ends them, and nobody waits for anybody for ever', async () => {
  const house = await openHouse()
  const { tenantId, accounts, identity, sql, ledger } = house
  const told: string[] = []
  for (let nth = 0; nth < 8; nth++) {
    const rights = { role: 'developer', environments: ['staging'], signsAs: ['Manager'] } as const
    await accounts.invite(tenantId, 'operator', { subject: `p${nth}`, ...rights })
    const proven = { issuer: HOUSE_ISSUER.issuer, subject: `p${nth}`, displayName: `P${nth}` }
    const { accountId } = await accounts.admit(proven, tenantId, tenantId)
    const ids: string[] = []
    for (let key = 0; key < 4; key++) {
      const { publicKey } = testSigner('ecdsa-p256-sha256')
      ids.push((await accounts.keys.register(tenantId, accountId, publicKey)).id)
    }
    const sign = (id: string): Promise<string> =>
      sql
        .transaction({ tenantId }, async (tx) => {
          await identity.assertInForce(tx, tenantId, id, 'staging')
          const fact = { type: 'note.added', actor: id, subject: 'quay', payload: {}, refs: [] }
          await ledger.appendInTx(tx, tenantId, [fact])
          return 'signed'
        })
        .catch((error: unknown) => (error as { code: string }).code)
    const [, ...rest] = await Promise.all([
      accounts.remove(tenantId, 'operator', accountId, 'left'),
      ...[...ids, ...ids].map(sign),
    ])
    told.push(...rest)
    assert.deepEqual(await Promise.all(ids.map(sign)), Array(4).fill('IDENTITY_REVOKED'))
  }
  const others = told.filter((each) => each !== 'signed' && each !== 'IDENTITY_REVOKED')
  assert.deepEqual([told.length, others], [64, []])
})
