// One person stays one person: in a large tenant, under a name that only looks different, and when two keys are registered at once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest, nodeRandom, testSigner } from '../../test/crypto.ts'
import { aGate, aPlan } from '../../test/decisions.ts'
import { openHouse, RELEASE, startPlan } from '../../test/house.ts'
import type { House, Person } from '../../test/house.ts'
import { bytesOfHex, concatBytes } from '../kernel/index.ts'
import { keyIdOf } from '../proof/index.ts'

const PLAN = aPlan([aGate({ id: 'tests' })], {
  service: RELEASE.service,
  version: RELEASE.version,
  environment: 'staging',
  signOffs: [{ role: 'Manager', minimum: 2 }],
})

/** DER of a P-256 key up to its point (RFC 5480); which point follows matters to nobody who never signs. */
const SPKI_PREFIX = bytesOfHex('3059301306072a8648ce3d020106082a8648ce3d03010703420004')

async function registerCrowd(house: House, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    await house.identity.register(house.tenantId, {
      kind: 'person',
      displayName: `crowd ${index}`,
      roles: [],
      publicKey: concatBytes([SPKI_PREFIX, nodeRandom.bytes(64)]),
    })
  }
}

/** A person whose id comes after nearly all others in a list of ids. */
async function lastInLine(house: House, displayName: string): Promise<Person> {
  let signer = testSigner('ecdsa-p256-sha256')
  while (!keyIdOf(nodeDigest, signer.publicKey).startsWith('ff'))
    signer = testSigner('ecdsa-p256-sha256')
  const { publicKey } = signer
  const registration = { kind: 'person', displayName, roles: ['Manager'], publicKey } as const
  return { principal: await house.identity.register(house.tenantId, registration), signer }
}

test('among eleven hundred people two keys of one person still fill one place, and the author none', async () => {
  const house = await openHouse()
  const author = await house.person('Dora', ['Manager'])
  const authorAgain = await lastInLine(house, 'dora')
  const ann = await house.person('Ann', ['Manager'])
  const annAgain = await lastInLine(house, 'ann')
  await registerCrowd(house, 1_100)
  await house.releases.open(house.tenantId, 'operator', RELEASE, author.principal.id)
  await startPlan(house, PLAN)
  await house.sign(ann, 'Manager')
  house.clock.advance(1)
  await house.sign(annAgain, 'Manager')
  await assert.rejects(house.sign(authorAgain, 'Manager'), { code: 'RELEASE_SIGN_OFF_REFUSED' })
  const { verdict } = await house.releases.decide(house.tenantId, RELEASE)
  assert.match(verdict.reasons.find((each) => each.rule === '7.6-sign-off')?.text ?? '', /1 of 2/)
  assert.equal((await house.identity.list(house.tenantId)).length, 1_105)
})

test('a name with signs that nobody sees is the name without them', async () => {
  const house = await openHouse()
  const ann = await house.person('Ann Berg', ['Manager'])
  for (const name of [
    'Ann\u200B Berg',
    'Ann\u00AD Berg',
    '\u202AAnn Berg\u202C',
    'Ann Berg\u{E0020}',
  ]) {
    const again = await house.person(name, ['Manager'])
    assert.equal(again.principal.person, ann.principal.id, JSON.stringify(name))
  }
})

test('of keys that are registered under one name at once all are one person', async () => {
  const house = await openHouse()
  const registered = await Promise.all(
    Array.from({ length: 8 }, () =>
      house.identity.register(house.tenantId, {
        kind: 'person',
        displayName: 'Ann',
        roles: ['Manager'],
        publicKey: testSigner('ecdsa-p256-sha256').publicKey,
      }),
    ),
  )
  assert.equal(new Set(registered.map((each) => each.person)).size, 1)
})
