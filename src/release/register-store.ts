// All SQL of the register of a service: its changes in order, and how often waivers were used.
import type { ContentDigest, SqlTx } from '../kernel/index.ts'
import type { RegisterAct } from '../register/index.ts'

export interface StoredAct extends RegisterAct {
  /** Which kind of statement it is. */
  readonly kind: 'approval' | 'waiver'
}

/** Takes the register's lock until the transaction ends. @returns the position of the change to come, from 1 */
export async function takePosition(tx: SqlTx, tenantId: string, service: string): Promise<number> {
  const rows = await tx.query<{ change_count: number }>(
    `insert into release_register (tenant_id, service, change_count) values ($1, $2, 1)
     on conflict (tenant_id, service) do update set change_count = release_register.change_count + 1
     returning change_count`,
    [tenantId, service],
  )
  return rows[0]!.change_count
}

export async function insertAct(
  tx: SqlTx,
  tenantId: string,
  service: string,
  position: number,
  act: StoredAct,
  createdAt: string,
): Promise<void> {
  await tx.query(
    `insert into release_register_act
       (tenant_id, service, position, statement_id, kind, person_id, roles, signed_at_ms, change, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      tenantId,
      service,
      position,
      act.statement,
      act.kind,
      act.person,
      JSON.stringify(act.roles),
      act.atMs,
      JSON.stringify(act.change),
      createdAt,
    ],
  )
}

/** Every change of the service's register, in order. */
export async function selectActs(
  tx: SqlTx,
  tenantId: string,
  service: string,
): Promise<StoredAct[]> {
  const rows = await tx.query<{
    statement_id: ContentDigest
    kind: StoredAct['kind']
    person_id: string
    roles: string
    signed_at_ms: number
    change: string
  }>(
    `select statement_id, kind, person_id, roles, signed_at_ms, change
     from release_register_act where tenant_id = $1 and service = $2 order by position`,
    [tenantId, service],
  )
  return rows.map((row) => ({
    statement: row.statement_id,
    kind: row.kind,
    person: row.person_id,
    roles: JSON.parse(row.roles) as string[],
    atMs: row.signed_at_ms,
    change: JSON.parse(row.change) as RegisterAct['change'],
  }))
}

/** A recorded use of a waiver, by the decision that took it. */
export interface StoredUse {
  readonly waiverId: string
  readonly number: number
  readonly statementId: ContentDigest
}

/** Every use of the service's waivers, in order. */
export async function selectWaiverUses(
  tx: SqlTx,
  tenantId: string,
  service: string,
): Promise<StoredUse[]> {
  const rows = await tx.query<{
    waiver_id: string
    use_number: number
    statement_id: ContentDigest
  }>(
    `select waiver_id, use_number, statement_id from release_waiver_use
     where tenant_id = $1 and service = $2 order by waiver_id, use_number`,
    [tenantId, service],
  )
  return rows.map((row) => ({
    waiverId: row.waiver_id,
    number: row.use_number,
    statementId: row.statement_id,
  }))
}

/** @returns false when another decision took this very use in the meantime */
export async function insertWaiverUse(
  tx: SqlTx,
  tenantId: string,
  service: string,
  use: StoredUse,
  createdAt: string,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into release_waiver_use
       (tenant_id, service, waiver_id, use_number, statement_id, created_at)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning waiver_id`,
    [tenantId, service, use.waiverId, use.number, use.statementId, createdAt],
  )
  return rows.length === 1
}
