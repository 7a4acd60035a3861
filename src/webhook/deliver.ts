// The job that brings an endpoint its deliveries: one job for each endpoint, so that a slow one holds up nobody else.
import { failureName, messageOf, SeaworthyError, UNTRACED, utf8Bytes } from '../kernel/index.ts'
import type {
  Clock,
  Fetch,
  JobCall,
  JobKind,
  JobOutcome,
  Random,
  Span,
  Sql,
  Tracing,
} from '../kernel/index.ts'
import type { Ledger } from '../ledger/index.ts'
import { admissionOf, afterFailure, afterRequest, afterSuccess } from './cool-down.ts'
import type { CoolDown } from './cool-down.ts'
import { selectDue, selectNextDueMs, updateToDead } from './delivery-store.ts'
import { ANSWER_LIMIT_BYTES, DELIVER_KIND, DELIVERY_TIMEOUT_MS } from './model.ts'
import type { AttemptEnd, DueDelivery, StoredEndpoint } from './model.ts'
import { AttemptRecord } from './attempt-record.ts'
import type { HealthStep } from './attempt-record.ts'
import { pauseMs, readRetryAfterMs } from './retry-schedule.ts'
import { signingKeysOf } from './secrets.ts'
import type { SecretPorts } from './secrets.ts'
import { signedFields } from './signature.ts'
import type { SigningKeys } from './signature.ts'
import { selectEndpoint } from './store.ts'

/** Endpoints that one worker serves at the same time, and those of one tenant over all workers. */
const WORKER_LIMIT_COUNT = 200
const TENANT_LIMIT_COUNT = 50
/** Deliveries on their way to one endpoint at the same time. */
const LANE_COUNT = 8
/** Deliveries that are read in one statement, and how much of bodies a job holds at most, but for the last of them. */
const BATCH_LIMIT_COUNT = 200
const BATCH_LIMIT_BYTES = 1024 * 1024
/** Then others get their turn. */
const SLICE_MS = 20_000
const JOB_TIME_LIMIT_MS = 120_000
const JOB_ATTEMPT_LIMIT = 20
const GONE = 410
const ASKS_FOR_PATIENCE: readonly number[] = [429, 503]

export interface DeliverPorts extends SecretPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly ledger: Ledger
  readonly fetch: Fetch
  /** Who tells the ledger of endpoints that fail. */
  readonly actor: string
  /** `seaworthy/1.2.3`, as receivers see it. */
  readonly userAgent: string
  readonly tracing?: Tracing
}

export function makeDeliverJob(ports: DeliverPorts): JobKind {
  return {
    name: DELIVER_KIND,
    summary: 'Bring an endpoint the events that are due',
    workerLimit: WORKER_LIMIT_COUNT,
    tenantLimit: TENANT_LIMIT_COUNT,
    attemptLimit: JOB_ATTEMPT_LIMIT,
    timeLimitMs: JOB_TIME_LIMIT_MS,
    keptDoneMs: 0,
    run: (call) => deliverTo(ports, call, (call.payload as { endpointId: string }).endpointId),
  }
}

async function deliverTo(
  ports: DeliverPorts,
  call: JobCall,
  endpointId: string,
): Promise<JobOutcome | undefined> {
  const { clock } = ports
  const untilMs = clock.monotonicMs() + SLICE_MS
  for (;;) {
    const found = await findWork(ports, call.tenantId, endpointId)
    if (!('due' in found))
      return found.againMs === undefined ? undefined : { againMs: found.againMs }
    await new Round(ports, call, found.endpoint).send(found.due)
    if (call.signal.aborted) throw call.signal.reason
    if (clock.monotonicMs() >= untilMs) return { againMs: clock.nowMs() }
  }
}

type Work =
  | { readonly endpoint: StoredEndpoint; readonly due: readonly DueDelivery[] }
  | { readonly againMs: number | undefined }

function findWork({ sql, clock }: DeliverPorts, tenantId: string, id: string): Promise<Work> {
  return sql.transaction({ tenantId }, async (tx) => {
    const nowMs = clock.nowMs()
    const endpoint = await selectEndpoint(tx, tenantId, id)
    if (endpoint === undefined) return { againMs: undefined }
    if (!endpoint.isEnabled) {
      await updateToDead(tx, tenantId, id, nowMs)
      return { againMs: undefined }
    }
    const nextMs = await selectNextDueMs(tx, tenantId, id)
    if (nextMs === undefined) return { againMs: undefined }
    const admission = admissionOf(endpoint, nowMs)
    if (admission === 'resting') return { againMs: Math.max(nextMs, endpoint.restsUntilMs ?? 0) }
    if (nextMs > nowMs) return { againMs: nextMs }
    const count = admission === 'trial' ? 1 : BATCH_LIMIT_COUNT
    const limit = { count, sizeBytes: BATCH_LIMIT_BYTES }
    return { endpoint, due: await selectDue(tx, tenantId, id, nowMs, limit) }
  })
}

/** One batch on its way: lanes take from it until it is empty, the endpoint rests or the job is told to stop. */
class Round {
  readonly #ports: DeliverPorts
  readonly #call: JobCall
  readonly #endpoint: StoredEndpoint
  readonly #keys: SigningKeys
  readonly #record: AttemptRecord
  #health: CoolDown
  #isOver = false

  constructor(ports: DeliverPorts, call: JobCall, endpoint: StoredEndpoint) {
    this.#ports = ports
    this.#call = call
    this.#endpoint = endpoint
    this.#keys = signingKeysOf(ports, call.tenantId, endpoint, ports.clock.nowMs())
    this.#record = new AttemptRecord(ports, call.tenantId, endpoint)
    this.#health = endpoint
  }

  async send(due: readonly DueDelivery[]): Promise<void> {
    const queue = due.values()
    const lane = async (): Promise<void> => {
      for (const delivery of queue) {
        await this.#attempt(delivery)
        if (this.#isOver || this.#call.signal.aborted) return
        if (this.#record.hasFailed || this.#record.isUnwanted) return
      }
    }
    const lanes = Array.from({ length: Math.min(LANE_COUNT, due.length) }, lane)
    try {
      await Promise.all(lanes)
    } finally {
      await this.#record.written()
    }
  }

  async #attempt(delivery: DueDelivery): Promise<void> {
    const { clock, fetch } = this.#ports
    const beganMs = clock.nowMs()
    const attempt = delivery.attempt + 1
    const body = utf8Bytes(delivery.body)
    const parts = { id: delivery.eventId, timestampS: Math.floor(beganMs / 1_000), body }
    const signed = await signedFields(this.#ports.digest, this.#keys, parts)
    const span = this.#follow(delivery, attempt)
    const request = {
      method: 'POST',
      url: this.#endpoint.url,
      headers: {
        ...signed,
        ...(span.traceparent === undefined ? {} : { traceparent: span.traceparent }),
        'content-type': 'application/json',
        'user-agent': this.#ports.userAgent,
      },
      body,
      timeoutMs: DELIVERY_TIMEOUT_MS,
      bodyLimitBytes: ANSWER_LIMIT_BYTES,
      signal: this.#call.signal,
    }
    const came = await fetch.send(request).then(
      ({ status, headers }) => ({ status, retryAfter: headers['retry-after'] }),
      (error: unknown) => ({ error }),
    )
    span.end(
      'error' in came
        ? { failure: failureName(came.error) }
        : { facts: { 'http.response.status_code': came.status } },
    )
    // The worker stops: nobody knows whether it arrived, so it is sent again, as if this attempt had not been.
    if ('error' in came && this.#call.signal.aborted) return
    this.#note({ eventId: delivery.eventId, attempt, beganMs, endedMs: clock.nowMs() }, came)
  }

  /** Its address is not told: receivers put tokens into theirs. */
  #follow({ eventId, trace }: DueDelivery, attempt: number): Span {
    const { tracing = UNTRACED } = this.#ports
    return tracing.begin({
      name: 'webhook delivery',
      kind: 'client',
      parent: trace,
      link: tracing.current(),
      facts: {
        'http.request.method': 'POST',
        'seaworthy.webhook.endpoint': this.#endpoint.id,
        'seaworthy.webhook.event': eventId,
        'seaworthy.webhook.attempt': attempt,
      },
    })
  }

  #note(
    facts: Pick<AttemptEnd, 'eventId' | 'attempt' | 'beganMs' | 'endedMs'>,
    came:
      | { readonly status: number; readonly retryAfter: string | undefined }
      | { readonly error: unknown },
  ): void {
    const { endedMs, attempt } = facts
    const status = 'status' in came ? came.status : undefined
    if (status !== undefined && status >= 200 && status < 300) {
      this.#keep({ ...facts, state: 'delivered', status }, (before) =>
        afterSuccess(before, endedMs),
      )
      return
    }
    const error = 'error' in came ? reasonOf(came.error) : `answered ${String(status)}`
    const told = status === undefined ? { error } : { error, status }
    if (status === GONE) {
      this.#isOver = true
      this.#record.addGone({ ...facts, state: 'dead', ...told })
      return
    }
    const askedMs = 'retryAfter' in came ? readRetryAfterMs(came.retryAfter, endedMs) : 0
    const isAsked = askedMs > 0 && status !== undefined && ASKS_FOR_PATIENCE.includes(status)
    const pause = pauseMs(attempt, this.#ports.random.bytes(1)[0]! / 255, askedMs)
    const end =
      pause === undefined
        ? { state: 'dead' as const }
        : { state: 'pending' as const, nextMs: endedMs + pause }
    this.#keep({ ...facts, ...told, ...end }, (before) =>
      isAsked
        ? afterRequest(before, endedMs + askedMs)
        : afterFailure(before, endedMs, this.#endpoint.breaker),
    )
    if (this.#health.isResting) this.#isOver = true
  }

  /** The round goes by what it has seen itself; the row by what all have. */
  #keep(end: AttemptEnd, step: HealthStep): void {
    this.#health = step(this.#health)
    this.#record.add(end, step)
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof SeaworthyError)) return messageOf(error)
  const reason = error.details['reason']
  return typeof reason === 'string' ? `no answer: ${reason}` : error.message
}
