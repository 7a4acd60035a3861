// What is foreseen of releases, by a clock that stands still between two looks: near enough, not too early, and never what is over.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCrew, askWaiver, change, CREW_PLAN } from '../../test/crew.ts'
import type { Crew } from '../../test/crew.ts'
import { aGate, aPlan } from '../../test/decisions.ts'
import { RELEASE } from '../../test/house.ts'

const HOUR_MS = 3_600_000
const PLAN = aPlan(
  [
    aGate({ id: 'tests', maxAgeMs: 8 * HOUR_MS }),
    aGate({ id: 'load', maxAgeMs: 90 * 24 * HOUR_MS }),
  ],
  {
    service: RELEASE.service,
    version: RELEASE.version,
    environment: 'staging',
    signOffs: [{ role: 'Manager', minimum: 1 }],
  },
)

async function foreseen({ house }: Crew): Promise<readonly (readonly [string, string])[]> {
  const found = await house.releases.foresee(house.tenantId)
  return found.map(({ event, what }) => [event, what] as const)
}

test('a role is awaited once all else holds, then evidence and the Go that rests on it end, and then nothing is left to say', async () => {
  const crew = await aCrew(0, PLAN)
  const { house, ann } = crew
  assert.deepEqual(await foreseen(crew), [
    ['sign-off-wanted', 'the role Manager has 0 of 1 sign-offs by distinct people'],
  ])
  await house.sign(ann, 'Manager')
  assert.deepEqual(await foreseen(crew), [])
  const decided = await house.releases.decide(house.tenantId, RELEASE)
  assert.equal(decided.verdict.value, 'GO')
  const end = decided.verdict.expiresAtMs!
  house.clock.advance(end - house.clock.nowMs() - 2 * HOUR_MS - 60_000)
  assert.deepEqual(await foreseen(crew), [])
  house.clock.advance(2 * 60_000)
  const near = await house.releases.foresee(house.tenantId)
  assert.deepEqual(
    near.map(({ event, what, atMs }) => [event, what, atMs]),
    [
      ['go-ending', 'the GO (the evidence of tests)', end],
      ['evidence-ending', 'the evidence of tests', end],
    ],
  )
  assert.match(near[0]?.atText ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/)
  house.clock.advance(2 * HOUR_MS)
  assert.deepEqual(await foreseen(crew), [])
})

test('a waiver is told of when a quarter of its time is left, in the release time zone, and a revoked one is not', async () => {
  const crew = await aCrew(1, CREW_PLAN)
  const { house, ann, ben } = crew
  const statement = await askWaiver(crew, 1)
  assert.deepEqual(await foreseen(crew), [])
  for (const person of [ann, ben])
    await change(crew, person, { kind: 'approved', id: 'W1', statement })
  const zoned = await change(crew, ann, {
    kind: 'policy.set',
    policy: { timezone: 'Europe/Berlin' },
  })
  await change(crew, ben, { kind: 'approved', id: 'policy', statement: zoned })
  // It was asked for two days.
  house.clock.advance(35 * HOUR_MS)
  const wanted = await foreseen(crew)
  assert.deepEqual(
    wanted.map(([event]) => event),
    ['sign-off-wanted'],
  )
  house.clock.advance(2 * HOUR_MS)
  const [waiver, ...more] = await house.releases.foresee(house.tenantId)
  assert.deepEqual(
    [waiver?.event, waiver?.what, more.length],
    ['waiver-ending', 'the waiver W1', 1],
  )
  assert.match(waiver?.atText ?? '', /\+0[12]:00 \(Europe\/Berlin\)$/)
  await change(crew, ann, { kind: 'waiver.revoked', id: 'W1', reason: 'rig is back' })
  assert.deepEqual(await foreseen(crew), [])
})
