// SQL of events and their deliveries.
import { cutText } from '../kernel/index.ts'
import type { SqlTx } from '../kernel/index.ts'
import type { AttemptEnd, DeliveryState, DueDelivery, StoredDelivery } from './model.ts'

/** What is kept of an error's message. */
const ERROR_LIMIT_LENGTH = 500
/** Events that are forgotten in one statement. */
const FORGET_LIMIT_COUNT = 1_000

const at = (ms: number): string => new Date(ms).toISOString()

export interface NewEvent {
  readonly id: string
  readonly seq: number
  readonly type: string
  readonly body: string
  readonly happenedMs: number
  /** `traceparent` of what made it happen. */
  readonly trace: string | null
}

/** An event that is there already stays as it is, and so does its delivery. */
export async function insertEvents(
  tx: SqlTx,
  tenantId: string,
  events: readonly NewEvent[],
  deliveries: readonly { readonly endpointId: string; readonly event: NewEvent }[],
  nowMs: number,
): Promise<void> {
  await tx.query(
    `insert into webhook_event (tenant_id, event_id, seq, type, body, happened_at, traceparent)
     select $1, e.id, e.seq, e.type, e.body, e.happened_at, nullif(e.traceparent, '')
     from unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[], $7::text[])
       as e (id, seq, type, body, happened_at, traceparent)
     on conflict do nothing`,
    [
      tenantId,
      events.map(({ id }) => id),
      events.map(({ seq }) => seq),
      events.map(({ type }) => type),
      events.map(({ body }) => body),
      events.map(({ happenedMs }) => at(happenedMs)),
      events.map(({ trace }) => trace ?? ''),
    ],
  )
  await tx.query(
    `insert into webhook_delivery (tenant_id, endpoint_id, event_id, seq, state, attempt, next_at, created_at)
     select $1, d.endpoint_id, d.event_id, d.seq, 'pending', 0, $2, $2
     from unnest($3::uuid[], $4::text[], $5::bigint[]) as d (endpoint_id, event_id, seq)
     on conflict do nothing`,
    [
      tenantId,
      at(nowMs),
      deliveries.map(({ endpointId }) => endpointId),
      deliveries.map(({ event }) => event.id),
      deliveries.map(({ event }) => event.seq),
    ],
  )
}

/** Those that are due first; of bodies no more than the limit and the one that reaches it. */
export async function selectDue(
  tx: SqlTx,
  tenantId: string,
  endpointId: string,
  nowMs: number,
  limit: { readonly count: number; readonly sizeBytes: number },
): Promise<readonly DueDelivery[]> {
  const rows = await tx.query<{
    event_id: string
    attempt: number
    body: string
    traceparent: string | null
  }>(
    `select w.event_id, w.attempt, e.body, e.traceparent
     from (select b.*, sum(b.size) over (order by b.next_at, b.seq rows unbounded preceding) - b.size as before from (
         select d.event_id, d.attempt, d.next_at, d.seq, octet_length(s.body) as size
         from webhook_delivery d join webhook_event s on s.tenant_id = d.tenant_id and s.event_id = d.event_id
         where d.tenant_id = $1 and d.endpoint_id = $2::uuid and d.state = 'pending' and d.next_at <= $3
         order by d.next_at, d.seq limit $4) b) w
       join webhook_event e on e.tenant_id = $1 and e.event_id = w.event_id
     where w.before < $5 order by w.next_at, w.seq`,
    [tenantId, endpointId, at(nowMs), limit.count, limit.sizeBytes],
  )
  return rows.map(({ event_id: eventId, attempt, body, traceparent: trace }) => ({
    eventId,
    attempt,
    body,
    trace,
  }))
}

/** When the next delivery of an endpoint is due; undefined when none waits. */
export async function selectNextDueMs(
  tx: SqlTx,
  tenantId: string,
  endpointId: string,
): Promise<number | undefined> {
  const [row] = await tx.query<{ next_at: string | null }>(
    `select min(next_at) as next_at from webhook_delivery
     where tenant_id = $1 and endpoint_id = $2::uuid and state = 'pending'`,
    [tenantId, endpointId],
  )
  const nextAt = row?.next_at ?? undefined
  return nextAt === undefined ? undefined : Date.parse(nextAt)
}

/** What was replayed or ended meanwhile is left alone: the attempt tells. */
export async function updateAttempts(
  tx: SqlTx,
  tenantId: string,
  endpointId: string,
  ends: readonly AttemptEnd[],
): Promise<void> {
  await tx.query(
    `update webhook_delivery d set state = a.state, attempt = a.attempt,
       next_at = coalesce(nullif(a.next_at, '')::timestamptz, d.next_at),
       first_attempt_at = coalesce(d.first_attempt_at, a.began_at),
       ended_at = case when a.state = 'pending' then null else a.ended_at end,
       status = nullif(a.status, 0), error = nullif(a.error, '')
     from unnest($3::text[], $4::int[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[], $9::int[], $10::text[])
       as a (event_id, attempt, state, next_at, began_at, ended_at, status, error)
     where d.tenant_id = $1 and d.endpoint_id = $2::uuid and d.event_id = a.event_id and d.state = 'pending'
       and d.attempt = a.attempt - 1`,
    [
      tenantId,
      endpointId,
      ends.map(({ eventId }) => eventId),
      ends.map(({ attempt }) => attempt),
      ends.map(({ state }) => state),
      ends.map(({ nextMs }) => (nextMs === undefined ? '' : at(nextMs))),
      ends.map(({ beganMs }) => at(beganMs)),
      ends.map(({ endedMs }) => at(endedMs)),
      ends.map(({ status }) => status ?? 0),
      ends.map(({ error }) => cutText(error ?? '', ERROR_LIMIT_LENGTH)),
    ],
  )
}

/** What waits for another attempt waits no longer. */
export async function updateToDue(
  tx: SqlTx,
  tenantId: string,
  endpointId: string,
  nowMs: number,
): Promise<void> {
  await tx.query(
    `update webhook_delivery set next_at = $3
     where tenant_id = $1 and endpoint_id = $2::uuid and state = 'pending' and next_at > $3`,
    [tenantId, endpointId, at(nowMs)],
  )
}

/** Nobody is there any more to whom they could go. */
export async function updateToDead(
  tx: SqlTx,
  tenantId: string,
  endpointId: string,
  nowMs: number,
): Promise<void> {
  await tx.query(
    `update webhook_delivery set state = 'dead', ended_at = $3, error = coalesce(error, 'the endpoint is disabled')
     where tenant_id = $1 and endpoint_id = $2::uuid and state = 'pending'`,
    [tenantId, endpointId, at(nowMs)],
  )
}

interface DeliveryRow {
  readonly endpoint_id: string
  readonly event_id: string
  readonly type: string
  readonly state: DeliveryState
  readonly attempt: number
  readonly created_at: string
  readonly next_at: string
  readonly ended_at: string | null
  readonly status: number | null
  readonly error: string | null
  readonly replays: number
}

/** Newest first. @param before only events before this position in the log */
export async function selectDeliveries(
  tx: SqlTx,
  tenantId: string,
  endpointId: string,
  filter: { readonly state?: DeliveryState | undefined; readonly before?: number | undefined },
  limit: number,
): Promise<readonly (StoredDelivery & { readonly seq: number })[]> {
  const rows = await tx.query<DeliveryRow & { readonly seq: number }>(
    `select d.endpoint_id, d.event_id, e.type, d.seq, d.state, d.attempt, d.created_at, d.next_at, d.ended_at, d.status,
       d.error, d.replays
     from webhook_delivery d join webhook_event e on e.tenant_id = d.tenant_id and e.event_id = d.event_id
     where d.tenant_id = $1 and d.endpoint_id = $2::uuid and ($3 = '' or d.state = $3) and d.seq < $4
     order by d.seq desc limit $5`,
    [tenantId, endpointId, filter.state ?? '', filter.before ?? Number.MAX_SAFE_INTEGER, limit],
  )
  return rows.map((row) => ({
    endpointId: row.endpoint_id,
    eventId: row.event_id,
    type: row.type,
    seq: row.seq,
    state: row.state,
    attempt: row.attempt,
    createdAt: row.created_at,
    nextAt: row.next_at,
    endedAt: row.ended_at,
    status: row.status,
    error: row.error,
    replays: row.replays,
  }))
}

export async function countUndelivered(
  tx: SqlTx,
  tenantId: string,
  endpointId: string,
): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `select count(*)::int as count from webhook_delivery
     where tenant_id = $1 and endpoint_id = $2::uuid and state = 'pending'`,
    [tenantId, endpointId],
  )
  return row?.count ?? 0
}

/** What a replay names: one event, or those that happened in a span, in the given states. */
export interface ReplayRange {
  readonly eventId?: string
  readonly fromAt?: string
  readonly toAt?: string
  readonly states: readonly DeliveryState[]
}

const REPLAYED = `d.tenant_id = $1 and d.endpoint_id = $2::uuid and d.state = any ($3::text[])
  and ($4 = '' or d.event_id = $4) and ($5 = '' or e.happened_at >= nullif($5, '')::timestamptz)
  and ($6 = '' or e.happened_at < nullif($6, '')::timestamptz)`

export interface ReplayCount {
  readonly count: number
  readonly firstAt: string | null
  readonly lastAt: string | null
}

export async function countReplay(
  tx: SqlTx,
  tenantId: string,
  endpointId: string,
  range: ReplayRange,
): Promise<ReplayCount> {
  const [row] = await tx.query<{ count: number; first_at: string | null; last_at: string | null }>(
    `select count(*) as count, min(e.happened_at) as first_at, max(e.happened_at) as last_at
     from webhook_delivery d join webhook_event e on e.tenant_id = d.tenant_id and e.event_id = d.event_id
     where ${REPLAYED}`,
    valuesOf(tenantId, endpointId, range),
  )
  return { count: row!.count, firstAt: row!.first_at, lastAt: row!.last_at }
}

/** Begins them again, under the ids that they have. */
export async function updateToReplay(
  tx: SqlTx,
  tenantId: string,
  endpointId: string,
  range: ReplayRange,
  nowMs: number,
): Promise<void> {
  await tx.query(
    `update webhook_delivery p set state = 'pending', attempt = 0, next_at = $7, ended_at = null, replays = p.replays + 1
     from webhook_delivery d join webhook_event e on e.tenant_id = d.tenant_id and e.event_id = d.event_id
     where ${REPLAYED} and p.tenant_id = d.tenant_id and p.endpoint_id = d.endpoint_id and p.event_id = d.event_id`,
    [...valuesOf(tenantId, endpointId, range), at(nowMs)],
  )
}

function valuesOf(
  tenantId: string,
  endpointId: string,
  { states, eventId, fromAt, toAt }: ReplayRange,
): (string | readonly string[])[] {
  return [tenantId, endpointId, states, eventId ?? '', fromAt ?? '', toAt ?? '']
}

/**
 * A part of the events whose deliveries, if there are any left, have all ended before a moment, with those deliveries.
 * @returns whether there may be more
 */
export async function deleteEnded(tx: SqlTx, tenantId: string, beforeAt: string): Promise<boolean> {
  const rows = await tx.query(
    `delete from webhook_event e where e.tenant_id = $1 and e.event_id in (
       select o.event_id from webhook_event o where o.tenant_id = $1 and o.happened_at < $2
         and not exists (select from webhook_delivery d where d.tenant_id = $1 and d.event_id = o.event_id
           and (d.state = 'pending' or d.ended_at >= $2))
       limit $3)
     returning event_id`,
    [tenantId, beforeAt, FORGET_LIMIT_COUNT],
  )
  return rows.length === FORGET_LIMIT_COUNT
}
