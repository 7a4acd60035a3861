// Invites people, lets them in when an issuer proves who they are, changes and ends what they may do; each of it is a fact in the ledger.
import { UUID_CHANCE_BYTES, uuidV7 } from '../../kernel/index.ts'
import type { AccessRole, Clock, Digest, Json, Random, Sql, SqlTx } from '../../kernel/index.ts'
import type { Ledger } from '../../ledger/index.ts'
import { identityFault } from '../errors.ts'
import { makeAccountKeys, revokeKeysBeyond } from './keys.ts'
import type { AccountKeys } from './keys.ts'
import { deleteSessionsOf } from '../session/store.ts'
import type { IssuerName } from '../sign-in/issuer.ts'
import { ACCOUNT_LIMIT, accountPayload, emailKeyOf, INVITATION_LIFETIME_MS } from './model.ts'
import type { Account, AccountWish, ProvenIdentity } from './model.ts'
import {
  countAccounts,
  insertAccount,
  lockAccount,
  retireLapsedInvitations,
  selectAccount,
  selectAccounts,
  selectAccountsAnywhere,
  updateAccountPerson,
  updateAccountRemoval,
  updateAccountRights,
} from './store.ts'
import type { RowPage } from '../../web/index.ts'

export interface AccountRights {
  readonly role: AccessRole
  readonly environments: readonly string[] | null
  /** Absent: as before. */
  readonly signsAs?: readonly string[]
}

export interface Accounts {
  /** Signing keys that belong to accounts. */
  readonly keys: AccountKeys
  /** @throws IDENTITY_ISSUER_UNKNOWN; IDENTITY_SCOPE_REFUSED; IDENTITY_ACCOUNT_TAKEN; IDENTITY_FULL */
  invite(tenantId: string, actor: string, wish: AccountWish, within?: SqlTx): Promise<Account>
  /** In the order of their invitations, removed ones too; every account, or one page. */
  list(tenantId: string, page?: RowPage): Promise<readonly Account[]>
  find(tenantId: string, accountId: string): Promise<Account | undefined>
  /** As it is, and as it stays until the end of the transaction. @throws IDENTITY_UNKNOWN also for one that was removed */
  hold(tx: SqlTx, tenantId: string, accountId: string): Promise<Account>
  /** Other rights end the person's sessions; keys that may sign in more roles than are left are revoked. @throws IDENTITY_UNKNOWN; IDENTITY_SCOPE_REFUSED */
  change(
    tenantId: string,
    actor: string,
    accountId: string,
    rights: AccountRights,
    within?: SqlTx,
  ): Promise<Account>
  /** Ends every session of the person and revokes every key of the account with it; removing again is no change. @throws IDENTITY_UNKNOWN */
  remove(
    tenantId: string,
    actor: string,
    accountId: string,
    reason: string,
    within?: SqlTx,
  ): Promise<Account>
  /** Ends every session of the person. @returns how many there were @throws IDENTITY_UNKNOWN */
  signOut(tenantId: string, actor: string, accountId: string): Promise<number>
  /**
   * The account of somebody an issuer has just proven, or the one that their invitation becomes.
   * @param wanted the tenant they named @param usual the one that is meant where they have several and named none
   * @throws IDENTITY_ACCOUNT_UNKNOWN; IDENTITY_TENANT_AMBIGUOUS
   */
  admit(identity: ProvenIdentity, wanted: string | undefined, usual: string): Promise<Account>
}

export interface AccountPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly digest: Digest
  readonly ledger: Ledger
  /** Issuers that people may sign in with. */
  readonly issuers: readonly IssuerName[]
}

export function makeAccounts(ports: AccountPorts): Accounts {
  const { sql, clock, ledger } = ports
  const tell = (
    tx: SqlTx,
    type: 'invited' | 'joined' | 'changed' | 'removed',
    actor: string,
    account: Account,
    more: Readonly<Record<string, Json>> = {},
  ): Promise<unknown> => {
    const payload = { ...(accountPayload(account) as object), ...more }
    const subject = account.accountId
    return ledger.appendInTx(tx, account.tenantId, [
      { type: `account.${type}`, actor, subject, payload, refs: [] },
    ])
  }
  /** In the transaction of whoever calls, where there is one. */
  const inTenant = <Result>(
    tenantId: string,
    within: SqlTx | undefined,
    work: (tx: SqlTx) => Promise<Result>,
  ): Promise<Result> => (within === undefined ? sql.transaction({ tenantId }, work) : work(within))
  const lock = async (tx: SqlTx, tenantId: string, accountId: string): Promise<Account> => {
    const found = await lockAccount(tx, tenantId, accountId)
    if (found !== undefined) return found
    throw unknownAccount(accountId)
  }
  return {
    keys: makeAccountKeys(ports),
    async invite(tenantId, actor, wish, within) {
      assertScope(wish)
      const account = makeInvitation(ports, tenantId, actor, wish)
      return inTenant(tenantId, within, async (tx) => {
        await retireLapsedInvitations(tx, tenantId, account.invitedAt)
        if (!(await insertAccount(tx, account)))
          throw identityFault(
            'IDENTITY_ACCOUNT_TAKEN',
            'expected somebody without an account or an open invitation',
          )
        if ((await countAccounts(tx, tenantId)) > ACCOUNT_LIMIT)
          throw identityFault(
            'IDENTITY_FULL',
            `expected at most ${ACCOUNT_LIMIT} accounts of one tenant`,
          )
        await tell(tx, 'invited', actor, account)
        return account
      })
    },
    list: (tenantId, page) =>
      sql.transaction({ tenantId }, (tx) => selectAccounts(tx, tenantId, page)),
    find: (tenantId, accountId) =>
      sql.transaction({ tenantId }, (tx) => selectAccount(tx, tenantId, accountId)),
    async hold(tx, tenantId, accountId) {
      const found = await lock(tx, tenantId, accountId)
      if (found.removedAt !== undefined) throw unknownAccount(accountId)
      return found
    },
    async change(tenantId, actor, accountId, rights, within) {
      assertScope(rights)
      return inTenant(tenantId, within, async (tx) => {
        const found = await this.hold(tx, tenantId, accountId)
        const changed = { ...found, ...rights }
        await updateAccountRights(tx, changed)
        await deleteSessionsOf(tx, tenantId, accountId)
        const reason = 'the account may sign in fewer roles'
        await revokeKeysBeyond(ports, tx, changed, changed.signsAs, { actor, reason })
        await tell(tx, 'changed', actor, changed)
        return changed
      })
    },
    async remove(tenantId, actor, accountId, reason, within) {
      return inTenant(tenantId, within, async (tx) => {
        const found = await lock(tx, tenantId, accountId)
        if (found.removedAt !== undefined) return found
        const at = instantOf(clock.nowMs())
        await updateAccountRemoval(tx, tenantId, accountId, { at, by: actor, reason })
        await deleteSessionsOf(tx, tenantId, accountId)
        await revokeKeysBeyond(ports, tx, found, undefined, { actor, reason })
        await tell(tx, 'removed', actor, found, { reason })
        return { ...found, removedAt: at }
      })
    },
    async signOut(tenantId, actor, accountId) {
      return sql.transaction({ tenantId }, async (tx) => {
        await lock(tx, tenantId, accountId)
        const sessionCount = await deleteSessionsOf(tx, tenantId, accountId)
        const payload = { account: accountId, sessionCount }
        await ledger.appendInTx(tx, tenantId, [
          { type: 'session.ended', actor, subject: accountId, payload, refs: [] },
        ])
        return sessionCount
      })
    },
    async admit(identity, wanted, usual) {
      const now = instantOf(clock.nowMs())
      const theirs = await sql.transaction('system', (tx) =>
        selectAccountsAnywhere(tx, identity, now),
      )
      const { tenantId, accountId } = chooseAccount(theirs, wanted, usual)
      return sql.transaction({ tenantId }, async (tx) => {
        const found = await lock(tx, tenantId, accountId)
        // Removed, or accepted by somebody else, between the question and now.
        if (!isTheirs(found, identity)) throw uninvited()
        const { subject, email = found.email, displayName = found.displayName } = identity
        const joined: Account = {
          ...found,
          subject,
          joinedAt: found.joinedAt ?? now,
          ...(email === undefined ? {} : { email }),
          ...(displayName === undefined ? {} : { displayName }),
        }
        await updateAccountPerson(tx, joined)
        if (found.joinedAt === undefined) await tell(tx, 'joined', accountId, joined)
        return joined
      })
    },
  }
}

function isTheirs(account: Account, identity: ProvenIdentity): boolean {
  if (account.removedAt !== undefined) return false
  return account.subject === undefined
    ? account.email !== undefined && account.email === identity.email
    : account.subject === identity.subject
}

function makeInvitation(
  { clock, random, issuers }: AccountPorts,
  tenantId: string,
  actor: string,
  wish: AccountWish,
): Account {
  const nowMs = clock.nowMs()
  const { subject, email, role, environments, signsAs = [] } = wish
  return {
    tenantId,
    accountId: `account-${uuidV7(nowMs, random.bytes(UUID_CHANCE_BYTES))}`,
    issuer: chooseIssuer(issuers, wish.issuer).issuer,
    ...(subject === undefined ? {} : { subject }),
    ...(email === undefined ? {} : { email: emailKeyOf(email) }),
    role,
    environments,
    signsAs,
    invitedAt: instantOf(nowMs),
    invitedBy: actor,
    expiresAt: instantOf(nowMs + INVITATION_LIFETIME_MS),
  }
}

// An address is only as good as the issuer that vouches for it: with several of them the admin says which one is meant.
function chooseIssuer(issuers: readonly IssuerName[], wanted: string | undefined): IssuerName {
  const found = issuers.filter(
    ({ name, issuer }) => wanted === undefined || name === wanted || issuer === wanted,
  )
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const names = issuers.map(({ name }) => name).join(', ') || 'none'
  throw identityFault(
    'IDENTITY_ISSUER_UNKNOWN',
    `expected one of the configured issuers (${names}), got ${wanted === undefined ? 'none named' : JSON.stringify(wanted.slice(0, 100))}`,
  )
}

function chooseAccount(
  theirs: readonly Account[],
  wanted: string | undefined,
  usual: string,
): Account {
  // In one tenant an account comes before an invitation that has the same address.
  const byTenant = new Map<string, Account>()
  for (const each of theirs) if (!byTenant.has(each.tenantId)) byTenant.set(each.tenantId, each)
  if (wanted === undefined && byTenant.size > 1 && !byTenant.has(usual))
    throw identityFault(
      'IDENTITY_TENANT_AMBIGUOUS',
      `expected the name of a tenant, since there are accounts in ${byTenant.size}`,
    )
  const [first] = byTenant.values()
  const chosen = wanted === undefined && byTenant.size === 1 ? first : byTenant.get(wanted ?? usual)
  if (chosen === undefined) throw uninvited()
  return chosen
}

function uninvited(): Error {
  return identityFault('IDENTITY_ACCOUNT_UNKNOWN', 'expected somebody with an account here')
}

// An admin invites people, also such as have no limits: a limit on an admin would only look like one.
function assertScope({ role, environments }: AccountRights): void {
  if (role === 'admin' && environments !== null)
    throw identityFault(
      'IDENTITY_SCOPE_REFUSED',
      'expected an admin for every environment, got one limited to some',
    )
}

function unknownAccount(accountId: string): Error {
  return identityFault(
    'IDENTITY_UNKNOWN',
    `expected the id of an account, got ${JSON.stringify(accountId.slice(0, 100))}`,
  )
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString()
}
