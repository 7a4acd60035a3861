// Sign-offs that arrive at a time, as at two servers: each is judged against the ones before it, and recorded once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { aGate, aPlan } from '../../test/decisions.ts'
import { openHouse, RELEASE, startPlan } from '../../test/house.ts'
import type { House, Person } from '../../test/house.ts'
import { buildStatement, sealStatement, subjectsOf } from '../proof/index.ts'

const PLAN = aPlan([aGate({ id: 'tests' })], {
  service: RELEASE.service,
  version: RELEASE.version,
  environment: 'staging',
  signOffs: [{ role: 'SRE', minimum: 1 }],
})
const ROUNDS = 8

interface Crew {
  readonly house: House
  readonly engineer: Person
}

async function openCrew(): Promise<Crew> {
  const house = await openHouse()
  const runner = await house.person('runner', [], 'runner')
  const engineer = await house.person('Bo', ['SRE'])
  await house.releases.open(house.tenantId, 'operator', RELEASE, null)
  const started = await startPlan(house, PLAN)
  await house.submit(runner, started, 'tests', 0)
  return { house, engineer }
}

async function sealWord(
  { house, engineer }: Crew,
  decision: 'APPROVE' | 'REJECT' | 'WITHDRAW',
): Promise<Uint8Array> {
  const review = await house.releases.review(house.tenantId, RELEASE)
  house.clock.advance(1_000)
  const statement = buildStatement('sign-off', subjectsOf(review.subject), {
    release: review.release,
    run: review.runId,
    role: 'SRE',
    principal: engineer.principal.id,
    decision,
    reviewHash: review.reviewHash,
    at: new Date(house.clock.nowMs()).toISOString(),
    comment: '',
  })
  return (await sealStatement(nodeDigest, engineer.signer, statement)).bytes
}

async function countRecorded({ house }: Crew): Promise<number> {
  const { entries } = await house.ledger.list(house.tenantId, { type: 'sign-off.recorded' })
  return entries.length
}

async function send({ house }: Crew, words: readonly Uint8Array[]): Promise<readonly string[]> {
  const ends = await Promise.allSettled(
    words.map((word) => house.releases.signOff(house.operator, word)),
  )
  return ends.map((end) =>
    end.status === 'fulfilled' ? 'recorded' : (end.reason as { code: string }).code,
  )
}

test('the same sign-off at a time is one fact; whoever comes second hears that it was said', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const crew = await openCrew()
    const word = await sealWord(crew, 'APPROVE')
    const ends = await send(crew, [word, word, word])
    assert.equal(ends.filter((end) => end === 'recorded').length, 1, ends.join(', '))
    assert.ok(ends.every((end) => end === 'recorded' || end === 'RELEASE_SIGN_OFF_REFUSED'))
    assert.equal(await countRecorded(crew), 1)
  }
})

test('a rejection and an approval of one person that race are never both taken: the second needs a withdrawal', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const crew = await openCrew()
    const reject = await sealWord(crew, 'REJECT')
    const approve = await sealWord(crew, 'APPROVE')
    const ends = await send(crew, [reject, approve])
    assert.equal(ends.filter((end) => end === 'recorded').length, 1, ends.join(', '))
    assert.equal(await countRecorded(crew), 1)
  }
})
