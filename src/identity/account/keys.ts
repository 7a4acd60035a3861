// Signing keys of accounts: whoever signed in registers one, an admin links one that is there; all keys of an account are one person.
import { contentDigest } from '../../kernel/index.ts'
import type { Clock, Digest, Sql, SqlTx } from '../../kernel/index.ts'
import type { Ledger } from '../../ledger/index.ts'
import { identityFault } from '../errors.ts'
import { assertP256, principalIdOf, registrationPayload } from '../model.ts'
import type { RegisteredPrincipal } from '../model.ts'
import { revokeInTx } from '../revocation.ts'
import type { RevocationWords } from '../revocation.ts'
import {
  countPrincipals,
  insertPrincipal,
  lockPrincipalById,
  lockRegistrations,
  PRINCIPAL_LIMIT,
  selectPrincipalByKey,
} from '../store.ts'
import { claimKeysOf, selectBearersOf, selectEveryKeyOf, selectKeysOf } from './keys-store.ts'
import type { Account } from './model.ts'
import { lockAccount, updateAccountPersonId } from './store.ts'

/** Keys in force of one account at most: a browser makes one, and a person has a handful of browsers. */
export const ACCOUNT_KEY_LIMIT = 20
/** Keys of an account that are shown, ended ones among them. */
const SHOWN_KEY_LIMIT = 100

export interface AccountKeys {
  /**
   * Registers a key of whoever signed in, with the roles that an admin gave the account. The same key again is no change.
   * @throws IDENTITY_KEY_MALFORMED, IDENTITY_KEY_TAKEN, IDENTITY_NAME_TAKEN, IDENTITY_ACCOUNT_KEYS_FULL, IDENTITY_FULL, IDENTITY_UNKNOWN
   */
  register(tenantId: string, accountId: string, publicKey: Uint8Array): Promise<RegisteredPrincipal>
  /** Newest first, revoked ones too; the newest hundred. */
  list(tenantId: string, accountId: string): Promise<readonly RegisteredPrincipal[]>
  /** Ends a key of the account itself, which its person may always do; ending it again is no change. @throws IDENTITY_UNKNOWN */
  revoke(
    tenantId: string,
    accountId: string,
    principalId: string,
    reason: string,
  ): Promise<RegisteredPrincipal>
  /**
   * Says that a person who is registered already is this account, with every key of theirs. Linking again is no change.
   * @throws IDENTITY_UNKNOWN; IDENTITY_ACCOUNT_LINKED when the account counts as somebody else
   */
  link(
    tenantId: string,
    actor: string,
    accountId: string,
    principalId: string,
    within?: SqlTx,
  ): Promise<RegisteredPrincipal>
  /** Whom a link would join, as they stay until the end of the transaction. @throws as `link` */
  holdLink(tx: SqlTx, tenantId: string, accountId: string, principalId: string): Promise<HeldLink>
}

export interface HeldLink {
  readonly account: Account
  readonly found: RegisteredPrincipal
}

interface KeyPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly digest: Digest
  readonly ledger: Ledger
}

export function makeAccountKeys(ports: KeyPorts): AccountKeys {
  const { sql, digest } = ports
  return {
    async register(tenantId, accountId, publicKey) {
      assertP256(publicKey)
      const keyId = contentDigest(digest.sha256(publicKey)).slice('sha256:'.length)
      return sql.transaction({ tenantId }, async (tx) => {
        // Of two keys registered at once, the second has to see who the first made the account count as.
        await lockRegistrations(tx, tenantId)
        const account = await lockJoined(tx, tenantId, accountId)
        const known = await selectPrincipalByKey(tx, tenantId, keyId)
        if (known !== undefined) return assertOwn(known, account)
        if ((await selectKeysOf(tx, tenantId, accountId)).length >= ACCOUNT_KEY_LIMIT)
          throw identityFault(
            'IDENTITY_ACCOUNT_KEYS_FULL',
            `expected at most ${ACCOUNT_KEY_LIMIT} signing keys in force of one account`,
          )
        const id = principalIdOf('person', keyId)
        const displayName = await chooseName(tx, account)
        const person = account.person ?? id
        const roles = account.signsAs
        const own = { kind: 'person', id, person, account: accountId, keyId } as const
        return insertOwn(ports, tx, account, { ...own, displayName, roles, publicKey })
      })
    },
    list: (tenantId, accountId) =>
      sql.transaction({ tenantId }, (tx) =>
        selectEveryKeyOf(tx, tenantId, accountId, SHOWN_KEY_LIMIT),
      ),
    revoke: (tenantId, accountId, principalId, reason) =>
      sql.transaction({ tenantId }, async (tx) => {
        const found = await lockPrincipalById(tx, tenantId, principalId)
        if (found === undefined || found.account !== accountId)
          throw identityFault(
            'IDENTITY_UNKNOWN',
            `expected the id of a key of ${accountId}, got ${JSON.stringify(principalId.slice(0, 100))}`,
          )
        if (found.revokedAt !== undefined) return found
        return revokeInTx(ports, tx, tenantId, found, { actor: accountId, reason })
      }),
    holdLink,
    link(tenantId, actor, accountId, principalId, within) {
      const work = async (tx: SqlTx): Promise<RegisteredPrincipal> => {
        const { account, found } = await holdLink(tx, tenantId, accountId, principalId)
        await updateAccountPersonId(tx, account, found.person)
        for (const key of await claimKeysOf(tx, tenantId, found.person, accountId))
          await tellLinked(ports, tx, tenantId, actor, key)
        return (await lockPrincipalById(tx, tenantId, principalId)) ?? found
      }
      return within === undefined ? sql.transaction({ tenantId }, work) : work(within)
    },
  }
}

async function holdLink(
  tx: SqlTx,
  tenantId: string,
  accountId: string,
  principalId: string,
): Promise<HeldLink> {
  await lockRegistrations(tx, tenantId)
  const account = await lockJoined(tx, tenantId, accountId)
  const found = await lockPrincipalById(tx, tenantId, principalId)
  if (found === undefined || found.kind !== 'person')
    throw identityFault(
      'IDENTITY_UNKNOWN',
      `expected the id of a person's key, got ${JSON.stringify(principalId.slice(0, 100))}`,
    )
  // Who somebody is does not change afterwards: what was signed and counted before stands.
  if (account.person !== undefined && account.person !== found.person)
    throw identityFault(
      'IDENTITY_ACCOUNT_LINKED',
      `expected a key of ${account.person}, who the account counts as, got one of ${found.person}`,
    )
  return { account, found }
}

async function lockJoined(tx: SqlTx, tenantId: string, accountId: string): Promise<Account> {
  const account = await lockAccount(tx, tenantId, accountId)
  if (account?.joinedAt !== undefined && account.removedAt === undefined) return account
  throw identityFault(
    'IDENTITY_UNKNOWN',
    `expected the id of an account that somebody signed in with, got ${JSON.stringify(accountId.slice(0, 100))}`,
  )
}

function assertOwn(known: RegisteredPrincipal, { accountId }: Account): RegisteredPrincipal {
  if (known.account === accountId && known.revokedAt === undefined) return known
  throw identityFault(
    'IDENTITY_KEY_TAKEN',
    `expected a new key, got one registered as ${known.id}${known.revokedAt === undefined ? '' : ', which was revoked'}`,
  )
}

async function insertOwn(
  ports: KeyPorts,
  tx: SqlTx,
  account: Account,
  principal: RegisteredPrincipal,
): Promise<RegisteredPrincipal> {
  const { tenantId, accountId } = account
  const registeredAt = new Date(ports.clock.nowMs()).toISOString()
  await insertPrincipal(tx, tenantId, principal, registeredAt)
  if ((await countPrincipals(tx, tenantId)) > PRINCIPAL_LIMIT)
    throw identityFault(
      'IDENTITY_FULL',
      `expected at most ${PRINCIPAL_LIMIT} people and runners of one tenant`,
    )
  await updateAccountPersonId(tx, account, principal.person)
  await ports.ledger.appendInTx(tx, tenantId, [
    {
      type: 'principal.registered',
      actor: accountId,
      subject: principal.id,
      payload: registrationPayload(principal),
      refs: [],
    },
  ])
  await tellLinked(ports, tx, tenantId, accountId, principal)
  return { ...principal, registeredAt }
}

/** Who somebody counts as is a fact of the ledger; ids alone, so that a bundle can show it. */
async function tellLinked(
  { ledger }: KeyPorts,
  tx: SqlTx,
  tenantId: string,
  actor: string,
  { id, account = '', keyId, person }: RegisteredPrincipal,
): Promise<void> {
  await ledger.appendInTx(tx, tenantId, [
    {
      type: 'principal.linked',
      actor,
      subject: id,
      payload: { account, keyId, person, principal: id },
      refs: [],
    },
  ])
}

/**
 * The name that the issuer gives, with the address behind it where another account has that name. Under a name that belongs to
 * nobody's account nothing is registered: taking it for the same person would let a stranger speak as them, taking it for
 * somebody else would make two people of one.
 */
async function chooseName(tx: SqlTx, account: Account): Promise<string> {
  const { tenantId, displayName, email, subject = '', person } = account
  const reach = email ?? subject
  for (const name of displayName === undefined
    ? [reach]
    : [displayName, `${displayName} <${reach}>`]) {
    const bearers = (await selectBearersOf(tx, tenantId, name)).filter(
      (each) => each.person !== person,
    )
    if (bearers.length === 0) return name
    const [loose] = bearers.filter(({ hasAccount }) => !hasAccount)
    if (loose !== undefined)
      throw identityFault(
        'IDENTITY_NAME_TAKEN',
        `expected a name that only accounts have, ${JSON.stringify(name)} is ${loose.person}, who belongs to no account`,
      )
  }
  throw identityFault(
    'IDENTITY_NAME_TAKEN',
    `expected a name that nobody else has, got ${JSON.stringify(displayName ?? reach)}`,
  )
}

/** Keys that may sign more than the account may now; of an account that is taken away every one. */
export async function revokeKeysBeyond(
  ports: Pick<KeyPorts, 'clock' | 'ledger'>,
  tx: SqlTx,
  { tenantId, accountId }: Account,
  kept: readonly string[] | undefined,
  words: RevocationWords,
): Promise<void> {
  const ended = (await selectKeysOf(tx, tenantId, accountId)).filter(
    ({ roles }) => kept === undefined || !roles.every((role) => kept.includes(role)),
  )
  // Every row before the ledger's turn, which whoever records a word of such a key takes last.
  for (const { id } of ended) await lockPrincipalById(tx, tenantId, id)
  for (const key of ended) await revokeInTx(ports, tx, tenantId, key, words)
}
