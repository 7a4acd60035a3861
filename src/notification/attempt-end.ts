// Writes down what an attempt came to: the message, the health of its channel and the receipt in the ledger, in one transaction.
import { beginAgain, bytesEqual } from '../kernel/index.ts'
import type { Clock, Random, Sql, SqlTx } from '../kernel/index.ts'
import type { Ledger, LedgerFact } from '../ledger/index.ts'
import { afterFailure, afterRequest, afterSuccess, pauseMs } from '../webhook/index.ts'
import type { CoolDown } from '../webhook/index.ts'
import { updateMessageEnd } from './message-store.ts'
import type { MessageEnd } from './message-store.ts'
import { channelSubject } from './model.ts'
import type { SendEnd, StoredChannel, StoredMessage } from './model.ts'
import { lockChannel, updateChannelHealth } from './store.ts'

/** Sooner than webhooks at first, because somebody is meant to read it now; given up after a day. */
const PAUSES_S = [5, 30, 120, 300, 900, 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600]

export interface AttemptPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly ledger: Ledger
  /** Who tells the ledger. */
  readonly actor: string
  /** For whoever watches the deployment; tests of channels are not counted. */
  countAttempt(outcome: AttemptOutcome): void
}

/** `failed`: it is tried again. */
export const ATTEMPT_OUTCOMES = ['arrived', 'failed', 'given-up'] as const
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number]

const OUTCOME_OF = { delivered: 'arrived', pending: 'failed', dead: 'given-up' } as const

/** One attempt, as it was made. */
export interface Attempt {
  readonly channel: StoredChannel
  readonly message: Pick<
    StoredMessage,
    'id' | 'attempt' | 'topic' | 'origin' | 'contentHash' | 'quietCount'
  >
  readonly beganMs: number
  readonly endedMs: number
  readonly end: SendEnd
}

export async function recordAttempt(
  ports: AttemptPorts,
  tenantId: string,
  attempt: Attempt,
): Promise<void> {
  const { channel, message } = attempt
  const kept = endOfMessage(attempt, ports.random.bytes(1)[0]! / 255)
  const work = async (tx: SqlTx): Promise<void> => {
    const now = await lockChannel(tx, tenantId, channel.id)
    if (!(await updateMessageEnd(tx, tenantId, channel.id, message.id, kept))) return
    const told = await writeHealth(ports.actor, tx, tenantId, attempt, now)
    await ports.ledger.appendInTx(tx, tenantId, [...receiptOf(ports.actor, attempt, kept), ...told])
  }
  // What is not written down is sent once more.
  await beginAgain(() => ports.sql.transaction({ tenantId }, work))
  ports.countAttempt(OUTCOME_OF[kept.state])
}

/**
 * Somebody may have changed the channel meanwhile: then its health is of the address it had, and is left alone.
 * @param now the channel as it is, locked @returns what the ledger is to know
 */
export async function writeHealth(
  actor: string,
  tx: SqlTx,
  tenantId: string,
  attempt: Attempt,
  now: StoredChannel | undefined,
): Promise<readonly LedgerFact[]> {
  // Its target is sealed anew whenever it is given.
  if (now?.isEnabled !== true || !bytesEqual(now.sealed, attempt.channel.sealed)) return []
  const health = healthAfter(now, attempt)
  if (health === now) return []
  await updateChannelHealth(tx, tenantId, now.id, health)
  return healthFacts(actor, now, health)
}

function healthAfter(before: CoolDown, { end, endedMs }: Attempt): CoolDown {
  if (end.outcome === 'arrived') return afterSuccess(before, endedMs)
  // The channel answered, and refused what the message says: that tells nothing about the next one.
  if (end.isFinal === true) return before
  return end.retryAfterMs === undefined
    ? afterFailure(before, endedMs)
    : afterRequest(before, endedMs + end.retryAfterMs)
}

function endOfMessage({ message, beganMs, endedMs, end }: Attempt, chance: number): MessageEnd {
  const attempt = message.attempt + 1
  const common = {
    attempt,
    attemptedMs: beganMs,
    endedMs,
    ...(end.status === undefined ? {} : { status: end.status }),
  }
  if (end.outcome === 'arrived')
    return { ...common, state: 'delivered', remoteId: end.remoteId, proof: end.proof }
  const told = { error: end.error, ...(end.reached === undefined ? {} : { reached: end.reached }) }
  const pause =
    end.isFinal === true ? undefined : pauseMs(attempt, chance, end.retryAfterMs ?? 0, PAUSES_S)
  return pause === undefined
    ? { ...common, ...told, state: 'dead' }
    : { ...common, ...told, state: 'pending', nextMs: endedMs + pause }
}

function receiptOf(actor: string, attempt: Attempt, kept: MessageEnd): readonly LedgerFact[] {
  if (kept.state === 'pending') return []
  const { channel, message, end, endedMs } = attempt
  const about = {
    ...channelWords(channel),
    message: message.id,
    topic: message.topic,
    origin: message.origin,
    content: message.contentHash,
    attempt: kept.attempt,
    at: new Date(endedMs).toISOString(),
    status: kept.status ?? null,
  }
  const payload =
    end.outcome === 'arrived'
      ? { ...about, remoteId: end.remoteId, ...end.proof }
      : { ...about, error: end.error, reached: end.reached?.length ?? 0 }
  const type = end.outcome === 'arrived' ? 'notification.delivered' : 'notification.given-up'
  return [{ type, actor, subject: channelSubject(channel.id), payload, refs: [] }]
}

/** What names a channel in a fact. */
export function channelWords({ id, name, kind }: Pick<StoredChannel, 'id' | 'name' | 'kind'>): {
  readonly channel: string
  readonly name: string
  readonly kind: string
} {
  return { channel: id, name, kind }
}

/** A channel that comes and goes is told of once until it has held for an hour. */
function healthFacts(
  actor: string,
  channel: StoredChannel,
  after: CoolDown,
): readonly LedgerFact[] {
  const fact = (type: string, more: object): LedgerFact => ({
    type,
    actor,
    subject: channelSubject(channel.id),
    payload: { ...channelWords(channel), ...more },
    refs: [],
  })
  if (channel.rests === 0 && after.rests > 0)
    return [fact('notification.channel-failing', { failures: after.failures })]
  if (channel.rests > 0 && after.rests === 0) return [fact('notification.channel-recovered', {})]
  return []
}
