// SQL of schedules.
import type { SqlTx } from '../kernel/index.ts'
import type { StoredSchedule } from './model.ts'
import type { RowPage } from '../web/index.ts'

/** Schedules that are carried out in one look. */
const DUE_LIMIT_COUNT = 100

interface ScheduleRow {
  readonly tenant_id: string
  readonly name: string
  readonly kind: string
  readonly cron: string
  readonly next_at: string
  readonly created_by: string
}

function scheduleOfRow(row: ScheduleRow): StoredSchedule {
  const { name, kind, cron, next_at: nextAt, created_by: createdBy } = row
  return { name, kind, cron, nextAt, createdBy }
}

export async function upsertSchedule(
  tx: SqlTx,
  tenantId: string,
  schedule: StoredSchedule,
): Promise<void> {
  const { name, kind, cron, nextAt, createdBy } = schedule
  await tx.query(
    `insert into job_schedule (tenant_id, name, kind, cron, next_at, created_by) values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, name) do update set
       kind = excluded.kind, cron = excluded.cron, next_at = excluded.next_at, created_by = excluded.created_by`,
    [tenantId, name, kind, cron, nextAt, createdBy],
  )
}

/** Leaves one of that name as it is. */
export async function insertSchedule(
  tx: SqlTx,
  tenantId: string,
  { name, kind, cron, nextAt, createdBy }: StoredSchedule,
): Promise<void> {
  await tx.query(
    `insert into job_schedule (tenant_id, name, kind, cron, next_at, created_by) values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, name) do nothing`,
    [tenantId, name, kind, cron, nextAt, createdBy],
  )
}

/** @returns whether it was there */
export async function deleteSchedule(tx: SqlTx, tenantId: string, name: string): Promise<boolean> {
  const rows = await tx.query(
    'delete from job_schedule where tenant_id = $1 and name = $2 returning name',
    [tenantId, name],
  )
  return rows.length > 0
}

export async function selectSchedules(
  tx: SqlTx,
  tenantId: string,
  { limit, after }: RowPage = {},
): Promise<readonly StoredSchedule[]> {
  const rows = await tx.query<ScheduleRow>(
    `select tenant_id, name, kind, cron, next_at, created_by from job_schedule
     where tenant_id = $1 and ($2::text is null or name > $2) order by name limit $3`,
    [tenantId, after ?? null, limit ?? null],
  )
  return rows.map(scheduleOfRow)
}

/** Of every tenant; whoever reads them holds them until the commit. */
export async function lockDueSchedules(
  tx: SqlTx,
  nowAt: string,
): Promise<readonly (StoredSchedule & { readonly tenantId: string })[]> {
  const rows = await tx.query<ScheduleRow>(
    `select tenant_id, name, kind, cron, next_at, created_by from job_schedule where next_at <= $1
     order by next_at limit $2 for update skip locked`,
    [nowAt, DUE_LIMIT_COUNT],
  )
  return rows.map((row) => ({ ...scheduleOfRow(row), tenantId: row.tenant_id }))
}

export async function updateNextTime(
  tx: SqlTx,
  tenantId: string,
  name: string,
  nextAt: string,
): Promise<void> {
  await tx.query('update job_schedule set next_at = $3 where tenant_id = $1 and name = $2', [
    tenantId,
    name,
    nextAt,
  ])
}
