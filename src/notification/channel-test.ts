// The test of a channel: the message that it sends, and what its answer proves.
import type { Digest } from '../kernel/index.ts'
import type { Attempt } from './attempt-end.ts'
import type { Proof, SendEnd, StoredChannel } from './model.ts'
import { contentHashOf, messageIdOf } from './notice.ts'

/** What a test came to: what was proven word for word, and what nobody can tell from it. */
export interface ChannelTest extends Omit<Proof, 'level'> {
  readonly channel: string
  readonly kind: string
  readonly messageId: string
  readonly nonce: string
  readonly arrived: boolean
  readonly level: Proof['level'] | 'nothing'
  readonly remoteId: string | null
  readonly error: string | null
  readonly durationMs: number
}

export function testMessage(
  { digest }: { readonly digest: Digest },
  channel: StoredChannel,
  nonce: string,
  nowMs: number,
) {
  const notice = {
    title: `Test of the channel ${channel.name}`,
    text: `Somebody asked Seaworthy to prove that this channel works. Nothing has to be done.\n\nNonce: **${nonce}**`,
    fields: [],
    urgency: 'info' as const,
    topic: `test/${channel.id}`,
  }
  const contentHash = contentHashOf(digest, notice)
  return {
    id: messageIdOf(digest, channel.id, contentHash),
    channelId: channel.id,
    topic: notice.topic,
    origin: 'test',
    notice,
    contentHash,
    nonce,
    attempt: 0,
    quietCount: 0,
    reached: [],
    createdAt: new Date(nowMs).toISOString(),
  }
}

/** A test is tried once: what did not arrive now is not sent later. */
export function testEnd({ beganMs, endedMs, end }: Pick<Attempt, 'beganMs' | 'endedMs' | 'end'>) {
  const common = {
    attempt: 1,
    attemptedMs: beganMs,
    endedMs,
    ...(end.status === undefined ? {} : { status: end.status }),
  }
  return end.outcome === 'arrived'
    ? { ...common, state: 'delivered' as const, remoteId: end.remoteId, proof: end.proof }
    : { ...common, state: 'dead' as const, error: end.error }
}

export function testedOf(
  { name: channel, kind }: StoredChannel,
  messageId: string,
  nonce: string,
  end: SendEnd,
  durationMs: number,
): ChannelTest {
  const about = { channel, kind, messageId, nonce, durationMs }
  if (end.outcome === 'arrived')
    return { ...about, ...end.proof, arrived: true, remoteId: end.remoteId, error: null }
  return {
    ...about,
    arrived: false,
    level: 'nothing',
    proven: [],
    unproven: ['that the message arrived'],
    remoteId: null,
    error: end.error,
  }
}
