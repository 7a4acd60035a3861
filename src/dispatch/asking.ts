// Use cases of whoever asks for a run: ask, look, cancel.
import { MASK } from '../kernel/index.ts'
import type { Principal, SqlTx } from '../kernel/index.ts'
import { selectRun, waitingChanges } from '../gates/index.ts'
import type { IssuedPreview } from '../action/index.ts'
import { releaseDigestOf } from '../proof/index.ts'
import type { Plan, Subject } from '../verdict/index.ts'
import { assertReviewed, isSameAsk, jsonOfAsk, keepRequest, requestAction } from './ask-action.ts'
import { assertAskable, secretRefused } from './ask-terms.ts'
import type { AskParams } from './ask-terms.ts'
import { dispatchFault } from './errors.ts'
import { WAIT_DEFAULT_S } from './model.ts'
import type { RunRequest, StoredRequest } from './model.ts'
import {
  lockRequest,
  selectRequest,
  selectRequestPage,
  updateCancelAsked,
} from './request-store.ts'
import type { RequestFilter } from './request-store.ts'
import type { DispatchPorts } from './ports.ts'
import { endRequest, isOpenState, settleRequest, standingOf, warmSeats } from './settling.ts'

/** A request for a run as somebody makes it. */
export interface AskWish {
  readonly planHash: string
  readonly parameters: Readonly<Record<string, string>>
  /** Names of parameters whose values the runner has. */
  readonly secrets: readonly string[]
  /** Of the artefacts; without any it is about the release as such. */
  readonly digests?: Readonly<Record<string, string>> | undefined
  readonly commit?: string | undefined
  readonly labels: readonly string[]
  readonly resume: 'cut-off' | 'none'
  readonly repeat: boolean
  readonly waitS?: number | undefined
  readonly confirmToken?: string | undefined
}

/** Either the request, or what has to be confirmed first. */
export interface AskAnswer {
  readonly request: RunRequest | null
  readonly preview: IssuedPreview | null
}

export async function askForRun(
  ports: DispatchPorts,
  principal: Principal,
  wish: AskWish,
): Promise<AskAnswer> {
  const { plans, actions, sql } = ports
  const { tenantId } = principal
  const { plan, planHash, reviewers } = await plans.read(tenantId, wish.planHash)
  assertReviewed(reviewers)
  const params: AskParams = {
    planHash,
    parameters: readParameters(wish),
    subject: subjectOf(ports, plan, wish),
    labels: [...new Set(wish.labels)].sort(),
    resume: wish.resume,
    repeat: wish.repeat,
    waitS: wish.waitS ?? WAIT_DEFAULT_S,
  }
  assertAskable(plan, params)
  const { service, version } = plan
  await ports.openRelease(tenantId, principal.id, { service, version })
  const json = jsonOfAsk(params)
  const action = requestAction(ports)
  if (wish.confirmToken !== undefined) {
    const request = await actions.confirm(principal, action, wish.confirmToken, (shown) =>
      isSameAsk(shown, json),
    )
    return { request: request as RunRequest, preview: null }
  }
  if (waitingChanges(plan, true, undefined).length > 0)
    return { request: null, preview: await actions.preview(principal, action, json) }
  const request = await sql.transaction({ tenantId }, (tx) =>
    keepRequest(ports, tx, principal, params, []),
  )
  return { request, preview: null }
}

/** @throws DISPATCH_PARAMETER_REFUSED for a secret that comes with its value */
function readParameters({ parameters, secrets }: AskWish): Record<string, string> {
  const told = secrets.find((name) => Object.hasOwn(parameters, name))
  if (told !== undefined) throw secretRefused(told)
  return { ...parameters, ...Object.fromEntries(secrets.map((name) => [name, MASK])) }
}

function subjectOf({ digest }: DispatchPorts, plan: Plan, { digests, commit }: AskWish): Subject {
  const { service, version, environment } = plan
  const whole = { release: releaseDigestOf(digest, service, version, environment) }
  const named = digests === undefined || Object.keys(digests).length === 0 ? whole : digests
  const subject = { service, version, environment, digests: named as Subject['digests'] }
  return commit === undefined ? subject : { ...subject, commit }
}

/** @throws DISPATCH_REQUEST_UNKNOWN */
export function unknownRequest(requestId: string): Error {
  return dispatchFault(
    'DISPATCH_REQUEST_UNKNOWN',
    `expected a known request for a run, got ${JSON.stringify(requestId.slice(0, 80))}`,
  )
}

export async function readRequest(
  ports: DispatchPorts,
  tenantId: string,
  requestId: string,
): Promise<RunRequest> {
  return ports.sql.transaction({ tenantId }, async (tx) => {
    const request = await selectRequest(tx, tenantId, requestId)
    if (request === undefined) throw unknownRequest(requestId)
    return (await showRequests(ports, tx, tenantId, [request]))[0]!
  })
}

export async function listRequests(
  ports: DispatchPorts,
  tenantId: string,
  filter: RequestFilter,
  limit: number,
  before: string | undefined,
): Promise<readonly RunRequest[]> {
  return ports.sql.transaction({ tenantId }, async (tx) => {
    const page = await selectRequestPage(tx, tenantId, filter, limit, before ?? null)
    return showRequests(ports, tx, tenantId, page)
  })
}

/** Requests as they stand now; what is due and not written down yet is shown all the same. */
async function showRequests(
  { clock }: DispatchPorts,
  tx: SqlTx,
  tenantId: string,
  requests: readonly StoredRequest[],
): Promise<readonly RunRequest[]> {
  const nowMs = clock.nowMs()
  const seats = requests.some(({ state }) => isOpenState(state))
    ? await warmSeats(tx, tenantId, nowMs)
    : []
  const shown: RunRequest[] = []
  for (const stored of requests) {
    const run =
      stored.state === 'running' && stored.runId !== null
        ? await selectRun(tx, tenantId, stored.runId)
        : undefined
    const { holderId: _, heldUntil: __, ...request } = stored
    shown.push({ ...request, ...standingOf(stored, run, seats, nowMs) })
  }
  return shown
}

/** What waits is cancelled at once; what runs is told, and ends within seconds. @throws DISPATCH_REQUEST_OVER */
export async function cancelRequest(
  ports: DispatchPorts,
  { id, tenantId }: Principal,
  requestId: string,
): Promise<RunRequest> {
  await ports.sql.transaction({ tenantId }, async (tx) => {
    const found = await lockRequest(tx, tenantId, requestId)
    if (found === undefined) throw unknownRequest(requestId)
    const request = await settleRequest(ports, tx, tenantId, found)
    if (request.state === 'running') return updateCancelAsked(tx, tenantId, requestId)
    if (!isOpenState(request.state))
      throw dispatchFault(
        'DISPATCH_REQUEST_OVER',
        `expected an open request, this one is ${request.state}`,
      )
    const at = new Date(ports.clock.nowMs()).toISOString()
    const end = { state: 'cancelled', reason: `cancelled by ${id}`, at, by: id } as const
    await endRequest(ports, tx, tenantId, request, end)
    return undefined
  })
  return readRequest(ports, tenantId, requestId)
}
