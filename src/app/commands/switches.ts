// The commands of switches, as data.
import type { CommandArgument, CommandOption, CommandSpec } from '../../client/index.ts'

const NAME: CommandArgument = { name: '<name>', description: 'name of the switch' }
const REASON: CommandOption = {
  flags: '--reason <text>',
  description: 'why; one line, goes into the ledger',
}
const UNTIL: CommandOption = {
  flags: '--until <time>',
  description:
    'instant such as 2026-12-01T08:00:00Z or span such as 30m, 4h, 2d; then what held before holds again',
}

export const switchCommands: readonly CommandSpec[] = [
  {
    name: 'guard switch list',
    summary: 'List kill switches and flags: what holds, who said so, and why',
    arguments: [],
    options: [],
    examples: ['seaworthy guard switch list'],
    needs: 'api',
    load: async () => (await import('../../flag/cli.ts')).runSwitchList,
  },
  {
    name: 'guard switch set',
    summary: 'Make a switch, or say who gets which variant of a flag',
    arguments: [NAME],
    options: [
      {
        flags: '--kind <kind>',
        description: 'kill-switch or flag: makes it, or gives it another definition',
      },
      {
        flags: '--boot <state>',
        description:
          'what nodes take until they have read anything; default on for a kill switch, off for a flag',
      },
      {
        flags: '--confirms <which>',
        description:
          'flips that are previewed first: none, restore or all; default restore for a kill switch, none for a flag',
      },
      {
        flags: '--variants <json>',
        description: 'values of a flag by variant; default {"on":true,"off":false}',
      },
      {
        flags: '--on-variant <name>',
        description: 'variant while on, for those no rule names; default on',
      },
      {
        flags: '--off-variant <name>',
        description: 'variant while off, and outside a rollout; default off',
      },
      { flags: '--state <state>', description: 'on or off; default on where a rule is given' },
      {
        flags: '--percent <variant=share>',
        description: 'share of targeting keys in percent',
        repeated: true,
      },
      {
        flags: '--for <tenant=variant>',
        description: 'variant of one customer of the service',
        repeated: true,
      },
      { flags: '--variant <name>', description: 'variant of everybody else' },
      UNTIL,
      REASON,
    ],
    examples: [
      'seaworthy guard switch set billing-writes --kind kill-switch',
      'seaworthy guard switch set new-price --kind flag --percent on=25 --for acme=on --reason "first quarter of users"',
    ],
    needs: 'api',
    load: async () => (await import('../../flag/cli.ts')).runSwitchSet,
  },
  {
    name: 'guard switch kill',
    summary: 'Turn a switch off everywhere, at once',
    arguments: [NAME],
    options: [REASON, UNTIL],
    examples: ['seaworthy guard switch kill billing-writes --reason "double bookings" --until 4h'],
    needs: 'api',
    load: async () => (await import('../../flag/cli.ts')).runSwitchKill,
  },
  {
    name: 'guard switch restore',
    summary:
      'Turn a switch on again; a kill switch is previewed first (exit 8) and confirmed with its token',
    arguments: [NAME],
    options: [REASON, UNTIL],
    examples: ['seaworthy guard switch restore billing-writes --reason "fixed in 2.4.1"'],
    needs: 'api',
    load: async () => (await import('../../flag/cli.ts')).runSwitchRestore,
  },
  {
    name: 'guard switch history',
    summary: 'List the changes of a switch, newest first',
    arguments: [NAME],
    options: [
      { flags: '--before <version>', description: 'only changes before this version' },
      { flags: '--limit <rows>', description: 'at most so many, 1 to 200' },
    ],
    examples: ['seaworthy guard switch history billing-writes'],
    needs: 'api',
    load: async () => (await import('../../flag/cli.ts')).runSwitchHistory,
  },
]
