// SQL of rules, of the gates of runs under way, and of what was told last about a topic.
import type { SqlTx } from '../kernel/index.ts'
import type { RuleEvent } from './rule-events.ts'
import type { RowPage } from '../web/index.ts'

export interface StoredRule {
  readonly name: string
  readonly events: readonly RuleEvent[]
  readonly channelIds: readonly string[]
  readonly subject: string
  readonly quietMinutes: number
  readonly createdAt: string
  readonly createdBy: string
}

interface RuleRow {
  readonly name: string
  readonly events: readonly RuleEvent[]
  readonly channel_ids: readonly string[]
  readonly subject: string
  readonly quiet_minutes: number
  readonly created_at: string
  readonly created_by: string
}

export async function selectRules(
  tx: SqlTx,
  tenantId: string,
  { limit, after }: RowPage = {},
): Promise<readonly StoredRule[]> {
  const rows = await tx.query<RuleRow>(
    `select name, events, channel_ids::text[] as channel_ids, subject, quiet_minutes, created_at, created_by
     from notification_rule where tenant_id = $1 and ($2::text is null or name > $2) order by name limit $3`,
    [tenantId, after ?? null, limit ?? null],
  )
  return rows.map((row) => ({
    name: row.name,
    events: row.events,
    channelIds: row.channel_ids,
    subject: row.subject,
    quietMinutes: row.quiet_minutes,
    createdAt: row.created_at,
    createdBy: row.created_by,
  }))
}

export async function upsertRule(tx: SqlTx, tenantId: string, rule: StoredRule): Promise<void> {
  await tx.query(
    `insert into notification_rule (tenant_id, name, events, channel_ids, subject, quiet_minutes, created_at, created_by)
     values ($1, $2, $3::text[], $4::uuid[], $5, $6, $7, $8)
     on conflict (tenant_id, name) do update set events = excluded.events, channel_ids = excluded.channel_ids,
       subject = excluded.subject, quiet_minutes = excluded.quiet_minutes`,
    [
      tenantId,
      rule.name,
      rule.events,
      rule.channelIds,
      rule.subject,
      rule.quietMinutes,
      rule.createdAt,
      rule.createdBy,
    ],
  )
}

/** @returns whether it was there */
export async function deleteRule(tx: SqlTx, tenantId: string, name: string): Promise<boolean> {
  const rows = await tx.query(
    'delete from notification_rule where tenant_id = $1 and name = $2 returning name',
    [tenantId, name],
  )
  return rows.length > 0
}

export async function upsertGateStatus(
  tx: SqlTx,
  tenantId: string,
  runId: string,
  gate: string,
  status: string,
): Promise<void> {
  await tx.query(
    `insert into notification_gate (tenant_id, run_id, gate, status) values ($1, $2, $3, $4)
     on conflict (tenant_id, run_id, gate) do update set status = excluded.status`,
    [tenantId, runId, gate, status],
  )
}

/** The gates of a run that ended, each with its last status; they are forgotten. */
export async function takeGateStatuses(
  tx: SqlTx,
  tenantId: string,
  runId: string,
): Promise<readonly { readonly gate: string; readonly status: string }[]> {
  const rows = await tx.query<{ gate: string; status: string }>(
    'delete from notification_gate where tenant_id = $1 and run_id = $2 returning gate, status',
    [tenantId, runId],
  )
  return rows.toSorted((a, b) => (a.gate < b.gate ? -1 : 1))
}

/** Gates of runs that began before a moment, never to end. @param beforeId as a run's id of that moment: they sort by time */
export async function deleteOldGates(tx: SqlTx, tenantId: string, beforeId: string): Promise<void> {
  await tx.query(
    'delete from notification_gate where tenant_id = $1 and run_id collate "C" < $2 collate "C"',
    [tenantId, beforeId],
  )
}

/** What was last told of a topic over a channel. */
export async function selectLastOfTopic(
  tx: SqlTx,
  tenantId: string,
  channelId: string,
  topic: string,
): Promise<
  | {
      readonly id: string
      readonly createdAt: string
      readonly isResolved: boolean
      readonly quietCount: number
    }
  | undefined
> {
  const [row] = await tx.query<{
    message_id: string
    created_at: string
    is_resolved: boolean
    quiet_count: number
  }>(
    `select message_id, created_at, coalesce((notice ->> 'isResolved')::boolean, false) as is_resolved, quiet_count
     from notification_message where tenant_id = $1 and channel_id = $2::uuid and topic = $3
     order by created_at desc, message_id limit 1`,
    [tenantId, channelId, topic],
  )
  return (
    row && {
      id: row.message_id,
      createdAt: row.created_at,
      isResolved: row.is_resolved,
      quietCount: row.quiet_count,
    }
  )
}

export async function updateQuietCount(
  tx: SqlTx,
  tenantId: string,
  channelId: string,
  messageId: string,
): Promise<void> {
  await tx.query(
    `update notification_message set quiet_count = quiet_count + 1
     where tenant_id = $1 and channel_id = $2::uuid and message_id = $3`,
    [tenantId, channelId, messageId],
  )
}
