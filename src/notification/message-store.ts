// SQL of messages on their way over channels.
import { cutText } from '../kernel/index.ts'
import type { SqlTx } from '../kernel/index.ts'
import type { MessageState, Notice, Proof, StoredMessage } from './model.ts'
import type { RowPage } from '../web/index.ts'

/** Messages of one page when nobody says how many. */
export const PAGE_LIMIT_COUNT = 200
/** What is kept of an error's message. */
const ERROR_LIMIT_LENGTH = 500
const MS_PER_MINUTE = 60_000
/** Messages that are forgotten in one statement. */
const FORGET_LIMIT_COUNT = 1_000

const at = (ms: number): string => new Date(ms).toISOString()

interface MessageRow {
  readonly message_id: string
  readonly channel_id: string
  readonly topic: string
  readonly origin: string
  readonly notice: Notice
  readonly content_hash: string
  readonly state: MessageState
  readonly attempt: number
  readonly next_at: string
  readonly created_at: string
  readonly ended_at: string | null
  readonly status: number | null
  readonly error: string | null
  readonly remote_id: string | null
  readonly proof: Proof | null
  readonly reached: readonly string[]
  readonly quiet_count: number
  readonly replays: number
}

function messageOfRow(row: MessageRow): StoredMessage {
  return {
    id: row.message_id,
    channelId: row.channel_id,
    topic: row.topic,
    origin: row.origin,
    notice: row.notice,
    contentHash: row.content_hash,
    state: row.state,
    attempt: row.attempt,
    nextAt: row.next_at,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    status: row.status,
    error: row.error,
    remoteId: row.remote_id,
    proof: row.proof,
    reached: row.reached,
    quietCount: row.quiet_count,
    replays: row.replays,
  }
}

export type NewMessage = Pick<
  StoredMessage,
  'id' | 'channelId' | 'topic' | 'origin' | 'notice' | 'contentHash'
>

/** @returns false when it is there already: the same is not said twice */
export async function insertMessage(
  tx: SqlTx,
  tenantId: string,
  message: NewMessage,
  nowMs: number,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into notification_message (tenant_id, channel_id, message_id, topic, origin, notice, content_hash, state, attempt,
       next_at, created_at, reached, quiet_count, replays)
     values ($1, $2::uuid, $3, $4, $5, $6::jsonb, $7, 'pending', 0, $8, $8, '{}', 0, 0)
     on conflict do nothing returning message_id`,
    [
      tenantId,
      message.channelId,
      message.id,
      message.topic,
      message.origin,
      JSON.stringify(message.notice),
      message.contentHash,
      at(nowMs),
    ],
  )
  return rows.length > 0
}

export async function selectMessage(
  tx: SqlTx,
  tenantId: string,
  channelId: string,
  messageId: string,
): Promise<StoredMessage | undefined> {
  const rows = await tx.query<MessageRow>(
    'select * from notification_message where tenant_id = $1 and channel_id = $2::uuid and message_id = $3',
    [tenantId, channelId, messageId],
  )
  return rows[0] && messageOfRow(rows[0])
}

/** The pending one that is due first, whether now or later. */
export async function selectNextMessage(
  tx: SqlTx,
  tenantId: string,
  channelId: string,
): Promise<StoredMessage | undefined> {
  const rows = await tx.query<MessageRow>(
    `select * from notification_message where tenant_id = $1 and channel_id = $2::uuid and state = 'pending'
     order by next_at, created_at, message_id limit 1`,
    [tenantId, channelId],
  )
  return rows[0] && messageOfRow(rows[0])
}

/** When the channel may be used again at its rate; undefined when at once. */
export async function selectRateFreeMs(
  tx: SqlTx,
  tenantId: string,
  channelId: string,
  ratePerMinute: number,
  nowMs: number,
): Promise<number | undefined> {
  const rows = await tx.query<{ attempted_at: string }>(
    `select attempted_at from notification_message
     where tenant_id = $1 and channel_id = $2::uuid and attempted_at > $3 order by attempted_at desc offset $4 limit 1`,
    [tenantId, channelId, at(nowMs - MS_PER_MINUTE), ratePerMinute - 1],
  )
  const [row] = rows
  return row === undefined ? undefined : Date.parse(row.attempted_at) + MS_PER_MINUTE
}

/** What an attempt came to, as its row keeps it. */
export interface MessageEnd {
  readonly state: MessageState
  readonly attempt: number
  readonly attemptedMs: number
  readonly endedMs: number
  readonly nextMs?: number
  readonly status?: number
  readonly error?: string
  readonly remoteId?: string | null
  readonly proof?: Proof
  readonly reached?: readonly string[]
}

/** @returns false when somebody else was first: it was replayed, ended or removed meanwhile */
export async function updateMessageEnd(
  tx: SqlTx,
  tenantId: string,
  channelId: string,
  messageId: string,
  end: MessageEnd,
): Promise<boolean> {
  const rows = await tx.query(
    `update notification_message set state = $4, attempt = $5, attempted_at = $6,
       ended_at = $7::timestamptz, next_at = coalesce($8::timestamptz, next_at), status = $9, error = $10, remote_id = $11,
       proof = $12::jsonb, reached = coalesce($13::text[], reached)
     where tenant_id = $1 and channel_id = $2::uuid and message_id = $3 and state = 'pending' and attempt = $5 - 1
     returning message_id`,
    [
      tenantId,
      channelId,
      messageId,
      end.state,
      end.attempt,
      at(end.attemptedMs),
      end.state === 'pending' ? null : at(end.endedMs),
      end.nextMs === undefined ? null : at(end.nextMs),
      end.status ?? null,
      end.error === undefined ? null : cutText(end.error, ERROR_LIMIT_LENGTH),
      end.remoteId ?? null,
      end.proof === undefined ? null : JSON.stringify(end.proof),
      end.reached ?? null,
    ],
  )
  return rows.length > 0
}

/** Newest first. */
export async function selectMessages(
  tx: SqlTx,
  tenantId: string,
  channelId: string,
  state: MessageState | undefined,
  { limit = PAGE_LIMIT_COUNT, after }: RowPage = {},
): Promise<readonly StoredMessage[]> {
  const rows = await tx.query<MessageRow>(
    `select * from notification_message where tenant_id = $1 and channel_id = $2::uuid and ($3 = '' or state = $3)
       and ($5::text is null or (created_at, message_id) < (select created_at, message_id from notification_message
         where tenant_id = $1 and channel_id = $2::uuid and message_id = $5))
     order by created_at desc, message_id desc limit $4`,
    [tenantId, channelId, state ?? '', limit, after ?? null],
  )
  return rows.map(messageOfRow)
}

/** Begins dead ones again, under their ids. @param messageId one of them; all when empty */
export async function updateToPending(
  tx: SqlTx,
  tenantId: string,
  channelId: string,
  messageId: string,
  nowMs: number,
): Promise<readonly string[]> {
  const rows = await tx.query<{ message_id: string }>(
    `update notification_message set state = 'pending', attempt = 0, next_at = $4, ended_at = null, replays = replays + 1
     where tenant_id = $1 and channel_id = $2::uuid and state = 'dead' and ($3 = '' or message_id = $3)
     returning message_id`,
    [tenantId, channelId, messageId, at(nowMs)],
  )
  return rows.map(({ message_id: id }) => id)
}

/** A part of the messages that ended before a moment. @returns whether there may be more */
export async function deleteEndedMessages(
  tx: SqlTx,
  tenantId: string,
  beforeAt: string,
): Promise<boolean> {
  const rows = await tx.query(
    `delete from notification_message where tenant_id = $1 and (channel_id, message_id) in (
       select channel_id, message_id from notification_message
       where tenant_id = $1 and state <> 'pending' and ended_at < $2 limit $3)
     returning message_id`,
    [tenantId, beforeAt, FORGET_LIMIT_COUNT],
  )
  return rows.length === FORGET_LIMIT_COUNT
}

/** Nobody is there any more to whom they could go. */
export async function updateMessagesToDead(
  tx: SqlTx,
  tenantId: string,
  channelId: string,
  nowMs: number,
): Promise<void> {
  await tx.query(
    `update notification_message set state = 'dead', ended_at = $3, error = coalesce(error, 'the channel is disabled')
     where tenant_id = $1 and channel_id = $2::uuid and state = 'pending'`,
    [tenantId, channelId, at(nowMs)],
  )
}
