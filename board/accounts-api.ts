// What the page of people asks the server about accounts: who is invited or has joined, and inviting and removing one.
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

export interface Invitation {
  readonly email: string
  readonly role: string
  /** Null = every one. */
  readonly environments: readonly string[] | null
  readonly signsAs: readonly string[]
  /** Absent where there is only one. */
  readonly issuer?: string
}

export const accounts = {
  list: () => readEvery<Account>(pathOf('accounts')),
  invite: (wish: Invitation) => client.call<Account>('POST', pathOf('accounts'), wish),
  remove: (accountId: string, reason: string) =>
    client.call<Account>('POST', pathOf('accounts', accountId, 'removal'), { reason }),
} as const
