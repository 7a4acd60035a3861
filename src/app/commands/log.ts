// The commands of the ledger, as data.
import type { CommandSpec } from '../../client/index.ts'
import { AS } from './options.ts'

const V1_OPTIONS = [
  {
    flags: '--v1 <file>',
    description: 'JSON that describes the first ledger; default: provenance_ledger as documented',
  },
  {
    flags: '--wait <seconds>',
    description: 'how long to wait for whoever holds the table; default 10',
  },
] as const

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
      {
        flags: '--epoch <number>',
        description: 'a log that ended with a restore; default: the one of today',
      },
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
      {
        flags: '--policy <file>',
        description: 'C2SP tlog-policy whose witnesses cosign; too few of them is exit 9',
      },
      {
        flags: '--bare',
        description: 'leave the bytes of the entry out; whoever verifies has to have them',
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
      {
        flags: '--policy <file>',
        description: 'C2SP tlog-policy whose witnesses cosign; too few of them is exit 9',
      },
    ],
    examples: [
      'seaworthy ledger checkpoint --out checkpoint.txt',
      'seaworthy ledger checkpoint --date 2026-11-21 --verify',
      'seaworthy ledger checkpoint --policy witnesses.txt --out checkpoint.txt',
    ],
    needs: 'api',
    load: async () => (await import('../../ledger/cli.ts')).runLedgerCheckpoint,
  },
  {
    name: 'ledger prove-day',
    summary: 'Write the proof that a sealed day of this ledger is in the deployment’s system log',
    arguments: [{ name: '<day>', description: 'UTC day that is sealed, YYYY-MM-DD' }],
    options: [
      {
        flags: '--out <file>',
        description: 'where the .tlog-proof goes; default: standard output',
      },
    ],
    examples: ['seaworthy ledger prove-day 2026-11-21 --out 2026-11-21.tlog-proof'],
    needs: 'api',
    load: async () => (await import('../../attestation/cli.ts')).runProveDay,
  },
  {
    name: 'ledger anchor',
    summary:
      'Keep the newest checkpoint outside the database, after holding the log against those kept before',
    arguments: [],
    options: [
      {
        flags: '--file <file>',
        description: 'a file that only grows, one note a line, of one log',
      },
      { flags: '--git <folder>', description: 'annotated tags ledger/ID/SIZE of a git repository' },
      {
        flags: '--s3 <bucket>',
        description:
          'BUCKET or BUCKET/PREFIX with Object Lock; objects nobody can delete before their day (compliance mode)',
      },
      {
        flags: '--s3-endpoint <url>',
        description: "of a store that is not Amazon's; credentials as the AWS SDK finds them",
      },
      {
        flags: '--retain-days <days>',
        description: 'how long an object in the bucket is locked; default: 400',
      },
      {
        flags: '--verify',
        description: 'add nothing; recompute the log against the newest one kept (exit 40)',
      },
    ],
    examples: [
      'seaworthy ledger anchor --file /mnt/worm/harbour.anchors --git ../anchors',
      'seaworthy ledger anchor --file /mnt/worm/harbour.anchors --verify',
      'seaworthy ledger anchor --s3 harbour-anchors/ledger --retain-days 3650',
    ],
    needs: 'api',
    load: async () => (await import('../../ledger/anchor-cli.ts')).runLedgerAnchor,
  },
  {
    name: 'ledger migrate up',
    summary:
      'Take a ledger of the first version in: checked, imported as it is, sealed; all or nothing',
    arguments: [],
    options: [
      ...V1_OPTIONS,
      {
        flags: '--accept-broken',
        description:
          'take it in although it does not hold by its own rules; the first entry lists where',
      },
    ],
    examples: [
      'seaworthy ledger migrate up --v1 ledger-v1.json',
      'SEAWORTHY_DATABASE_URL=postgres://db/app seaworthy ledger migrate up --json',
    ],
    needs: 'folder',
    load: async () => (await import('../cli/ledger-migrate.ts')).runMigrateUp,
  },
  {
    name: 'ledger migrate down',
    summary: 'Give the first ledger its name and writers back; the new one is kept, archived',
    arguments: [],
    options: [
      {
        flags: '--export <file>',
        description:
          'copy of everything: written when missing, and read back before anything changes',
      },
      ...V1_OPTIONS,
    ],
    examples: ['seaworthy ledger migrate down --export ledger-v2.export'],
    needs: 'folder',
    load: async () => (await import('../cli/ledger-migrate.ts')).runMigrateDown,
  },
  {
    name: 'ledger migrate status',
    summary: 'Show what became of a first ledger, from the entries that say so',
    arguments: [],
    options: [...V1_OPTIONS],
    examples: ['seaworthy ledger migrate status --json'],
    needs: 'folder',
    load: async () => (await import('../cli/ledger-migrate.ts')).runMigrateStatus,
  },
  {
    name: 'ledger receipt',
    summary:
      'Read an OpenTimestamps proof of a kept checkpoint offline (exit 0 shown by a block, 12 fits but no block was given, 40 does not fit)',
    arguments: [{ name: '<proof>', description: 'the .ots file' }],
    options: [
      { flags: '--of <file>', description: 'the file that was stamped' },
      {
        flags: '--header <file>',
        description: 'header of the block, as `bitcoin-cli getblockheader HASH false` prints it',
      },
    ],
    examples: [
      'seaworthy ledger receipt harbour.checkpoint.ots --of harbour.checkpoint',
      'seaworthy ledger receipt harbour.checkpoint.ots --of harbour.checkpoint --header block-358391.hex',
    ],
    needs: 'alone',
    load: async () => (await import('../../ledger/receipt-cli.ts')).runLedgerReceipt,
  },
  {
    name: 'ledger erase',
    summary:
      'Erase the payloads that the ledger holds of somebody, once shown and confirmed by a second person',
    arguments: [],
    options: [
      {
        flags: '--subject <name>',
        description: 'whose: a subject or an actor, as ledger list shows it',
      },
      { flags: '--reason <text>', description: 'why; it is recorded, so name nobody' },
      {
        flags: '--policy <text>',
        description: 'what allows to erase what a law wants kept; without it that stays',
      },
    ],
    examples: ['seaworthy ledger erase --subject customer-7 --reason "asked on 21 November"'],
    needs: 'api',
    load: async () => (await import('../../ledger/erase-cli.ts')).runLedgerErase,
  },
  {
    name: 'ledger restore',
    summary:
      'Go on after an older database was put in place: end the log and open the next, once shown and confirmed',
    arguments: [],
    options: [
      AS,
      { flags: '--reason <text>', description: 'why the newer database is gone' },
      {
        flags: '--confirm <token>',
        description: 'do exactly what was shown with this token; without it nothing is changed',
      },
    ],
    examples: [
      'seaworthy ledger restore --as ana --reason "disk lost, backup of 03:00"',
      'seaworthy ledger restore --as ana --reason "disk lost, backup of 03:00" --confirm 0123…',
    ],
    needs: 'folder',
    load: async () => (await import('../cli/ledger-restore.ts')).runLedgerRestore,
  },
  {
    name: 'ledger witness',
    summary:
      'Serve as a witness of logs (C2SP tlog-witness): cosign what continues them, until interrupted',
    arguments: [],
    options: [
      {
        flags: '--folder <folder>',
        description: 'keys and memory of the witness; made when missing',
      },
      { flags: '--name <name>', description: 'name in its cosignatures, a URL without scheme' },
      { flags: '--log <key>', description: 'verifier key of a log it knows', repeated: true },
      { flags: '--port <number>', description: 'port; default 7420, 0 takes a free one' },
      {
        flags: '--host <address>',
        description: 'IP address to listen on; default 127.0.0.1, any other needs --allow-host',
      },
      {
        flags: '--allow-host <name>',
        description: 'name under which logs reach it, as in their URLs',
        repeated: true,
      },
    ],
    examples: [
      'seaworthy ledger witness --folder witness --name witness.example/w1 --log "$LOG_KEY" --port 7421',
    ],
    needs: 'alone',
    load: async () => (await import('../cli/witness.ts')).runWitnessCommand,
  },
]
