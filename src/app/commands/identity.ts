// The commands of keys and runners, as data.
import type { CommandSpec } from '../../client/index.ts'

export const identityCommands: readonly CommandSpec[] = [
  {
    name: 'key create',
    summary: 'Make a signing key of a person on this machine and register its public half',
    arguments: [{ name: '<name>', description: 'display name' }],
    options: [
      { flags: '--role <role>', description: 'role this person may sign in', repeated: true },
    ],
    examples: ['seaworthy key create alice --role "Release Manager"'],
    needs: 'api',
    load: async () => (await import('../../identity/cli.ts')).runKeyCreate,
  },
  {
    name: 'key register',
    summary: 'Register the public half of a signing key that somebody made on their machine',
    arguments: [{ name: '<name>', description: 'display name' }],
    options: [
      { flags: '--public-key <key>', description: 'as their `key create` printed it' },
      { flags: '--role <role>', description: 'role this person may sign in', repeated: true },
    ],
    examples: ['seaworthy key register ann --role SRE --public-key MFkwEwYHKoZIzj0CAQ...'],
    needs: 'api',
    load: async () => (await import('../../identity/cli.ts')).runKeyRegister,
  },
  {
    name: 'key list',
    summary: 'List people, runners and their public keys',
    arguments: [],
    options: [],
    examples: ['seaworthy key list'],
    needs: 'api',
    load: async () => (await import('../../identity/cli.ts')).runKeyList,
  },
  {
    name: 'api-key create',
    summary: 'Make an API key, which opens the API to a person or a machine; shown once',
    arguments: [{ name: '<name>', description: 'what it is for, e.g. ci' }],
    options: [
      { flags: '--role <role>', description: 'viewer, developer or admin; default viewer' },
      {
        flags: '--environment <name>',
        description: 'environment the key may change something in; default: every one',
        repeated: true,
      },
      {
        flags: '--expires <duration>',
        description: 'such as 12h or 90d, or never; default 90d',
      },
    ],
    examples: [
      'seaworthy api-key create ci --role developer --environment staging --expires 30d',
      'seaworthy api-key create dashboard --tenant acme',
    ],
    needs: 'api',
    load: async () => (await import('../../identity/api-key-cli.ts')).runApiKeyCreate,
  },
  {
    name: 'api-key list',
    summary: 'List API keys, without their text',
    arguments: [],
    options: [],
    examples: ['seaworthy api-key list'],
    needs: 'api',
    load: async () => (await import('../../identity/api-key-cli.ts')).runApiKeyList,
  },
  {
    name: 'api-key rotate',
    summary: 'Make the successor of an API key; the old one goes on for a while',
    arguments: [{ name: '<key>', description: 'id, or the name of one in force' }],
    options: [
      {
        flags: '--overlap <duration>',
        description: 'how long the old key goes on, such as 0m or 24h; default 24h',
      },
    ],
    examples: ['seaworthy api-key rotate ci --overlap 1h'],
    needs: 'api',
    load: async () => (await import('../../identity/api-key-cli.ts')).runApiKeyRotate,
  },
  {
    name: 'api-key revoke',
    summary: 'Let an API key open nothing any more',
    arguments: [{ name: '<key>', description: 'id, or the name of one in force' }],
    options: [{ flags: '--reason <text>', description: 'why; one line, goes into the ledger' }],
    examples: ['seaworthy api-key revoke ci --reason "was in a log"'],
    needs: 'api',
    load: async () => (await import('../../identity/api-key-cli.ts')).runApiKeyRevoke,
  },
  {
    name: 'service-token create',
    summary: 'Get a token of five minutes with the rights of the API key in use, or less',
    arguments: [],
    options: [
      {
        flags: '--audience <name>',
        description: 'service that shall accept it; default: this API',
      },
      {
        flags: '--role <role>',
        description: 'viewer, developer or admin; default: that of the key',
      },
      {
        flags: '--environment <name>',
        description: 'environment it may change something in; default: those of the key',
        repeated: true,
      },
    ],
    examples: [
      'seaworthy service-token create --role viewer',
      'seaworthy service-token create --audience billing',
    ],
    needs: 'api',
    load: async () => (await import('../../identity/service-token-cli.ts')).runServiceTokenCreate,
  },
  {
    name: 'service-token rotate-keys',
    summary:
      'End every key that signs service tokens, on every server, after a leak: shown first, then confirmed',
    arguments: [],
    options: [{ flags: '--reason <text>', description: 'why, for the ledger' }],
    examples: ['seaworthy service-token rotate-keys --reason "data folder of a server was copied"'],
    needs: 'api',
    load: async () => (await import('../../identity/service-token-cli.ts')).runTokenKeysRotate,
  },
  {
    name: 'runner enrol',
    summary: 'Enrol this machine as a runner of the tenant, with a key of its own',
    arguments: [{ name: '<name>', description: 'name of the runner on this machine' }],
    options: [],
    examples: ['seaworthy runner enrol ci'],
    needs: 'api',
    load: async () => (await import('../../identity/cli.ts')).runRunnerEnrol,
  },
  {
    name: 'runner register',
    summary: 'Enrol a runner of another machine by its public key',
    arguments: [{ name: '<name>', description: 'name of the runner' }],
    options: [{ flags: '--public-key <key>', description: 'as its `runner enrol` printed it' }],
    examples: ['seaworthy runner register ci --public-key MFkwEwYHKoZIzj0CAQ...'],
    needs: 'api',
    load: async () => (await import('../../identity/cli.ts')).runRunnerRegister,
  },
  {
    name: 'runner list',
    summary: 'List the tenant’s runners, and which keys are on this machine',
    arguments: [],
    options: [],
    examples: ['seaworthy runner list'],
    needs: 'api',
    load: async () => (await import('../../identity/cli.ts')).runRunnerList,
  },
  {
    name: 'runner revoke',
    summary: 'Refuse whatever a runner submits from now on; what was accepted stands',
    arguments: [{ name: '<runner>', description: 'name or id, as `runner list` shows it' }],
    options: [{ flags: '--reason <text>', description: 'why; one line, goes into the ledger' }],
    examples: ['seaworthy runner revoke ci --reason "the machine was sold"'],
    needs: 'api',
    load: async () => (await import('../../identity/cli.ts')).runRunnerRevoke,
  },
]
