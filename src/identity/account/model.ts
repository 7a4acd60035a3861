// What an account is: a person as an issuer knows them, invited into one tenant with an access role.
import type { AccessRole, Json } from '../../kernel/index.ts'

export interface Account {
  readonly tenantId: string
  /** Opaque: `account-…`; no personal data, it stands in ledger entries. */
  readonly accountId: string
  /** Identifier of the issuer, as its answers name it. */
  readonly issuer: string
  /** Who it is at the issuer; absent until somebody accepts an invitation by e-mail. */
  readonly subject?: string
  /** In the letters that `emailKeyOf` leaves; a way to reach somebody, never what tells who they are. */
  readonly email?: string
  readonly displayName?: string
  readonly role: AccessRole
  /** Environments that the person may change something in; null = every one. */
  readonly environments: readonly string[] | null
  /** Roles that keys of the account may sign in; an admin gives them. */
  readonly signsAs: readonly string[]
  /** Who the account's keys count as, wherever people are counted; absent until it has a key. */
  readonly person?: string
  /** RFC 3339. */
  readonly invitedAt: string
  readonly invitedBy: string
  /** When an invitation that nobody accepted ends. */
  readonly expiresAt: string
  readonly joinedAt?: string
  readonly removedAt?: string
}

/** Whom an admin invites: by what the issuer calls them, or by an e-mail address that the issuer vouches for. */
export interface AccountWish {
  /** Name or identifier of a configured issuer; absent where only one is configured. */
  readonly issuer?: string
  readonly subject?: string
  readonly email?: string
  readonly role: AccessRole
  readonly environments: readonly string[] | null
  /** None when absent. */
  readonly signsAs?: readonly string[]
}

/** What an issuer proved about somebody. */
export interface ProvenIdentity {
  readonly issuer: string
  readonly subject: string
  /** Only one that the issuer vouches for. */
  readonly email?: string
  readonly displayName?: string
  /** When the person last proved to the issuer who they are; absent where the issuer does not say. */
  readonly authenticatedAtMs?: number
}

export const ACCOUNT_EVENTS = [
  'account.invited',
  'account.joined',
  'account.changed',
  'account.removed',
  'session.begun',
  'session.ended',
] as const

/** Each is about an account. */
export const ACCOUNT_ERASURE = {
  'account.invited': 'subject',
  'account.joined': 'subject',
  'account.changed': 'subject',
  'account.removed': 'subject',
  'session.begun': 'subject',
  'session.ended': 'subject',
} as const

/** Accounts of one tenant at most, removed ones included: the list of them is whole. */
export const ACCOUNT_LIMIT = 10_000
export const INVITATION_LIFETIME_MS = 14 * 24 * 60 * 60 * 1_000

/**
 * An address in the form that invitations are compared in. ASCII letters alone change: full case folding makes one address of two
 * (the Kelvin sign becomes k), and whoever may register the other would be let in.
 */
export function emailKeyOf(text: string): string {
  return text.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** The fact that goes into the ledger's committed payload. */
export function accountPayload(account: Account): Json {
  return {
    account: account.accountId,
    email: account.email ?? null,
    environments: account.environments,
    issuer: account.issuer,
    role: account.role,
    signsAs: account.signsAs,
    subject: account.subject ?? null,
  }
}
