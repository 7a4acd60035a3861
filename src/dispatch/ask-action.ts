// The action `run.request`: a run is asked for with what its gates would do shown first, and confirmed by whoever asks.
import { canonicalize, UUID_CHANCE_BYTES, uuidV7 } from '../kernel/index.ts'
import type { Action, ActionCall, ContentDigest, Json, Principal, SqlTx } from '../kernel/index.ts'
import { riskOf, selectLatestRun, waitingChanges } from '../gates/index.ts'
import type { Plan, Subject } from '../verdict/index.ts'
import { assertAskable, parseAskParams } from './ask-terms.ts'
import type { AskParams } from './ask-terms.ts'
import { dispatchFault } from './errors.ts'
import type { RunRequest, StoredRequest } from './model.ts'
import type { DispatchPorts } from './ports.ts'
import { SETTLE_KIND, settleRequest } from './settling.ts'
import { insertRequest, lockRequest, selectRequestPage } from './request-store.ts'

export function requestAction(ports: DispatchPorts): Action {
  return {
    name: 'run.request',
    summary: 'Ask a waiting runner for a run whose gates are more than reads',
    async open(principal, params) {
      const asked = parseAskParams(params)
      const { plan, reviewers } = await ports.plans.read(principal.tenantId, asked.planHash)
      assertReviewed(reviewers)
      assertAskable(plan, asked)
      return callOf(ports, principal, plan, asked)
    },
  }
}

/** @throws DISPATCH_PLAN_UNREVIEWED */
export function assertReviewed(reviewers: readonly string[]): void {
  if (reviewers.length > 0) return
  throw dispatchFault('DISPATCH_PLAN_UNREVIEWED', 'expected a reviewed plan, nobody has signed it')
}

function callOf(
  ports: DispatchPorts,
  principal: Principal,
  plan: Plan,
  params: AskParams,
): ActionCall {
  const changes = waitingChanges(plan, true, undefined)
  const count = changes.length === 1 ? '1 gate' : `${changes.length} gates`
  const again = params.repeat ? ', those that were cut off again' : ''
  return {
    async preview(tx) {
      const latest = await selectLatestRun(tx, principal.tenantId, plan)
      return {
        summary: `have a runner run ${count} of ${plan.service}@${plan.version} in ${plan.environment}${again}`,
        risk: riskOf(changes),
        changes,
        policy: 'all but reads ask',
        // An open run is taken up, and what was cut off in it may be done again: of another run something else is.
        state: { run: latest?.finishedAt === null ? latest.runId : null },
      }
    },
    carryOut: (tx) =>
      keepRequest(
        ports,
        tx,
        principal,
        params,
        changes.map(({ of }) => of),
      ),
  }
}

export function jsonOfAsk({ subject, ...params }: AskParams): Json {
  const { service, version, environment, digests, commit } = subject
  const named = { service, version, environment, digests }
  return { ...params, subject: commit === undefined ? named : { ...named, commit } }
}

/** Whether two requests ask for the same. */
export function isSameAsk(left: Json, right: Json): boolean {
  return canonicalize(left) === canonicalize(right)
}

const MS_PER_S = 1000

/**
 * Writes the request down, with the fact of who asked and the job that ends it.
 * @throws DISPATCH_REQUEST_OPEN
 */
export async function keepRequest(
  ports: DispatchPorts,
  tx: SqlTx,
  { id: askedBy, tenantId }: Principal,
  params: AskParams,
  confirmed: readonly string[],
): Promise<RunRequest> {
  const { ledger, jobs } = ports
  const { service, version, environment } = params.subject
  await settleOpen(ports, tx, tenantId, params.subject)
  const request = requestOf(ports, askedBy, params, confirmed)
  if (!(await insertRequest(tx, tenantId, request)))
    throw dispatchFault(
      'DISPATCH_REQUEST_OPEN',
      `expected no open request for a run of ${service}@${version} in ${environment}, found one`,
    )
  await jobs.enqueue(tx, [
    {
      tenantId,
      kind: SETTLE_KIND,
      key: request.requestId,
      payload: { request: request.requestId },
      dueMs: Date.parse(request.expiresAt) + 1,
    },
  ])
  await ledger.appendInTx(tx, tenantId, [
    {
      type: 'run.requested',
      actor: askedBy,
      subject: `${service}@${version}`,
      payload: {
        request: request.requestId,
        plan: request.planHash,
        environment,
        labels: params.labels,
        parameters: params.parameters,
        confirmed,
        repeat: params.repeat,
      },
      refs: [request.planHash],
    },
  ])
  return request
}

function requestOf(
  { clock, random }: DispatchPorts,
  askedBy: string,
  params: AskParams,
  confirmed: readonly string[],
): StoredRequest {
  const nowMs = clock.nowMs()
  const { service, version, environment } = params.subject
  const at = new Date(nowMs).toISOString()
  const { parameters, subject, labels, resume, repeat } = params
  return {
    requestId: uuidV7(nowMs, random.bytes(UUID_CHANCE_BYTES)),
    planHash: params.planHash as ContentDigest,
    service,
    version,
    environment,
    wish: { parameters, subject, labels, confirmed, resume, repeat },
    askedBy,
    askedAt: at,
    expiresAt: new Date(nowMs + params.waitS * MS_PER_S).toISOString(),
    state: 'waiting',
    stateAt: at,
    reason: null,
    runId: null,
    runnerId: null,
    isCancelAsked: false,
    holderId: null,
    heldUntil: null,
  }
}

/** What is over without having been written down must not keep anybody from asking anew. */
async function settleOpen(
  ports: DispatchPorts,
  tx: SqlTx,
  tenantId: string,
  { service, version, environment }: Subject,
): Promise<void> {
  const filter = { service, version, environment, isOpen: true }
  const open = await selectRequestPage(tx, tenantId, filter, 1, null)
  const [first] = open
  const locked = first && (await lockRequest(tx, tenantId, first.requestId))
  if (locked !== undefined) await settleRequest(ports, tx, tenantId, locked)
}
