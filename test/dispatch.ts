// Requests for runs over the test database: a reviewed plan, runners with keys, and words signed as a runner signs them.
import { makeDispatch, seatWord, claimWord } from '../src/dispatch/index.ts'
import type { ClaimedRequest, RunnerOffer } from '../src/dispatch/index.ts'
import type { RunHolder } from '../src/gates/index.ts'
import { makeJobs } from '../src/job/index.ts'
import { base64Of } from '../src/kernel/index.ts'
import type { ContentDigest } from '../src/kernel/index.ts'
import { openLocalPubSub } from '../src/platform/index.ts'
import { buildStatement, sealStatement, subjectsOf } from '../src/proof/index.ts'
import type { Plan } from '../src/verdict/index.ts'
import { nodeDigest, nodeRandom, nodeVerifier } from './crypto.ts'
import { openHouse, SUBJECT } from './house.ts'
import type { House, Person } from './house.ts'

export type Dispatch = ReturnType<typeof makeDispatch>['dispatch']

export interface DispatchHouse extends House {
  readonly dispatch: Dispatch
  pin(plan: Plan): Promise<ContentDigest>
  /** Pins the plan and has a person review it. */
  review(plan: Plan): Promise<ContentDigest>
  seat(runner: Person, offer?: Partial<RunnerOffer>, atMs?: number): Promise<string>
  claim(
    runner: Person,
    seat: string,
    requestId: string,
    holder?: RunHolder,
    atMs?: number,
  ): Promise<ClaimedRequest>
}

const OFFER: RunnerOffer = { services: null, environments: ['staging'], labels: [] }

export function holderNamed(id: string): RunHolder {
  return { id, machine: 'pier', pid: 7 }
}

export async function openDispatchHouse(): Promise<DispatchHouse> {
  const house = await openHouse()
  const { sql, clock, ledger, identity, plans, runs, actions, releases, tenantId } = house
  const jobs = makeJobs({ clock, random: nodeRandom, pubSub: openLocalPubSub() })
  const { dispatch } = makeDispatch({
    sql,
    clock,
    ledger,
    identity,
    plans,
    runs,
    actions,
    jobs,
    random: nodeRandom,
    digest: nodeDigest,
    verifier: nodeVerifier,
    openRelease: (tenant, actor, release) => releases.open(tenant, actor, release, null),
    actor: 'control-plane',
  })
  const pin = async (plan: Plan): Promise<ContentDigest> =>
    (await plans.record(tenantId, 'operator', plan)).planHash
  return {
    ...house,
    dispatch,
    pin,
    async review(plan) {
      const planHash = await pin(plan)
      const reviewer = await house.person('rita', [])
      const sealed = await sealStatement(
        nodeDigest,
        reviewer.signer,
        buildStatement('approval', subjectsOf(SUBJECT), {
          what: 'plan',
          digest: planHash,
          principal: reviewer.principal.id,
          at: new Date(clock.nowMs()).toISOString(),
        }),
      )
      await plans.review(house.operator, sealed.bytes)
      return planHash
    },
    async seat(runner, offer = {}, atMs = clock.nowMs()) {
      const word = {
        runner: runner.principal.id,
        machine: 'pier',
        offer: { ...OFFER, ...offer },
        at: new Date(atMs).toISOString(),
      }
      const signature = base64Of(await runner.signer.sign(seatWord(word)))
      return (await dispatch.openSeat(tenantId, { ...word, signature })).seatId
    },
    async claim(runner, seat, request, holder = holderNamed('one'), atMs = clock.nowMs()) {
      const at = new Date(atMs).toISOString()
      const word = claimWord({ runner: runner.principal.id, request, holder, at })
      const signature = base64Of(await runner.signer.sign(word))
      return dispatch.claim(tenantId, request, { seat, holder, at, signature })
    },
  }
}
