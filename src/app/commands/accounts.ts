// The commands of accounts, as data.
import type { CommandSpec } from '../../client/index.ts'

export const accountCommands: readonly CommandSpec[] = [
  {
    name: 'account invite',
    summary: 'Let a person sign in with their issuer, as viewer unless told otherwise',
    arguments: [{ name: '<person>', description: 'e-mail address that the issuer vouches for' }],
    options: [
      { flags: '--role <role>', description: 'viewer, developer or admin; default viewer' },
      {
        flags: '--environment <name>',
        description: 'environment they may change something in; default: every one',
        repeated: true,
      },
      {
        flags: '--issuer <name>',
        description: 'configured issuer; default: the only one there is',
      },
      {
        flags: '--subject',
        description: 'the person is named as the issuer’s own subject, not by e-mail',
      },
    ],
    examples: [
      'seaworthy account invite ann@example.com --role developer',
      'seaworthy account invite 583231 --issuer github --subject',
    ],
    needs: 'api',
    load: async () => (await import('../../identity/account-cli.ts')).runAccountInvite,
  },
  {
    name: 'account list',
    summary: 'List accounts and open invitations',
    arguments: [],
    options: [],
    examples: ['seaworthy account list'],
    needs: 'api',
    load: async () => (await import('../../identity/account-cli.ts')).runAccountList,
  },
  {
    name: 'account change',
    summary: 'Give a person other rights; they have to sign in again',
    arguments: [{ name: '<account>', description: 'id, e-mail address or subject' }],
    options: [
      { flags: '--role <role>', description: 'viewer, developer or admin' },
      {
        flags: '--environment <name>',
        description: 'environment they may change something in; default: every one',
        repeated: true,
      },
    ],
    examples: ['seaworthy account change ann@example.com --role admin'],
    needs: 'api',
    load: async () => (await import('../../identity/account-cli.ts')).runAccountChange,
  },
  {
    name: 'account sign-out',
    summary: 'End every session of a person, on every server at once',
    arguments: [{ name: '<account>', description: 'id, e-mail address or subject' }],
    options: [],
    examples: ['seaworthy account sign-out ann@example.com'],
    needs: 'api',
    load: async () => (await import('../../identity/account-cli.ts')).runAccountSignOut,
  },
  {
    name: 'account remove',
    summary: 'Take away an account or an invitation, with every session',
    arguments: [{ name: '<account>', description: 'id, e-mail address or subject' }],
    options: [{ flags: '--reason <text>', description: 'why; one line, goes into the ledger' }],
    examples: ['seaworthy account remove ann@example.com --reason "left the team"'],
    needs: 'api',
    load: async () => (await import('../../identity/account-cli.ts')).runAccountRemove,
  },
]
