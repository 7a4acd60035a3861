// The job that brings a channel its messages, one after the other: one job for each channel, so that a slow one holds up nobody else.
import { messageOf } from '../kernel/index.ts'
import type { JobCall, JobKind, JobOutcome, JobWish, Jobs, Seal } from '../kernel/index.ts'
import { admissionOf } from '../webhook/index.ts'
import { recordAttempt } from './attempt-end.ts'
import type { AttemptPorts } from './attempt-end.ts'
import { selectNextMessage, selectRateFreeMs, updateMessagesToDead } from './message-store.ts'
import { DELIVER_KIND } from './model.ts'
import type { SendEnd, StoredChannel, StoredMessage } from './model.ts'
import { sendOver } from './sending.ts'
import type { SendPorts } from './senders.ts'
import { selectChannel } from './store.ts'

/** Channels that one worker serves at the same time, and those of one tenant over all workers. */
const WORKER_LIMIT_COUNT = 100
const TENANT_LIMIT_COUNT = 50
/** Then others get their turn. */
const SLICE_MS = 20_000
const JOB_TIME_LIMIT_MS = 120_000
const JOB_ATTEMPT_LIMIT = 20

export interface DeliverPorts extends SendPorts, AttemptPorts {
  readonly jobs: Jobs
  readonly seal: Seal
}

export function makeNotifyJob(ports: DeliverPorts): JobKind {
  return {
    name: DELIVER_KIND,
    summary: 'Bring a channel the messages that are due',
    workerLimit: WORKER_LIMIT_COUNT,
    tenantLimit: TENANT_LIMIT_COUNT,
    attemptLimit: JOB_ATTEMPT_LIMIT,
    timeLimitMs: JOB_TIME_LIMIT_MS,
    keptDoneMs: 0,
    run: (call) => deliverOver(ports, call, (call.payload as { channelId: string }).channelId),
  }
}

export function notifyWish(tenantId: string, channelId: string): JobWish {
  return { tenantId, kind: DELIVER_KIND, key: channelId, payload: { channelId } }
}

async function deliverOver(
  ports: DeliverPorts,
  call: JobCall,
  channelId: string,
): Promise<JobOutcome | undefined> {
  const { clock } = ports
  const untilMs = clock.monotonicMs() + SLICE_MS
  for (;;) {
    const found = await findMessage(ports, call.tenantId, channelId)
    if (!('message' in found))
      return found.againMs === undefined ? undefined : { againMs: found.againMs }
    await attempt(ports, call, found.channel, found.message)
    if (call.signal.aborted) throw call.signal.reason
    if (clock.monotonicMs() >= untilMs) return { againMs: clock.nowMs() }
  }
}

type Found =
  | { readonly channel: StoredChannel; readonly message: StoredMessage }
  | { readonly againMs: number | undefined }

function findMessage({ sql, clock }: DeliverPorts, tenantId: string, id: string): Promise<Found> {
  return sql.transaction({ tenantId }, async (tx) => {
    const nowMs = clock.nowMs()
    const channel = await selectChannel(tx, tenantId, id)
    if (channel === undefined) return { againMs: undefined }
    if (!channel.isEnabled) {
      await updateMessagesToDead(tx, tenantId, id, nowMs)
      return { againMs: undefined }
    }
    const message = await selectNextMessage(tx, tenantId, id)
    if (message === undefined) return { againMs: undefined }
    const nextMs = Date.parse(message.nextAt)
    if (admissionOf(channel, nowMs) === 'resting')
      return { againMs: Math.max(nextMs, channel.restsUntilMs ?? 0) }
    if (nextMs > nowMs) return { againMs: nextMs }
    const freeMs = await selectRateFreeMs(tx, tenantId, id, channel.ratePerMinute, nowMs)
    if (freeMs !== undefined && freeMs > nowMs) return { againMs: freeMs }
    return { channel, message }
  })
}

async function attempt(
  ports: DeliverPorts,
  call: JobCall,
  channel: StoredChannel,
  message: StoredMessage,
): Promise<void> {
  const { clock } = ports
  const beganMs = clock.nowMs()
  const end = await sendOver(ports, call.tenantId, channel, message, call.signal).catch(
    (error: unknown): SendEnd => ({ outcome: 'failed', error: messageOf(error) }),
  )
  // The worker stops: nobody knows whether it arrived, so it is sent again, as if this attempt had not been.
  if (end.outcome === 'failed' && call.signal.aborted) return
  const made = { channel, message, beganMs, endedMs: clock.nowMs(), end }
  await recordAttempt(ports, call.tenantId, made)
}
