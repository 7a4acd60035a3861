// The commands of notifications, as data.
import type { CommandArgument, CommandOption, CommandSpec } from '../../client/index.ts'

const CHANNEL: CommandArgument = { name: '<channel>', description: 'name of the channel' }
const RATE: CommandOption = {
  flags: '--rate <number>',
  description: 'messages in a minute at most; default 30',
}
const TARGET: readonly CommandOption[] = [
  {
    flags: '--secret-file <file>',
    description:
      'file with what opens it (- for standard input): address of webhook and slack, routing key, password or token of the others',
  },
  {
    flags: '--url <url>',
    description: 'wiki: the page; pagerduty: another address than the usual',
  },
  { flags: '--style <style>', description: 'wiki: html (default), markdown or confluence' },
  { flags: '--method <method>', description: 'wiki: PUT (default) or POST' },
  { flags: '--host <host>', description: 'email: the mail server' },
  { flags: '--port <number>', description: 'email: its port; default 587' },
  {
    flags: '--security <way>',
    description: 'email: starttls (default), tls, or none on this machine',
  },
  { flags: '--user <name>', description: 'email, wiki: who logs in' },
  { flags: '--from <address>', description: 'email: the sender' },
  { flags: '--to <address>', description: 'email: a recipient', repeated: true },
]

const FILLING: readonly CommandOption[] = [
  { flags: '--release <name>', description: 'service@version that a template is filled for' },
  {
    flags: '--set <name=value>',
    description: 'a value of the template, given.NAME',
    repeated: true,
  },
]
const TEMPLATE: CommandArgument = { name: '<template>', description: 'name of the template' }

export const notificationCommands: readonly CommandSpec[] = [
  {
    name: 'notify channel add',
    summary: 'Add a channel that messages are sent over',
    arguments: [CHANNEL],
    options: [
      { flags: '--kind <kind>', description: 'webhook, slack, pagerduty, email or wiki' },
      ...TARGET,
      RATE,
    ],
    examples: [
      'seaworthy notify channel add release-room --kind slack --secret-file slack-url.txt',
      'seaworthy notify channel add partners --kind email --host mail.example --user seaworthy --secret-file password.txt --from release@example.com --to partner@example.org',
    ],
    needs: 'api',
    load: async () => (await import('../../notification/channel-cli.ts')).runChannelAdd,
  },
  {
    name: 'notify channel list',
    summary: 'List channels, where they lead, and how they are',
    arguments: [],
    options: [],
    examples: ['seaworthy notify channel list'],
    needs: 'api',
    load: async () => (await import('../../notification/channel-cli.ts')).runChannelList,
  },
  {
    name: 'notify channel change',
    summary: 'Change a channel, disable it, or enable it again',
    arguments: [CHANNEL],
    options: [
      { flags: '--name <name>', description: 'another name' },
      { flags: '--kind <kind>', description: 'its kind, when it is to lead elsewhere' },
      ...TARGET,
      RATE,
      { flags: '--enable', description: 'send over it again' },
      { flags: '--disable', description: 'send nothing; what waits is given up' },
    ],
    examples: ['seaworthy notify channel change release-room --rate 10'],
    needs: 'api',
    load: async () => (await import('../../notification/channel-cli.ts')).runChannelChange,
  },
  {
    name: 'notify channel remove',
    summary: 'Remove a channel with its messages',
    arguments: [CHANNEL],
    options: [],
    examples: ['seaworthy notify channel remove release-room'],
    needs: 'api',
    load: async () => (await import('../../notification/channel-cli.ts')).runChannelRemove,
  },
  ...messageCommands(),
  ...templateCommands(),
  ...ruleCommands(),
]

function messageCommands(): readonly CommandSpec[] {
  return [
    {
      name: 'notify test',
      summary: 'Send a nonce over a channel, and say what was proven and what was not',
      arguments: [CHANNEL],
      options: [],
      examples: ['seaworthy notify test release-room'],
      needs: 'api',
      load: async () => (await import('../../notification/cli.ts')).runNotifyTest,
    },
    {
      name: 'notify send',
      summary: 'Send a message over channels, the same one once over each',
      arguments: [],
      options: [
        { flags: '--channel <name>', description: 'over which channel', repeated: true },
        { flags: '--title <text>', description: 'one line' },
        {
          flags: '--text-file <file>',
          description: 'the text, in Markdown (- for standard input)',
        },
        { flags: '--urgency <word>', description: 'info (default), warning or critical' },
        {
          flags: '--topic <text>',
          description: 'what it is about: pagerduty holds one incident for each',
        },
        { flags: '--template <name>', description: 'fill this template instead of title and text' },
        ...FILLING,
        { flags: '--resolve', description: 'the topic is over: closes its incident' },
      ],
      examples: [
        'seaworthy notify send --channel partners --template release-notes --release harbour@2.1.0 --set deadline=2026-12-01',
        'seaworthy notify send --channel release-room --title "Harbour 2.1.0 goes out at noon" --text-file note.md',
      ],
      needs: 'api',
      load: async () => (await import('../../notification/cli.ts')).runNotifySend,
    },
    {
      name: 'notify list',
      summary: 'List the messages of a channel, newest first, with their receipts',
      arguments: [CHANNEL],
      options: [{ flags: '--state <state>', description: 'pending, delivered or dead' }],
      examples: ['seaworthy notify list release-room --state dead'],
      needs: 'api',
      load: async () => (await import('../../notification/cli.ts')).runNotifyList,
    },
    {
      name: 'notify replay',
      summary: 'Send again, under their ids, the messages of a channel that were given up',
      arguments: [CHANNEL],
      options: [{ flags: '--message <id>', description: 'only this one' }],
      examples: ['seaworthy notify replay release-room'],
      needs: 'api',
      load: async () => (await import('../../notification/cli.ts')).runNotifyReplay,
    },
  ]
}

function templateCommands(): readonly CommandSpec[] {
  return [
    {
      name: 'notify template set',
      summary: 'Set a template of messages; a slot that there is not is refused',
      arguments: [TEMPLATE],
      options: [
        { flags: '--title <text>', description: 'one line, with slots' },
        {
          flags: '--text-file <file>',
          description: 'the text, in Markdown with slots (- for standard input)',
        },
      ],
      examples: [
        'seaworthy notify template set release-notes --title "{{service}} {{version}}: {{verdict}}" --text-file notes.md',
      ],
      needs: 'api',
      load: async () => (await import('../../notification/template-cli.ts')).runTemplateSet,
    },
    {
      name: 'notify template list',
      summary: 'List templates',
      arguments: [],
      options: [],
      examples: ['seaworthy notify template list'],
      needs: 'api',
      load: async () => (await import('../../notification/template-cli.ts')).runTemplateList,
    },
    {
      name: 'notify template remove',
      summary: 'Remove a template',
      arguments: [TEMPLATE],
      options: [],
      examples: ['seaworthy notify template remove release-notes'],
      needs: 'api',
      load: async () => (await import('../../notification/template-cli.ts')).runTemplateRemove,
    },
    {
      name: 'notify template preview',
      summary: 'Fill a template from the facts of a release, and send nothing',
      arguments: [TEMPLATE],
      options: FILLING,
      examples: ['seaworthy notify template preview release-notes --release harbour@2.1.0'],
      needs: 'api',
      load: async () => (await import('../../notification/template-cli.ts')).runTemplatePreview,
    },
  ]
}

function ruleCommands(): readonly CommandSpec[] {
  const rule: CommandArgument = { name: '<rule>', description: 'name of the rule' }
  return [
    {
      name: 'notify rule set',
      summary: 'Have facts of the ledger sent over channels as they happen',
      arguments: [rule],
      options: [
        {
          flags: '--on <event>',
          description:
            'decision-go, decision-no-go, run-finished, run-failed, gate-failed, sign-off, waiver-requested, receiver-failing, waiver-ending, evidence-ending, go-ending or sign-off-wanted',
          repeated: true,
        },
        { flags: '--channel <name>', description: 'over which channel', repeated: true },
        {
          flags: '--subject <name>',
          description: 'only about this; harbour@* for every release of harbour',
        },
        {
          flags: '--quiet-minutes <number>',
          description: 'how long the same is not repeated; default 60',
        },
      ],
      examples: [
        'seaworthy notify rule set verdicts --on decision-no-go --on decision-go --channel release-room',
      ],
      needs: 'api',
      load: async () => (await import('../../notification/rule-cli.ts')).runRuleSet,
    },
    {
      name: 'notify rule list',
      summary: 'List rules',
      arguments: [],
      options: [],
      examples: ['seaworthy notify rule list'],
      needs: 'api',
      load: async () => (await import('../../notification/rule-cli.ts')).runRuleList,
    },
    {
      name: 'notify rule remove',
      summary: 'Remove a rule',
      arguments: [rule],
      options: [],
      examples: ['seaworthy notify rule remove verdicts'],
      needs: 'api',
      load: async () => (await import('../../notification/rule-cli.ts')).runRuleRemove,
    },
  ]
}
