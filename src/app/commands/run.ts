// The commands of runs, as data.
import type { CommandSpec } from '../../client/index.ts'
import { AS, GATES, NAMING } from './options.ts'

export const runCommands: readonly CommandSpec[] = [
  {
    name: 'run',
    summary: 'Run the gates of a plan or checklist here, and submit what was seen',
    arguments: [
      {
        name: '[file]',
        description: 'plan file or markdown checklist; default: the one of seaworthy.yaml',
      },
    ],
    options: [
      ...NAMING,
      GATES,
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
        description:
          'who wrote the change and may not sign off: a local identity, or the id of a registered person',
      },
      {
        flags: '--workspace <folder>',
        description:
          'folder the gates run in; default: that of the file once somebody reviewed or confirmed, an empty one before',
      },
      {
        flags: '--dry-run',
        description: 'explain what would run, in which order and why; runs and stores nothing',
      },
      {
        flags: '--only <gate>',
        description: 'run this gate and what it needs; * stands for any characters',
        repeated: true,
      },
      {
        flags: '--from <gate|phase>',
        description: 'run everything from this gate or phase on, and what it needs',
      },
      {
        flags: '--resume',
        description:
          'go on with the open run of the same plan, values and folder; an error when there is none',
      },
      { flags: '--fresh', description: 'open a new run even where one was cut off' },
      {
        flags: '--repeat',
        description:
          'run gates again that were cut off and may have changed something; with --only and --from also those that have a result',
      },
      {
        flags: '--confirm <token>',
        description: 'run what the preview showed; `seaworthy confirm TOKEN` is the short form',
      },
      {
        flags: '--runner <name>',
        description: 'enrolled runner to run as; default: this data folder’s own',
      },
      {
        flags: '--user <user>',
        description:
          'whom commands run as, where this runs as root: none (default), auto, a name, or uid[:gid]',
      },
      {
        flags: '--parallel <count>',
        description: 'gates that may run at the same time; default 4',
      },
    ],
    examples: [
      'seaworthy run RELEASE_CHECKLIST.md',
      'seaworthy run release.plan.yaml --param STAGING_URL=http://127.0.0.1:8080',
      'seaworthy run release.plan.yaml --dry-run',
      "seaworthy run release.plan.yaml --only 'checks/*'",
    ],
    needs: 'api',
    load: async () => (await import('../cli/run.ts')).runRunCommand,
  },
  {
    name: 'runner start',
    summary: 'Wait for runs that people ask for, and execute them here as an enrolled runner',
    arguments: [],
    options: [
      {
        flags: '--environment <name>',
        description: 'environment it takes runs in; at least one',
        repeated: true,
      },
      {
        flags: '--service <name>',
        description: 'service it takes runs of; default: any',
        repeated: true,
      },
      {
        flags: '--label <label>',
        description: 'what it has, such as linux or vpn; whoever asks may ask for it',
        repeated: true,
      },
      {
        flags: '--reviewer <person>',
        description:
          'id of a person whose review of a plan it believes; default: anybody who is registered',
        repeated: true,
      },
      { flags: '--reads-only', description: 'decline plans that do more than read' },
      {
        flags: '--secret <name>',
        description: 'secret parameter that it has, from the environment; never sent or stored',
        repeated: true,
      },
      {
        flags: '--work <folder>',
        description: 'folder in which each run gets one of its own; default: in the data folder',
      },
      { flags: '--files <folder>', description: 'copied into the folder of each run' },
      {
        flags: '--runner <name>',
        description: 'enrolled runner to wait as; default: this data folder’s own',
      },
      {
        flags: '--user <user>',
        description:
          'whom commands run as, where this runs as root: none (default), auto, a name, or uid[:gid]',
      },
      {
        flags: '--parallel <count>',
        description: 'gates that may run at the same time; default 4',
      },
      { flags: '--once', description: 'end after one run' },
    ],
    examples: [
      'seaworthy runner start --environment staging --label linux',
      'seaworthy runner start --environment production --service harbour --reviewer person-0a1b2c3d4e5f6071',
    ],
    needs: 'api',
    load: async () => (await import('../../runner/index.ts')).runRunnerStart,
  },
  {
    name: 'confirm',
    summary: 'Carry out what a preview showed under its token, once',
    arguments: [{ name: '<token>', description: 'token of the preview' }],
    options: [
      {
        flags: '--secret <name[=value]>',
        description:
          'secret parameter of the run, which is never stored; without a value it is taken from the environment',
        repeated: true,
      },
      {
        flags: '--show',
        description: 'only show what the token stands for, and whose word it needs',
      },
    ],
    examples: [
      'seaworthy confirm cX8yQm1n2Zp4TgV7sKd0BwRhe --show',
      'seaworthy confirm cX8yQm1n2Zp4TgV7sKd0BwRhe',
    ],
    needs: 'api',
    load: async () => (await import('../cli/confirm.ts')).runConfirm,
  },
  {
    name: 'answer',
    summary: 'Answer a manual gate of a release under your own key',
    arguments: [{ name: '<gate>', description: 'id of the manual gate' }],
    options: [
      AS,
      {
        flags: '--release <release>',
        description: 'SERVICE@VERSION; default: the release of the newest run',
      },
      {
        flags: '--environment <name>',
        description: 'environment that is meant where the named release was run in several',
      },
      { flags: '--yes', description: 'what the gate asks holds' },
      { flags: '--no', description: 'it does not hold' },
      { flags: '--comment <text>', description: 'what you looked at' },
      { flags: '--slot <id=value>', description: 'value for a slot of the gate', repeated: true },
    ],
    examples: [
      'seaworthy answer team-readiness/on-call-coverage --as bob --yes --comment "rota checked"',
      'seaworthy answer team-readiness/on-call-coverage --release harbour@1.4.0 --as bob --yes',
    ],
    needs: 'api',
    load: async () => (await import('../../runner/index.ts')).runAnswer,
  },
]
