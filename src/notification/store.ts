// SQL of channels.
import type { SqlTx } from '../kernel/index.ts'
import type { CoolDown } from '../webhook/index.ts'
import type { ChannelKind, ChannelSettings, StoredChannel } from './model.ts'
import type { RowPage } from '../web/index.ts'

interface ChannelRow {
  readonly channel_id: string
  readonly name: string
  readonly kind: ChannelKind
  readonly settings: ChannelSettings
  readonly sealed: Uint8Array
  readonly rate_per_minute: number
  readonly is_enabled: boolean
  readonly failures: number
  readonly rests: number
  readonly is_resting: boolean
  readonly rests_until: string | null
  readonly created_at: string
  readonly created_by: string
}

const atOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

function channelOfRow(row: ChannelRow): StoredChannel {
  return {
    id: row.channel_id,
    name: row.name,
    kind: row.kind,
    settings: row.settings,
    sealed: row.sealed,
    ratePerMinute: row.rate_per_minute,
    isEnabled: row.is_enabled,
    failures: row.failures,
    rests: row.rests,
    isResting: row.is_resting,
    restsUntilMs: row.rests_until === null ? null : Date.parse(row.rests_until),
    createdAt: row.created_at,
    createdBy: row.created_by,
  }
}

export async function selectChannels(
  tx: SqlTx,
  tenantId: string,
  { limit, after }: RowPage = {},
): Promise<readonly StoredChannel[]> {
  const rows = await tx.query<ChannelRow>(
    `select * from notification_channel where tenant_id = $1 and ($2::text is null or name > $2)
     order by name limit $3`,
    [tenantId, after ?? null, limit ?? null],
  )
  return rows.map(channelOfRow)
}

export async function selectChannel(
  tx: SqlTx,
  tenantId: string,
  id: string,
): Promise<StoredChannel | undefined> {
  const rows = await tx.query<ChannelRow>(
    'select * from notification_channel where tenant_id = $1 and channel_id = $2::uuid',
    [tenantId, id],
  )
  return rows[0] && channelOfRow(rows[0])
}

/** Whoever comes second waits here; before the channel's messages, as a removal takes them. */
export async function lockChannel(
  tx: SqlTx,
  tenantId: string,
  id: string,
): Promise<StoredChannel | undefined> {
  const rows = await tx.query<ChannelRow>(
    'select * from notification_channel where tenant_id = $1 and channel_id = $2::uuid for no key update',
    [tenantId, id],
  )
  return rows[0] && channelOfRow(rows[0])
}

/**
 * How a channel is found: to be shown; to be held, which lets messages for it be written meanwhile; or to be written whole, which
 * does not, because its name is a key that others refer to.
 */
export type ChannelLock = '' | 'for no key update' | 'for update'

export async function selectChannelNamed(
  tx: SqlTx,
  tenantId: string,
  name: string,
  lock: ChannelLock,
): Promise<StoredChannel | undefined> {
  const rows = await tx.query<ChannelRow>(
    `select * from notification_channel where tenant_id = $1 and name = $2 ${lock}`,
    [tenantId, name],
  )
  return rows[0] && channelOfRow(rows[0])
}

/** Writes it whole, as new or over the one of its id. @returns false when another channel has the name */
export async function upsertChannel(
  tx: SqlTx,
  tenantId: string,
  stored: StoredChannel,
): Promise<boolean> {
  const [taken] = await tx.query(
    'select 1 from notification_channel where tenant_id = $1 and name = $2 and channel_id <> $3::uuid',
    [tenantId, stored.name, stored.id],
  )
  if (taken !== undefined) return false
  await tx.query(
    `insert into notification_channel (tenant_id, channel_id, name, kind, settings, sealed, rate_per_minute, is_enabled,
       failures, rests, is_resting, rests_until, created_at, created_by)
     values ($1, $2::uuid, $3, $4, $5::jsonb, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     on conflict (tenant_id, channel_id) do update set name = excluded.name, settings = excluded.settings,
       sealed = excluded.sealed, rate_per_minute = excluded.rate_per_minute, is_enabled = excluded.is_enabled,
       failures = excluded.failures, rests = excluded.rests, is_resting = excluded.is_resting,
       rests_until = excluded.rests_until`,
    [
      tenantId,
      stored.id,
      stored.name,
      stored.kind,
      JSON.stringify(stored.settings),
      stored.sealed,
      stored.ratePerMinute,
      stored.isEnabled,
      stored.failures,
      stored.rests,
      stored.isResting,
      atOf(stored.restsUntilMs),
      stored.createdAt,
      stored.createdBy,
    ],
  )
  return true
}

export async function updateChannelHealth(
  tx: SqlTx,
  tenantId: string,
  id: string,
  { failures, rests, isResting, restsUntilMs }: CoolDown,
): Promise<void> {
  await tx.query(
    `update notification_channel set failures = $3, rests = $4, is_resting = $5, rests_until = $6
     where tenant_id = $1 and channel_id = $2::uuid`,
    [tenantId, id, failures, rests, isResting, atOf(restsUntilMs)],
  )
}

/** Its messages go with it. */
export async function deleteChannel(tx: SqlTx, tenantId: string, id: string): Promise<void> {
  await tx.query(
    'delete from notification_channel where tenant_id = $1 and channel_id = $2::uuid',
    [tenantId, id],
  )
}
