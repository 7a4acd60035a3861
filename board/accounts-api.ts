// What the page of people asks the server about accounts: who is invited or has joined, and inviting, changing and removing one.
import { asking } from './api.ts'
import { faultOf } from './board-fault.ts'
import type { ActionPreview } from './operations-answers.ts'

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
  /** Who its keys count as; null while it has none. */
  readonly person: string | null
  readonly expiresAt: string
}

export interface Rights {
  readonly role: string
  /** Null = every one. */
  readonly environments: readonly string[] | null
  readonly signsAs: readonly string[]
}

export interface Invitation extends Rights {
  /** Either the address that the issuer vouches for, or what the issuer calls them. */
  readonly email?: string
  readonly subject?: string
  /** Absent where there is only one. */
  readonly issuer?: string
}

export const accounts = {
  list: () => readEvery<Account>(pathOf('accounts')),
  invite: (wish: Invitation) => post(pathOf('accounts'), wish, 'account.invite', wish),
  /** All of them: what is left out is taken away. */
  change: (accountId: string, rights: Rights) =>
    post(pathOf('accounts', accountId, 'rights'), rights, 'account.change', {
      ...rights,
      account: accountId,
    }),
  remove: (accountId: string, reason: string) =>
    post(pathOf('accounts', accountId, 'removal'), { reason }, 'account.remove', {
      account: accountId,
      reason,
    }),
  /** @returns how many sessions there were */
  async signOut(accountId: string): Promise<number> {
    const path = pathOf('accounts', accountId, 'sign-out')
    return (await client.call<{ readonly sessionCount: number }>('POST', path)).sessionCount
  },
  link: (accountId: string, principal: string) =>
    post(pathOf('accounts', accountId, 'keys'), { principal }, 'account.link', {
      account: accountId,
      principal,
    }),
} as const

/** Does it, or says what would be done where that has to be seen first. */
async function post(
  path: string,
  body: object,
  action: string,
  params: object,
): Promise<Account | ActionPreview> {
  try {
    return await client.call<Account>('POST', path, body)
  } catch (thrown) {
    if (faultOf(thrown).code !== 'IDENTITY_CONFIRMATION_REQUIRED') throw thrown
    return client.call<ActionPreview>('POST', pathOf('actions', action, 'previews'), { params })
  }
}
