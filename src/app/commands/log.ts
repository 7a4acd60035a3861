// The commands of the ledger, of keys and of runners, as data.
import type { CommandSpec } from '../../client/index.ts'

export const logCommands: readonly CommandSpec[] = [
  {
    name: 'ledger append',
    summary: 'Append a note to the tenant’s ledger',
    arguments: [{ name: '[text]', description: 'the note; default: standard input' }],
    options: [{ flags: '--subject <name>', description: 'what the note is about' }],
    examples: ['seaworthy ledger append "rehearsal finished" --subject harbour@1.4.0'],
    needs: 'api',
    load: async () => (await import('../../ledger/cli.ts')).runLedgerAppend,
  },
  {
    name: 'ledger list',
    summary: 'List ledger entries',
    arguments: [],
    options: [
      { flags: '--from <seq>', description: 'first sequence number; default 0' },
      { flags: '--limit <count>', description: 'how many; default 100' },
    ],
    examples: ['seaworthy ledger list --from 0 --limit 20'],
    needs: 'api',
    load: async () => (await import('../../ledger/cli.ts')).runLedgerList,
  },
  {
    name: 'ledger verify',
    summary: 'Verify the chain, and against a checkpoint kept elsewhere',
    arguments: [],
    options: [
      { flags: '--limit <count>', description: 'only the newest entries; default: all' },
      { flags: '--since-checkpoint <file>', description: 'checkpoint the log must still contain' },
    ],
    examples: [
      'seaworthy ledger verify --data .seaworthy --tenant local',
      'seaworthy ledger verify --since-checkpoint checkpoint.txt',
    ],
    needs: 'api',
    load: async () => (await import('../../ledger/cli.ts')).runLedgerVerify,
  },
  {
    name: 'ledger prove',
    summary: 'Write the inclusion proof of one entry, verifiable offline',
    arguments: [{ name: '<seq>', description: 'sequence number of the entry' }],
    options: [
      {
        flags: '--out <file>',
        description: 'where the .tlog-proof goes; default: standard output',
      },
    ],
    examples: ['seaworthy ledger prove 3 --out entry-3.tlog-proof'],
    needs: 'api',
    load: async () => (await import('../../ledger/cli.ts')).runLedgerProve,
  },
  {
    name: 'ledger checkpoint',
    summary: 'Sign the ledger’s current size and root, or seal a day that is over',
    arguments: [],
    options: [
      {
        flags: '--date <day>',
        description: 'seal this UTC day (YYYY-MM-DD): the root of all entries before its end',
      },
      {
        flags: '--verify',
        description: 'sign nothing; hold the log against what the day was sealed with (exit 40)',
      },
      {
        flags: '--out <file>',
        description: 'where the signed note goes; default: standard output',
      },
    ],
    examples: [
      'seaworthy ledger checkpoint --out checkpoint.txt',
      'seaworthy ledger checkpoint --date 2026-11-21 --verify',
    ],
    needs: 'api',
    load: async () => (await import('../../ledger/cli.ts')).runLedgerCheckpoint,
  },
  {
    name: 'key create',
    summary: 'Make a local identity (ECDSA P-256) and register its public key',
    arguments: [{ name: '<name>', description: 'display name' }],
    options: [
      { flags: '--role <role>', description: 'role this person may sign in', repeated: true },
    ],
    examples: ['seaworthy key create alice --role "Release Manager"'],
    needs: 'api',
    load: async () => (await import('../../identity/cli.ts')).runKeyCreate,
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
    name: 'runner enrol',
    summary: 'Enrol this machine as a runner of the tenant, with a key of its own',
    arguments: [{ name: '<name>', description: 'name of the runner on this machine' }],
    options: [],
    examples: ['seaworthy runner enrol ci'],
    needs: 'api',
    load: async () => (await import('../../identity/cli.ts')).runRunnerEnrol,
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
