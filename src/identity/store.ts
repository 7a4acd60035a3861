// All SQL of the identity room.
import type { SqlTx } from '../kernel/index.ts'
import { nameKeyOf } from './model.ts'
import type { PrincipalKind, RegisteredPrincipal } from './model.ts'
import type { RowPage } from '../web/index.ts'

/** Principals of one tenant at most: lists of them are whole, since a person left out would count as somebody else. */
export const PRINCIPAL_LIMIT = 10_000

export interface PrincipalRow {
  principal_id: string
  kind: PrincipalKind
  person_id: string
  account_id: string | null
  display_name: string
  roles: string
  key_id: string
  public_key: Uint8Array
  created_at: string
  revoked_at: string | null
}

export function principalOfRow(row: PrincipalRow): RegisteredPrincipal {
  return {
    id: row.principal_id,
    kind: row.kind,
    person: row.person_id,
    ...(row.account_id === null ? {} : { account: row.account_id }),
    displayName: row.display_name,
    roles: JSON.parse(row.roles) as string[],
    keyId: row.key_id,
    publicKey: row.public_key,
    registeredAt: row.created_at,
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  }
}

export async function insertPrincipal(
  tx: SqlTx,
  tenantId: string,
  principal: RegisteredPrincipal,
  createdAt: string,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into identity_principal
       (tenant_id, principal_id, kind, display_name, roles, key_id, public_key, created_at, person_id, name_key, account_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing returning principal_id`,
    [
      tenantId,
      principal.id,
      principal.kind,
      principal.displayName,
      JSON.stringify(principal.roles),
      principal.keyId,
      principal.publicKey,
      createdAt,
      principal.person,
      nameKeyOf(principal.displayName),
      principal.account ?? null,
    ],
  )
  return rows.length === 1
}

export async function selectPrincipalByKey(
  tx: SqlTx,
  tenantId: string,
  keyId: string,
): Promise<RegisteredPrincipal | undefined> {
  const rows = await tx.query<PrincipalRow>(
    'select * from identity_principal where tenant_id = $1 and key_id = $2',
    [tenantId, keyId],
  )
  return rows[0] && principalOfRow(rows[0])
}

/** Waits until nobody else registers anybody with the tenant, to the end of the transaction. */
export async function lockRegistrations(tx: SqlTx, tenantId: string): Promise<void> {
  const name = JSON.stringify(['seaworthy.identity', tenantId])
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [name])
}

export async function countPrincipals(tx: SqlTx, tenantId: string): Promise<number> {
  const rows = await tx.query<{ count: number }>(
    'select count(*)::int as count from identity_principal where tenant_id = $1',
    [tenantId],
  )
  return rows[0]?.count ?? 0
}

/** The person whose first key was registered under this name, however it was typed. */
export async function selectPersonNamed(
  tx: SqlTx,
  tenantId: string,
  displayName: string,
): Promise<{ readonly person: string; readonly hasAccount: boolean } | undefined> {
  const rows = await tx.query<{ person_id: string; has_account: boolean }>(
    `select person_id, exists (select from identity_principal o where o.tenant_id = $1 and o.name_key = $2
         and o.kind = 'person' and o.account_id is not null) as has_account
     from identity_principal
     where tenant_id = $1 and name_key = $2 and kind = 'person' order by created_at, principal_id limit 1`,
    [tenantId, nameKeyOf(displayName)],
  )
  const [row] = rows
  return row === undefined ? undefined : { person: row.person_id, hasAccount: row.has_account }
}

export async function selectPrincipals(
  tx: SqlTx,
  tenantId: string,
  { limit = PRINCIPAL_LIMIT, after }: RowPage = {},
): Promise<RegisteredPrincipal[]> {
  const rows = await tx.query<PrincipalRow>(
    `select * from identity_principal where tenant_id = $1 and ($3::text is null or principal_id > $3)
     order by principal_id limit $2`,
    [tenantId, limit, after ?? null],
  )
  return rows.map(principalOfRow)
}

/** Waits for transactions that record something under the key, and holds later ones off. */
export async function lockPrincipalById(
  tx: SqlTx,
  tenantId: string,
  principalId: string,
): Promise<RegisteredPrincipal | undefined> {
  const rows = await tx.query<PrincipalRow>(
    'select * from identity_principal where tenant_id = $1 and principal_id = $2 for update',
    [tenantId, principalId],
  )
  return rows[0] && principalOfRow(rows[0])
}

export async function updateRevocation(
  tx: SqlTx,
  tenantId: string,
  principalId: string,
  revocation: { readonly at: string; readonly by: string; readonly reason: string },
): Promise<void> {
  await tx.query(
    `update identity_principal
     set revoked_at = $3, revoked_by = $4, revocation_reason = $5
     where tenant_id = $1 and principal_id = $2`,
    [tenantId, principalId, revocation.at, revocation.by, revocation.reason],
  )
}

/** Whose key it is, and since when it counts no more. */
export interface StoredSpeaker {
  readonly person: string
  readonly account?: string
  readonly revokedAt: string | null
}

/** As it is now, without waiting for whoever changes it. */
export function selectSpeaker(
  tx: SqlTx,
  tenantId: string,
  principalId: string,
): Promise<StoredSpeaker> {
  return readSpeaker(tx, tenantId, principalId, '')
}

/** Locks the row until the end of the transaction: a revocation comes wholly before what is recorded, or wholly after. */
export function lockSpeaker(
  tx: SqlTx,
  tenantId: string,
  principalId: string,
): Promise<StoredSpeaker> {
  return readSpeaker(tx, tenantId, principalId, 'for share')
}

async function readSpeaker(
  tx: SqlTx,
  tenantId: string,
  principalId: string,
  lock: 'for share' | '',
): Promise<StoredSpeaker> {
  const rows = await tx.query<Pick<PrincipalRow, 'person_id' | 'account_id' | 'revoked_at'>>(
    `select person_id, account_id, revoked_at from identity_principal
     where tenant_id = $1 and principal_id = $2 ${lock}`,
    [tenantId, principalId],
  )
  const { person_id = principalId, account_id = null, revoked_at = null } = rows[0] ?? {}
  return {
    person: person_id,
    ...(account_id === null ? {} : { account: account_id }),
    revokedAt: revoked_at,
  }
}
