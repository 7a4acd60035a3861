// Every command as data; what a command does is loaded only when it is called, so that --help stays quick.
import type { CommandArgument, CommandOption, CommandSpec } from '../client/index.ts'
import { logCommands } from './log-commands.ts'

const RELEASE: CommandArgument = {
  name: '[release]',
  description: 'SERVICE@VERSION; default: the release of the newest run',
}
const AS: CommandOption = {
  flags: '--as <name>',
  description: 'local identity that signs (see `seaworthy key list`)',
}
const NAMING: readonly CommandOption[] = [
  {
    flags: '--service <name>',
    description: 'service that is released; default: from the document or its file name',
  },
  {
    flags: '--release-version <version>',
    description: 'version that is released; default: from the document',
  },
  {
    flags: '--environment <name>',
    description: 'environment the gates look at; default: from the document, else production',
  },
]

/** Options of every command, and of every command with a data folder. */
export const globalOptions: readonly (CommandOption & { readonly isForFolder: boolean })[] = [
  { flags: '--json', description: 'answer one JSON document on stdout', isForFolder: false },
  {
    flags: '--data <folder>',
    description: 'data folder; default .seaworthy (env SEAWORTHY_DATA)',
    isForFolder: true,
  },
  {
    flags: '--tenant <name>',
    description: 'tenant; default local (env SEAWORTHY_TENANT)',
    isForFolder: true,
  },
]

export const commandTable: readonly CommandSpec[] = [
  {
    name: 'import',
    summary: 'Read a checklist and show its gates, slots, holes and findings; nothing is run',
    arguments: [{ name: '<file>', description: 'markdown checklist, or - for standard input' }],
    options: [],
    examples: ['seaworthy import RELEASE_CHECKLIST.md', 'seaworthy import checklist.md --json'],
    needs: 'api',
    load: async () => (await import('../gates/cli.ts')).runImport,
  },
  {
    name: 'lint',
    summary: 'Show which commands of a checklist can exit 0 while their gate is false',
    arguments: [{ name: '<file>', description: 'markdown checklist' }],
    options: [{ flags: '--sarif <file>', description: 'also write the findings as SARIF 2.1.0' }],
    examples: [
      'seaworthy lint RELEASE_CHECKLIST.md',
      'seaworthy lint checklist.md --sarif findings.sarif',
    ],
    needs: 'api',
    load: async () => (await import('../gates/cli.ts')).runLint,
  },
  {
    name: 'plan',
    summary: 'Propose a plan from a checklist, for people to read, edit and review',
    arguments: [{ name: '<file>', description: 'markdown checklist' }],
    options: [
      ...NAMING,
      { flags: '--out <file>', description: 'where the plan goes; default: beside the results' },
      { flags: '--force', description: 'write over a plan file that is there' },
    ],
    examples: ['seaworthy plan RELEASE_CHECKLIST.md --out release.plan.yaml'],
    needs: 'api',
    load: async () => (await import('../gates/cli.ts')).planChecklist,
  },
  {
    name: 'plan review',
    summary: 'Sign that you read a plan: its reads may then run; writes still ask each time',
    arguments: [{ name: '<plan>', description: 'plan file' }],
    options: [AS],
    examples: ['seaworthy plan review release.plan.yaml --as alice'],
    needs: 'api',
    load: async () => (await import('../gates/cli.ts')).runPlanReview,
  },
  {
    name: 'run',
    summary: 'Run the gates of a plan or checklist here, and submit what was seen',
    arguments: [{ name: '<file>', description: 'plan file or markdown checklist' }],
    options: [
      ...NAMING,
      {
        flags: '--param <name[=value]>',
        description: 'parameter for the gates; without a value it is taken from the environment',
        repeated: true,
      },
      {
        flags: '--secret <name>',
        description: 'parameter whose value must never be stored',
        repeated: true,
      },
      {
        flags: '--artefact <name=sha256>',
        description: 'digest of an artefact that is released',
        repeated: true,
      },
      { flags: '--commit <sha>', description: 'git commit that is released' },
      {
        flags: '--author <name>',
        description: 'local identity that wrote the change; may not sign off',
      },
      {
        flags: '--workspace <folder>',
        description:
          'folder the gates run in; default: the plan’s own for plans, an empty one for checklists',
      },
      { flags: '--confirm <token>', description: 'run what the preview showed' },
      {
        flags: '--repeat',
        description: 'run gates again that were cut off and may have changed something already',
      },
      { flags: '--fresh', description: 'start anew instead of resuming an unfinished run' },
      {
        flags: '--parallel <count>',
        description: 'gates that may run at the same time; default 4',
      },
    ],
    examples: [
      'seaworthy run RELEASE_CHECKLIST.md',
      'seaworthy run release.plan.yaml --param STAGING_URL=http://127.0.0.1:8080',
    ],
    needs: 'api',
    load: async () => (await import('./cli/run.ts')).runRunCommand,
  },
  {
    name: 'status',
    summary: 'Show where a release stands: every gate, and who has signed',
    arguments: [RELEASE],
    options: [],
    examples: ['seaworthy status', 'seaworthy status harbour@1.4.0'],
    needs: 'api',
    load: async () => (await import('../release/cli.ts')).runStatus,
  },
  {
    name: 'answer',
    summary: 'Answer a manual gate of the newest run under your own key',
    arguments: [{ name: '<gate>', description: 'id of the manual gate' }],
    options: [
      AS,
      { flags: '--yes', description: 'what the gate asks holds' },
      { flags: '--no', description: 'it does not hold' },
      { flags: '--comment <text>', description: 'what you looked at' },
      { flags: '--slot <id=value>', description: 'value for a slot of the gate', repeated: true },
    ],
    examples: [
      'seaworthy answer team-readiness/on-call-coverage --as bob --yes --comment "rota checked"',
    ],
    needs: 'api',
    load: async () => (await import('../runner/cli.ts')).runAnswer,
  },
  {
    name: 'sign',
    summary: 'Sign a release off in your role, over exactly what it shows now',
    arguments: [RELEASE],
    options: [
      AS,
      { flags: '--role <role>', description: 'role you sign in' },
      { flags: '--comment <text>', description: 'what you looked at' },
    ],
    examples: ['seaworthy sign harbour@1.4.0 --as alice --role "Release Manager"'],
    needs: 'api',
    load: async () => (await import('../release/cli.ts')).runSign,
  },
  {
    name: 'reject',
    summary: 'Say no to a release in your role',
    arguments: [RELEASE],
    options: [
      AS,
      { flags: '--role <role>', description: 'role you speak in' },
      { flags: '--comment <text>', description: 'why' },
    ],
    examples: ['seaworthy reject harbour@1.4.0 --as bob --role "SRE" --comment "error rate is up"'],
    needs: 'api',
    load: async () => (await import('../release/cli.ts')).runReject,
  },
  {
    name: 'decide',
    summary: 'Take the decision: one verdict, its reasons, and what would flip it',
    arguments: [RELEASE],
    options: [],
    examples: ['seaworthy decide', 'seaworthy decide harbour@1.4.0 --json'],
    needs: 'api',
    load: async () => (await import('../release/cli.ts')).runDecide,
  },
  {
    name: 'report',
    summary: 'Write the filled checklist and the one-page report of the newest decision',
    arguments: [RELEASE],
    options: [],
    examples: ['seaworthy report harbour@1.4.0'],
    needs: 'api',
    load: async () => (await import('../release/cli.ts')).runReport,
  },
  {
    name: 'bundle',
    summary: 'Seal everything needed to verify the newest decision offline',
    arguments: [RELEASE],
    options: [],
    examples: ['seaworthy bundle harbour@1.4.0'],
    needs: 'api',
    load: async () => (await import('../release/cli.ts')).runBundle,
  },
  {
    name: 'verify',
    summary: 'Verify a bundle offline: every hash, signature, proof, status and the verdict again',
    arguments: [{ name: '<bundle>', description: 'bundle file' }],
    options: [
      {
        flags: '--trust <file|key>',
        description:
          'trust file, public key file, base64 key or key id; without it the signer stays unknown (exit 12)',
      },
    ],
    examples: ['seaworthy verify harbour-1.4.0.bundle.tar --trust harbour-1.4.0.trust.json'],
    needs: 'alone',
    load: async () => (await import('./cli/verify.ts')).runVerifyCommand,
  },
  ...logCommands,
  {
    name: 'serve',
    summary: 'Serve the API on this machine until interrupted',
    arguments: [],
    options: [
      {
        flags: '--port <number>',
        description: 'port on 127.0.0.1; default 7420, 0 takes a free one',
      },
    ],
    examples: ['seaworthy serve', 'seaworthy serve --port 0'],
    needs: 'folder',
    load: async () => (await import('./cli/serve.ts')).runServeCommand,
  },
]
