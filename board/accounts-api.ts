// What the page of people asks the server about accounts: who is invited or has joined, and inviting, changing and removing one.
import { asking } from './api.ts'

const { client, pathOf, readEvery } = asking

export interface Account {
  readonly id: string
  readonly state: 'invited' | 'joined' | 'removed'
  readonly subject: string | null
  readonly email: string | null
  readonly displayName: string | null
  readonly role: string
  readonly environments: readonly string[] | null
  readonly signsAs: readonly string[]
  readonly expiresAt: string
}

export interface Rights {
  readonly role: string
  /** Null = every one. */
  readonly environments: readonly string[] | null
  readonly signsAs: readonly string[]
}

export interface Invitation extends Rights {
  readonly email: string
  /** Absent where there is only one. */
  readonly issuer?: string
}

export const accounts = {
  list: () => readEvery<Account>(pathOf('accounts')),
  invite: (wish: Invitation) => client.call<Account>('POST', pathOf('accounts'), wish),
  /** All of them: what is left out is taken away. */
  change: (accountId: string, rights: Rights) =>
    client.call<Account>('POST', pathOf('accounts', accountId, 'rights'), rights),
  remove: (accountId: string, reason: string) =>
    client.call<Account>('POST', pathOf('accounts', accountId, 'removal'), { reason }),
} as const
