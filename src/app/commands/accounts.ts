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
        flags: '--signs-as <role>',
        description: 'role that keys of the account may sign in, e.g. release-manager',
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
      {
        flags: '--signs-as <role>',
        description: 'role that keys of the account may sign in, e.g. release-manager',
        repeated: true,
      },
    ],
    examples: ['seaworthy account change ann@example.com --role admin'],
    needs: 'api',
    load: async () => (await import('../../identity/account-cli.ts')).runAccountChange,
  },
  {
    name: 'account link',
    summary: 'Say that a registered person is this account, with every key of theirs',
    arguments: [
      { name: '<account>', description: 'id, e-mail address or subject' },
      { name: '<key>', description: 'id of a key of theirs, as `key list` shows it' },
    ],
    options: [],
    examples: ['seaworthy account link ann@example.com person-3f9a0c5d7e1b2a46'],
    needs: 'api',
    load: async () => (await import('../../identity/account-cli.ts')).runAccountLink,
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
