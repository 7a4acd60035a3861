// The control plane's slices over the test database: real signatures, a clock that tests move, blobs in memory.
import { randomUUID } from 'node:crypto'
import { ATTESTATION_CHECKS, attestationSlice, makeSystemLog } from '../src/attestation/index.ts'
import type { SystemLog, SystemLogPorts } from '../src/attestation/index.ts'
import { PROBE_CHECKS } from '../src/probe/index.ts'
import { actionSlice, makeActions } from '../src/action/index.ts'
import type { Actions } from '../src/action/index.ts'
import { dispatchSlice } from '../src/dispatch/index.ts'
import { jobSlice } from '../src/job/index.ts'
import { makeEvidence, evidenceSlice } from '../src/evidence/index.ts'
import type { Evidence } from '../src/evidence/index.ts'
import { gatesSlice, makeGatesChecks, makePlans, makeRuns } from '../src/gates/index.ts'
import type { Plans, Runs, StartedRun } from '../src/gates/index.ts'
import { identitySlice, makeAccounts, makeIdentity } from '../src/identity/index.ts'
import type { Accounts, Identity, RegisteredPrincipal } from '../src/identity/index.ts'
import { canonicalBytes, contentDigest } from '../src/kernel/index.ts'
import type { ContentDigest, Principal, Signer, Sql } from '../src/kernel/index.ts'
import { ledgerSlice, makeLedgerChecks } from '../src/ledger/index.ts'
import type { Erasures, Ledger } from '../src/ledger/index.ts'
import { gzipBytes } from '../src/platform/index.ts'
import { buildStatement, keyIdOf, sealStatement, subjectsOf } from '../src/proof/index.ts'
import { makeReleases, makeStandingWaivers, releaseSlice } from '../src/release/index.ts'
import type { Releases } from '../src/release/index.ts'
import { definitionHashOf } from '../src/verdict/index.ts'
import type { Capture, Consumed, Plan, StoredStatus, Subject } from '../src/verdict/index.ts'
import type { FakeClock } from './clock.ts'
import { nodeDigest, nodeRandom, nodeVerifier, testSigner, testSystemLogSigners } from './crypto.ts'
import { openTestSql } from './database.ts'
import { memoryGuard, openTestErasures, openTestLedger } from './ledger.ts'
import { memoryBlobs } from './memory-blobs.ts'

export interface Person {
  readonly principal: RegisteredPrincipal
  readonly signer: Signer
}

export interface House {
  readonly tenantId: string
  /** Whoever holds the key of the data folder. */
  readonly operator: Principal
  readonly sql: Sql
  readonly actions: Actions
  readonly clock: FakeClock
  readonly blobs: Map<string, Uint8Array>
  readonly ledger: Ledger
  readonly erasures: Erasures
  readonly evidence: Evidence
  readonly identity: Identity
  readonly accounts: Accounts
  readonly plans: Plans
  readonly runs: Runs
  readonly releases: Releases
  person(name: string, roles: readonly string[], kind?: 'person' | 'runner'): Promise<Person>
  /** Submits a command capture with this exit code for the gate, as the given runner. */
  submit(
    runner: Person,
    started: StartedRun,
    gate: string,
    exitCode: number,
    attempt?: number,
    announced?: number,
  ): Promise<StoredStatus>
  /** Submits a person's answer to a manual gate. */
  answer(
    person: Person,
    started: StartedRun,
    gate: string,
    answer: boolean,
    /** Who sends it; the operator when absent. */
    caller?: Principal,
  ): Promise<StoredStatus>
  sign(
    person: Person,
    role: string,
    decision?: 'APPROVE' | 'REJECT' | 'WITHDRAW',
    reviewHash?: ContentDigest,
    subject?: Subject,
    /** Who sends it; the operator when absent. */
    caller?: Principal,
  ): Promise<void>
}

export const SUBJECT: Subject = {
  service: 'harbour',
  version: '1.4.0',
  environment: 'staging',
  digests: { release: 'a'.repeat(64) },
}

/** With whom people of the house sign in. */
export const HOUSE_ISSUER = { name: 'corp', label: 'Corp', issuer: 'https://login.example' }

export const RELEASE = { service: SUBJECT.service, version: SUBJECT.version }

const SLICES = [
  ledgerSlice,
  attestationSlice,
  evidenceSlice,
  jobSlice,
  identitySlice,
  actionSlice,
  gatesSlice,
  dispatchSlice,
  releaseSlice,
]

const MIGRATIONS = SLICES.flatMap(({ name, migrations }) =>
  migrations ? [{ name, migrations }] : [],
)

export async function openHouse(): Promise<House> {
  const sql = await openTestSql(MIGRATIONS)
  const { ledger, clock, tenantId, ports: ledgerPorts } = await openTestLedger()
  const blobs = new Map<string, Uint8Array>()
  const ports = {
    sql,
    clock,
    random: nodeRandom,
    digest: nodeDigest,
    verifier: nodeVerifier,
    ledger,
  }
  const evidence = makeEvidence({ ...ports, blobs: memoryBlobs(blobs) })
  const identity = makeIdentity(ports)
  const signer = testSigner('ecdsa-p256-sha256')
  const keyId = keyIdOf(nodeDigest, signer.publicKey)
  const controlPlane = {
    id: `control-plane-${keyId.slice(0, 16)}`,
    keyId,
    version: '0.0.0',
    signer,
  }
  const checks = [...makeLedgerChecks(ledger), ...makeGatesChecks({ sql })]
  const confirmSecret = nodeRandom.bytes(32)
  const planPorts = { ...ports, evidence, identity, checks, controlPlane, confirmSecret }
  const plans = makePlans({ ...planPorts, runnerChecks: [...PROBE_CHECKS, ...ATTESTATION_CHECKS] })
  const actions = makeActions({ ...planPorts, areOneHand: () => Promise.resolve(false) })
  const findWaivers = makeStandingWaivers(planPorts)
  const { runs } = makeRuns({ ...planPorts, findWaivers }, plans, actions)
  const erasures = openTestErasures(ledgerPorts, ledger)
  const sealing = { ...ports, evidence, identity, signer, erasures }
  const releases = makeReleases({
    ports: { ...sealing, gzip: gzipBytes, systemLog: aSystemLog(ports) },
    runs,
    controlPlane,
  })
  const operator = { id: 'operator', tenantId }
  const tell = async (
    teller: Person,
    started: StartedRun,
    gate: string,
    capture: Capture,
    attempt: number,
    announced: number,
    caller: Principal = operator,
  ): Promise<StoredStatus> => {
    const bytes = canonicalBytes(capture)
    const digest = await evidence.keepBytes(tenantId, bytes)
    const statement = await sealGateRun(
      teller,
      started,
      gate,
      attempt,
      { digest, sizeBytes: bytes.length },
      clock.nowMs(),
    )
    await runs.intend(tenantId, 'operator', {
      runId: started.run.runId,
      gate,
      attempt: announced,
      holder: started.run.lease?.holder.id,
    })
    return (await runs.record(caller, started.run.runId, statement)).status
  }
  await identity.register(tenantId, {
    kind: 'control-plane',
    displayName: 'control plane',
    roles: [],
    publicKey: signer.publicKey,
  })
  return {
    tenantId,
    operator,
    sql,
    actions,
    clock,
    blobs,
    ledger,
    erasures,
    evidence,
    identity,
    accounts: makeAccounts({ ...ports, issuers: [HOUSE_ISSUER] }),
    plans,
    runs,
    releases,
    async person(name, roles, kind = 'person') {
      const own = testSigner('ecdsa-p256-sha256')
      const principal = await identity.register(tenantId, {
        kind,
        displayName: name,
        roles,
        publicKey: own.publicKey,
      })
      return { principal, signer: own }
    },
    submit(runner, started, gate, exitCode, attempt = 1, announced = attempt) {
      const capture: Capture = {
        kind: 'command',
        exitCode,
        signal: null,
        timedOut: false,
        steps: [],
        durationMs: 1,
        streams: {},
      }
      return tell(runner, started, gate, capture, attempt, announced)
    },
    answer: (person, started, gate, answer, caller) =>
      tell(person, started, gate, { kind: 'manual', answer, note: '', slots: {} }, 1, 1, caller),
    async sign(person, role, decision = 'APPROVE', reviewHash, subject, caller = operator) {
      const review = await releases.review(tenantId, RELEASE)
      const statement = buildStatement('sign-off', subjectsOf(subject ?? review.subject), {
        release: review.release,
        run: review.runId,
        role,
        principal: person.principal.id,
        decision,
        reviewHash: reviewHash ?? review.reviewHash,
        at: new Date(clock.nowMs()).toISOString(),
        comment: '',
      })
      await releases.signOff(
        caller,
        (await sealStatement(nodeDigest, person.signer, statement)).bytes,
      )
    },
  }
}

export async function sealGateRun(
  runner: Person,
  started: StartedRun,
  gateId: string,
  attempt: number,
  capture: { readonly digest: ContentDigest; readonly sizeBytes: number },
  atMs: number,
  consumed?: Consumed,
): Promise<Uint8Array> {
  const gate = started.plan.gates.find((each) => each.id === gateId)
  if (gate === undefined) throw new Error(`expected the gate ${gateId} in the plan`)
  const at = new Date(atMs).toISOString()
  const statement = buildStatement('gate-run', subjectsOf(started.run.subject), {
    run: started.run.runId,
    gate: gateId,
    attempt,
    definition: definitionHashOf(nodeDigest, gate),
    plan: started.run.planHash,
    environment: started.plan.environment,
    runner: { id: runner.principal.id, version: '0.0.0' },
    startedAt: at,
    finishedAt: at,
    evidence: [{ name: 'capture', mediaType: 'application/json', ...capture }],
    ...(consumed === undefined ? {} : { consumed }),
  })
  return (await sealStatement(nodeDigest, runner.signer, statement)).bytes
}

export async function startPlan(
  house: House,
  plan: Plan,
  fresh = false,
  subject = SUBJECT,
): Promise<StartedRun> {
  const { planHash } = await house.plans.record(house.tenantId, 'operator', plan)
  return house.runs.start(
    { id: 'operator', tenantId: house.tenantId },
    {
      planHash,
      parameters: {},
      parametersDigest: contentDigest(nodeDigest.sha256(canonicalBytes({}))),
      subject,
      resume: fresh ? 'none' : 'cut-off',
    },
  )
}

/** A system log of its own, with keys of its own. */
function aSystemLog(ports: Pick<SystemLogPorts, 'sql' | 'clock' | 'digest' | 'random'>): SystemLog {
  return makeSystemLog({
    ...ports,
    guard: memoryGuard(),
    origin: `house-${randomUUID()}/system-log`,
    openSigners: testSystemLogSigners(),
  })
}
