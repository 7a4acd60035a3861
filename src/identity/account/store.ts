// All SQL of accounts.
import type { AccessRole, SqlTx } from '../../kernel/index.ts'
import type { Account, ProvenIdentity } from './model.ts'
import { ACCOUNT_LIMIT } from './model.ts'
import type { RowPage } from '../../web/index.ts'

export interface AccountRow {
  tenant_id: string
  account_id: string
  issuer: string
  subject: string | null
  email: string | null
  display_name: string | null
  role: AccessRole
  environments: string | null
  sign_off_roles: string
  person_id: string | null
  invited_at: string
  invited_by: string
  expires_at: string
  joined_at: string | null
  removed_at: string | null
}

export function accountOfRow(row: AccountRow): Account {
  return {
    tenantId: row.tenant_id,
    accountId: row.account_id,
    issuer: row.issuer,
    ...(row.subject === null ? {} : { subject: row.subject }),
    ...(row.email === null ? {} : { email: row.email }),
    ...(row.display_name === null ? {} : { displayName: row.display_name }),
    role: row.role,
    environments: row.environments === null ? null : (JSON.parse(row.environments) as string[]),
    signsAs: JSON.parse(row.sign_off_roles) as string[],
    ...(row.person_id === null ? {} : { person: row.person_id }),
    invitedAt: row.invited_at,
    invitedBy: row.invited_by,
    expiresAt: row.expires_at,
    ...(row.joined_at === null ? {} : { joinedAt: row.joined_at }),
    ...(row.removed_at === null ? {} : { removedAt: row.removed_at }),
  }
}

/** @returns false when the same person, or the same address, has an account or an invitation there */
export async function insertAccount(tx: SqlTx, account: Account): Promise<boolean> {
  const rows = await tx.query(
    `insert into identity_account
       (tenant_id, account_id, issuer, subject, email, role, environments, invited_at, invited_by, expires_at, sign_off_roles)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing returning account_id`,
    [
      account.tenantId,
      account.accountId,
      account.issuer,
      account.subject ?? null,
      account.email ?? null,
      account.role,
      writtenEnvironments(account),
      account.invitedAt,
      account.invitedBy,
      account.expiresAt,
      JSON.stringify(account.signsAs),
    ],
  )
  return rows.length === 1
}

function writtenEnvironments({ environments }: Pick<Account, 'environments'>): string | null {
  return environments === null ? null : JSON.stringify(environments)
}

/** An invitation that nobody accepted in time makes room for another. */
export async function retireLapsedInvitations(
  tx: SqlTx,
  tenantId: string,
  now: string,
): Promise<void> {
  await tx.query(
    `update identity_account
     set removed_at = $2, removed_by = 'control-plane', removal_reason = 'the invitation lapsed'
     where tenant_id = $1 and removed_at is null and joined_at is null and expires_at <= $2`,
    [tenantId, now],
  )
}

/**
 * Without the tenant, which only the account tells: asked in the deployment's own scope for somebody whom an issuer has just proven.
 * Accounts that are theirs, and invitations to an address that the issuer vouches for.
 */
export async function selectAccountsAnywhere(
  tx: SqlTx,
  { issuer, subject, email }: ProvenIdentity,
  now: string,
): Promise<Account[]> {
  const rows = await tx.query<AccountRow>(
    `select * from identity_account
     where issuer = $1 and removed_at is null and (joined_at is not null or expires_at > $4)
       and (subject = $2 or (subject is null and email = $3))
     order by tenant_id, subject is null, account_id`,
    [issuer, subject, email ?? null, now],
  )
  return rows.map(accountOfRow)
}

export async function lockAccount(
  tx: SqlTx,
  tenantId: string,
  accountId: string,
): Promise<Account | undefined> {
  const rows = await tx.query<AccountRow>(
    'select * from identity_account where tenant_id = $1 and account_id = $2 for update',
    [tenantId, accountId],
  )
  return rows[0] && accountOfRow(rows[0])
}

export async function selectAccount(
  tx: SqlTx,
  tenantId: string,
  accountId: string,
): Promise<Account | undefined> {
  const rows = await tx.query<AccountRow>(
    'select * from identity_account where tenant_id = $1 and account_id = $2',
    [tenantId, accountId],
  )
  return rows[0] && accountOfRow(rows[0])
}

/**
 * What limits of environments bind the word of a key: that of its account, and of a key without one those of its person's accounts.
 * Rights that change at the same time come wholly before or wholly after.
 */
export async function lockLimits(
  tx: SqlTx,
  tenantId: string,
  { account, person }: { readonly account?: string; readonly person: string },
): Promise<readonly (readonly string[])[]> {
  const rows = await tx.query<{ environments: string | null }>(
    `select environments from identity_account
     where tenant_id = $1 and removed_at is null
       and (account_id = $2 or ($2::text is null and person_id = $3)) for share`,
    [tenantId, account ?? null, person],
  )
  return rows.flatMap(({ environments }) =>
    environments === null ? [] : [JSON.parse(environments) as string[]],
  )
}

export async function selectAccounts(
  tx: SqlTx,
  tenantId: string,
  { limit = ACCOUNT_LIMIT, after }: RowPage = {},
): Promise<Account[]> {
  const rows = await tx.query<AccountRow>(
    `select * from identity_account
     where tenant_id = $1 and ($3::text is null or (invited_at, account_id) >
       (select invited_at, account_id from identity_account where tenant_id = $1 and account_id = $3))
     order by invited_at, account_id limit $2`,
    [tenantId, limit, after ?? null],
  )
  return rows.map(accountOfRow)
}

export async function countAccounts(tx: SqlTx, tenantId: string): Promise<number> {
  const rows = await tx.query<{ count: number }>(
    'select count(*)::int as count from identity_account where tenant_id = $1',
    [tenantId],
  )
  return rows[0]?.count ?? 0
}

/** What the issuer said of a person at their newest sign-in. */
export async function updateAccountPerson(tx: SqlTx, account: Account): Promise<void> {
  await tx.query(
    `update identity_account set subject = $3, email = $4, display_name = $5, joined_at = $6
     where tenant_id = $1 and account_id = $2`,
    [
      account.tenantId,
      account.accountId,
      account.subject ?? null,
      account.email ?? null,
      account.displayName ?? null,
      account.joinedAt ?? null,
    ],
  )
}

export async function updateAccountRights(tx: SqlTx, account: Account): Promise<void> {
  await tx.query(
    `update identity_account set role = $3, environments = $4, sign_off_roles = $5
     where tenant_id = $1 and account_id = $2`,
    [
      account.tenantId,
      account.accountId,
      account.role,
      writtenEnvironments(account),
      JSON.stringify(account.signsAs),
    ],
  )
}

/** Who the account's keys count as: said once, and never otherwise. */
export async function updateAccountPersonId(
  tx: SqlTx,
  { tenantId, accountId }: Pick<Account, 'tenantId' | 'accountId'>,
  person: string,
): Promise<void> {
  await tx.query(
    `update identity_account set person_id = $3
     where tenant_id = $1 and account_id = $2 and person_id is null`,
    [tenantId, accountId, person],
  )
}

export async function updateAccountRemoval(
  tx: SqlTx,
  tenantId: string,
  accountId: string,
  removal: { readonly at: string; readonly by: string; readonly reason: string },
): Promise<void> {
  await tx.query(
    `update identity_account set removed_at = $3, removed_by = $4, removal_reason = $5
     where tenant_id = $1 and account_id = $2`,
    [tenantId, accountId, removal.at, removal.by, removal.reason],
  )
}
