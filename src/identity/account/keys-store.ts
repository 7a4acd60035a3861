// All SQL of signing keys that belong to accounts.
import type { SqlTx } from '../../kernel/index.ts'
import { nameKeyOf } from '../model.ts'
import type { RegisteredPrincipal } from '../model.ts'
import { principalOfRow } from '../store.ts'
import type { PrincipalRow } from '../store.ts'

/** In force, oldest first. */
export async function selectKeysOf(
  tx: SqlTx,
  tenantId: string,
  accountId: string,
): Promise<RegisteredPrincipal[]> {
  const rows = await tx.query<PrincipalRow>(
    `select * from identity_principal
     where tenant_id = $1 and account_id = $2 and revoked_at is null order by created_at, principal_id`,
    [tenantId, accountId],
  )
  return rows.map(principalOfRow)
}

/** Revoked ones too, newest first. @param limit newest ones alone */
export async function selectEveryKeyOf(
  tx: SqlTx,
  tenantId: string,
  accountId: string,
  limit: number,
): Promise<RegisteredPrincipal[]> {
  const rows = await tx.query<PrincipalRow>(
    `select * from identity_principal where tenant_id = $1 and account_id = $2
     order by created_at desc, principal_id limit $3`,
    [tenantId, accountId, limit],
  )
  return rows.map(principalOfRow)
}

/** Whoever is registered under this name, however it was typed, and whether an account is theirs. */
export async function selectBearersOf(
  tx: SqlTx,
  tenantId: string,
  displayName: string,
): Promise<readonly { readonly person: string; readonly hasAccount: boolean }[]> {
  const rows = await tx.query<{ person_id: string; has_account: boolean }>(
    `select distinct principal.person_id, exists (
       select 1 from identity_account account
       where account.tenant_id = $1 and account.person_id = principal.person_id) as has_account
     from identity_principal principal
     where principal.tenant_id = $1 and principal.name_key = $2 and principal.kind = 'person'`,
    [tenantId, nameKeyOf(displayName)],
  )
  return rows.map(({ person_id, has_account }) => ({ person: person_id, hasAccount: has_account }))
}

/** All keys of a person that are no account's yet; locked, so that nothing is recorded under them meanwhile. */
export async function claimKeysOf(
  tx: SqlTx,
  tenantId: string,
  person: string,
  accountId: string,
): Promise<RegisteredPrincipal[]> {
  const rows = await tx.query<PrincipalRow>(
    `update identity_principal set account_id = $3
     where tenant_id = $1 and person_id = $2 and kind = 'person' and account_id is null returning *`,
    [tenantId, person, accountId],
  )
  return rows.map(principalOfRow)
}
