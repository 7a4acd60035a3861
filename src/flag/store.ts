// All SQL of switches.
import type { SqlTx } from '../kernel/index.ts'
import { jsonOfWord, parseWord } from './model.ts'
import type { StoredChange, StoredDefinition, StoredSwitch } from './model.ts'

interface SwitchRow {
  name: string
  definition: string
  word: string
  version: number
  reason: string
  changed_by: string
  changed_at: string
}

function switchOfRow(row: SwitchRow): StoredSwitch {
  return {
    name: row.name,
    definition: JSON.parse(row.definition) as StoredDefinition,
    word: parseWord(JSON.parse(row.word)),
    version: row.version,
    reason: row.reason,
    changedBy: row.changed_by,
    changedAt: row.changed_at,
  }
}

export interface SwitchPage {
  /** All of them when absent. */
  readonly limit?: number | undefined
  /** Only names behind this one. */
  readonly after?: string | undefined
}

/** By name. */
export async function selectSwitches(
  tx: SqlTx,
  tenantId: string,
  { limit, after }: SwitchPage = {},
): Promise<readonly StoredSwitch[]> {
  const rows = await tx.query<SwitchRow>(
    `select name, definition, word, version, reason, changed_by, changed_at
     from flag_switch where tenant_id = $1 and ($2::text is null or name > $2)
     order by name limit $3`,
    [tenantId, after ?? null, limit ?? null],
  )
  return rows.map(switchOfRow)
}

export async function selectSwitch(
  tx: SqlTx,
  tenantId: string,
  name: string,
): Promise<StoredSwitch | undefined> {
  const rows = await tx.query<SwitchRow>(
    `select name, definition, word, version, reason, changed_by, changed_at
     from flag_switch where tenant_id = $1 and name = $2`,
    [tenantId, name],
  )
  return rows[0] && switchOfRow(rows[0])
}

/** Whoever comes second waits here, and then sees what the first one did. */
export async function lockSwitch(
  tx: SqlTx,
  tenantId: string,
  name: string,
): Promise<StoredSwitch | undefined> {
  const rows = await tx.query<SwitchRow>(
    `select name, definition, word, version, reason, changed_by, changed_at
     from flag_switch where tenant_id = $1 and name = $2 for update`,
    [tenantId, name],
  )
  return rows[0] && switchOfRow(rows[0])
}

export async function measureWords(
  tx: SqlTx,
  tenantId: string,
): Promise<{ readonly count: number; readonly bytes: number }> {
  const rows = await tx.query<{ count: number; bytes: number }>(
    `select count(*) as count, coalesce(sum(octet_length(word)), 0)::bigint as bytes
     from flag_switch where tenant_id = $1`,
    [tenantId],
  )
  return rows[0] ?? { count: 0, bytes: 0 }
}

/** @returns false when somebody else was first */
export async function insertSwitch(
  tx: SqlTx,
  tenantId: string,
  stored: StoredSwitch,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into flag_switch
       (tenant_id, name, definition, word, version, reason, changed_by, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning name`,
    valuesOf(tenantId, stored),
  )
  return rows.length === 1
}

export async function updateSwitch(
  tx: SqlTx,
  tenantId: string,
  stored: StoredSwitch,
): Promise<void> {
  await tx.query(
    `update flag_switch
     set definition = $3, word = $4, version = $5, reason = $6, changed_by = $7, changed_at = $8
     where tenant_id = $1 and name = $2`,
    valuesOf(tenantId, stored),
  )
}

export async function insertChange(
  tx: SqlTx,
  tenantId: string,
  { kind, ...stored }: StoredChange,
): Promise<void> {
  await tx.query(
    `insert into flag_change
       (tenant_id, name, definition, word, version, reason, changed_by, changed_at, kind)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [...valuesOf(tenantId, stored), kind],
  )
}

/** Changes of one page when nobody says how many. */
export const HISTORY_LIMIT_COUNT = 200

export interface HistoryPage {
  readonly limit?: number | undefined
  /** Only changes before this version. */
  readonly before?: number | undefined
}

export async function selectChanges(
  tx: SqlTx,
  tenantId: string,
  name: string,
  { limit = HISTORY_LIMIT_COUNT, before }: HistoryPage,
): Promise<readonly StoredChange[]> {
  const rows = await tx.query<SwitchRow & { kind: StoredChange['kind'] }>(
    `select name, definition, word, version, reason, changed_by, changed_at, kind
     from flag_change where tenant_id = $1 and name = $2 and ($4::int is null or version < $4)
     order by version desc limit $3`,
    [tenantId, name, limit, before ?? null],
  )
  return rows.map((row) => ({ ...switchOfRow(row), kind: row.kind }))
}

function valuesOf(tenantId: string, stored: StoredSwitch): (string | number)[] {
  return [
    tenantId,
    stored.name,
    JSON.stringify(stored.definition),
    JSON.stringify(jsonOfWord(stored.word)),
    stored.version,
    stored.reason,
    stored.changedBy,
    stored.changedAt,
  ]
}
