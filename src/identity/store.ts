// All SQL of the identity room.
import type { SqlTx } from '../kernel/index.ts'
import type { PrincipalKind, RegisteredPrincipal } from './model.ts'

interface PrincipalRow {
  principal_id: string
  kind: PrincipalKind
  display_name: string
  roles: string
  key_id: string
  public_key: Uint8Array
}

function principalOfRow(row: PrincipalRow): RegisteredPrincipal {
  return {
    id: row.principal_id,
    kind: row.kind,
    displayName: row.display_name,
    roles: JSON.parse(row.roles) as string[],
    keyId: row.key_id,
    publicKey: row.public_key,
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
       (tenant_id, principal_id, kind, display_name, roles, key_id, public_key, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning principal_id`,
    [
      tenantId,
      principal.id,
      principal.kind,
      principal.displayName,
      JSON.stringify(principal.roles),
      principal.keyId,
      principal.publicKey,
      createdAt,
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

export async function selectPrincipals(
  tx: SqlTx,
  tenantId: string,
): Promise<RegisteredPrincipal[]> {
  const rows = await tx.query<PrincipalRow>(
    'select * from identity_principal where tenant_id = $1 order by principal_id limit 1000',
    [tenantId],
  )
  return rows.map(principalOfRow)
}
