// People around a release of the test house: a plan of two gates, changes of the register, a waiver with its two approvers.
import {
  buildStatement,
  parseTrust,
  sealStatement,
  serviceSubject,
  subjectsOf,
} from '../src/proof/index.ts'
import type { WaiverPredicate } from '../src/proof/index.ts'
import assert from 'node:assert/strict'
import { canonicalize } from '../src/kernel/index.ts'
import { nodeVerifyPorts } from '../src/verify/node.ts'
import { verifyBundle } from '../src/verify/index.ts'
import type { VerifyReport } from '../src/verify/index.ts'
import type { Change } from '../src/register/index.ts'
import type { Plan } from '../src/verdict/index.ts'
import { nodeDigest } from './crypto.ts'
import { aGate, aPlan, DAY_MS } from './decisions.ts'
import { openHouse, RELEASE, startPlan, SUBJECT } from './house.ts'
import type { House, Person } from './house.ts'

const SERVICE = RELEASE.service

export const CREW_PLAN = aPlan([aGate({ id: 'tests' }), aGate({ id: 'load' })], {
  service: SERVICE,
  version: RELEASE.version,
  environment: 'staging',
  signOffs: [{ role: 'Manager', minimum: 1 }],
})

export interface Crew {
  readonly house: House
  readonly ann: Person
  readonly ben: Person
  readonly cy: Person
  readonly runner: Person
}

/** A release with one gate that holds and one that does not. */
export async function aCrew(loadExit = 1, plan: Plan = CREW_PLAN): Promise<Crew> {
  const house = await openHouse()
  const runner = await house.person('runner', [], 'runner')
  const ann = await house.person('Ann', ['Manager'])
  const ben = await house.person('Ben', ['Manager'])
  const cy = await house.person('Cy', ['SRE'])
  await house.releases.open(house.tenantId, 'operator', RELEASE, null)
  const started = await startPlan(house, plan)
  await house.submit(runner, started, 'tests', 0)
  await house.submit(runner, started, 'load', loadExit)
  await house.runs.finish(house.tenantId, 'operator', started.run.runId)
  return { house, runner, ann, ben, cy }
}

/** @param audience the house's own ledger by default; null names none */
export async function change(
  { house }: Pick<Crew, 'house'>,
  by: Person,
  wanted: Change,
  atMs = house.clock.nowMs(),
  audience?: string | null,
): Promise<`sha256:${string}`> {
  const statement = buildStatement('approval', serviceSubject(nodeDigest, SERVICE), {
    what: 'change',
    service: SERVICE,
    ...(audience === null ? {} : { audience: audience ?? (await audienceOf(house)) }),
    principal: by.principal.id,
    at: new Date(atMs).toISOString(),
    change: JSON.parse(canonicalize(wanted)) as Record<string, never>,
  })
  const sealed = await sealStatement(nodeDigest, by.signer, statement)
  await house.releases.change(house.operator, 'approval', sealed.bytes)
  return sealed.id
}

async function audienceOf({ ledger, tenantId }: Crew['house']): Promise<string> {
  return (await ledger.identify(tenantId))?.origin ?? ''
}

/** The person's recorded review of the plan. @returns the digest of the signed approval */
export async function reviewPlan(
  { house }: Pick<Crew, 'house'>,
  by: Person,
  plan: Plan,
): Promise<`sha256:${string}`> {
  const { planHash } = await house.plans.record(house.tenantId, 'operator', plan)
  const statement = buildStatement('approval', subjectsOf(SUBJECT), {
    what: 'plan',
    digest: planHash,
    principal: by.principal.id,
    at: new Date(house.clock.nowMs()).toISOString(),
  })
  const sealed = await sealStatement(nodeDigest, by.signer, statement)
  await house.plans.review(house.operator, sealed.bytes)
  return sealed.id
}

export async function askWaiver(
  crew: Crew,
  maxUses: number,
  fields: Partial<WaiverPredicate> = {},
): Promise<`sha256:${string}`> {
  const { house, ann, cy } = crew
  await change(crew, ann, {
    kind: 'risk.opened',
    id: fields.risk ?? 'R1',
    level: 'P3',
    title: 'rig is flaky',
    owner: ann.principal.id,
    likelihood: 'low',
    impact: 'low',
    mitigation: '',
  })
  const nowMs = house.clock.nowMs()
  const statement = buildStatement('waiver', serviceSubject(nodeDigest, SERVICE), {
    id: 'W1',
    service: SERVICE,
    audience: await audienceOf(house),
    version: RELEASE.version,
    environment: 'staging',
    gates: ['load'],
    reason: 'rig is broken',
    risk: 'R1',
    compensatingControl: 'canary',
    principal: cy.principal.id,
    at: new Date(nowMs).toISOString(),
    expiresAt: new Date(nowMs + 2 * DAY_MS).toISOString(),
    maxUses,
    ...fields,
  })
  const sealed = await sealStatement(nodeDigest, cy.signer, statement)
  await house.releases.change(house.operator, 'waiver', sealed.bytes)
  return sealed.id
}

export async function aWaivedCrew(maxUses: number, plan: Plan = CREW_PLAN): Promise<Crew> {
  const crew = await aCrew(1, plan)
  const statement = await askWaiver(crew, maxUses)
  for (const person of [crew.ann, crew.ben])
    await change(crew, person, { kind: 'approved', id: 'W1', statement })
  if (plan.signOffs.length > 0) await crew.house.sign(crew.ann, 'Manager')
  return crew
}

/** What anybody makes of the sealed release with the trust file alone. */
export async function verifySealed({ house }: Pick<Crew, 'house'>): Promise<VerifyReport> {
  const sealed = await house.releases.seal(house.tenantId, RELEASE)
  const trust = parseTrust(nodeDigest, sealed.trust)
  assert.ok(trust.ok)
  return verifyBundle(house.blobs.get(sealed.bundle)!, {
    ports: nodeVerifyPorts,
    trust: { kind: 'file', trust: trust.value },
  })
}
