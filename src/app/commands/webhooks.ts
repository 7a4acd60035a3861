// The commands of webhooks, as data.
import type { CommandArgument, CommandOption, CommandSpec } from '../../client/index.ts'

const ENDPOINT: CommandArgument = { name: '<endpoint>', description: 'id of the endpoint' }
const EXAMPLE_ID = '019ab0c1-2f00-7000-8000-000000000001'
const KIND: CommandOption = {
  flags: '--kind <kind>',
  description: 'type of facts, its beginning such as release.*, or * for all',
  repeated: true,
}
const DESCRIPTION: CommandOption = { flags: '--description <text>', description: 'for people' }

export const webhookCommands: readonly CommandSpec[] = [
  {
    name: 'webhook create',
    summary: 'Have facts of the ledger delivered to a URL; prints the secret to verify with',
    arguments: [{ name: '<url>', description: 'https address of the receiver' }],
    options: [
      KIND,
      DESCRIPTION,
      {
        flags: '--no-body-signature',
        description: 'leave X-Signature out, which covers the body alone',
      },
    ],
    examples: [
      'seaworthy webhook create https://hooks.example/seaworthy --kind "release.*" --kind run.finished',
    ],
    needs: 'api',
    load: async () => (await import('../../webhook/cli.ts')).runWebhookCreate,
  },
  {
    name: 'webhook list',
    summary: 'List endpoints, what they want, and how they are',
    arguments: [],
    options: [],
    examples: ['seaworthy webhook list'],
    needs: 'api',
    load: async () => (await import('../../webhook/cli.ts')).runWebhookList,
  },
  {
    name: 'webhook change',
    summary: 'Change an endpoint, disable it, or enable it again',
    arguments: [ENDPOINT],
    options: [
      { flags: '--url <url>', description: 'another address' },
      KIND,
      DESCRIPTION,
      { flags: '--rest-after <count>', description: 'failures in a row after which it rests' },
      { flags: '--rest-seconds <number>', description: 'how long it rests at first' },
      { flags: '--longest-rest-seconds <number>', description: 'how long it rests at most' },
      { flags: '--enable', description: 'deliver to it again' },
      { flags: '--disable', description: 'deliver nothing; what waits is given up' },
    ],
    examples: [`seaworthy webhook change ${EXAMPLE_ID} --enable`],
    needs: 'api',
    load: async () => (await import('../../webhook/cli.ts')).runWebhookChange,
  },
  {
    name: 'webhook secrets',
    summary: 'Show what a receiver verifies with: secrets and public key',
    arguments: [ENDPOINT],
    options: [],
    examples: [`seaworthy webhook secrets ${EXAMPLE_ID}`],
    needs: 'api',
    load: async () => (await import('../../webhook/cli.ts')).runWebhookSecrets,
  },
  {
    name: 'webhook rotate',
    summary: 'Sign with a new secret, and for a while with the one before as well',
    arguments: [ENDPOINT],
    options: [
      {
        flags: '--overlap-hours <number>',
        description: 'how long both sign; default 24, 0 ends the old one at once',
      },
    ],
    examples: [`seaworthy webhook rotate ${EXAMPLE_ID}`],
    needs: 'api',
    load: async () => (await import('../../webhook/cli.ts')).runWebhookRotate,
  },
  {
    name: 'webhook remove',
    summary: 'Remove an endpoint with its deliveries',
    arguments: [ENDPOINT],
    options: [],
    examples: [`seaworthy webhook remove ${EXAMPLE_ID}`],
    needs: 'api',
    load: async () => (await import('../../webhook/cli.ts')).runWebhookRemove,
  },
  ...deliveryCommands(),
]

function deliveryCommands(): readonly CommandSpec[] {
  return [
    {
      name: 'webhook send',
      summary: 'Have a test event delivered, the whole way from the ledger to the receiver',
      arguments: [ENDPOINT],
      options: [],
      examples: [`seaworthy webhook send ${EXAMPLE_ID}`],
      needs: 'api',
      load: async () => (await import('../../webhook/cli.ts')).runWebhookSend,
    },
    {
      name: 'webhook deliveries',
      summary: 'List the deliveries of an endpoint, newest first',
      arguments: [ENDPOINT],
      options: [
        { flags: '--state <state>', description: 'pending, delivered or dead' },
        { flags: '--before <position>', description: 'only events before this one of the ledger' },
        { flags: '--limit <rows>', description: 'at most so many, 1 to 200' },
      ],
      examples: [`seaworthy webhook deliveries ${EXAMPLE_ID} --state dead`],
      needs: 'api',
      load: async () => (await import('../../webhook/cli.ts')).runWebhookDeliveries,
    },
    {
      name: 'webhook replay',
      summary: 'Send again, under their ids: one event, or those of a span of time',
      arguments: [ENDPOINT],
      options: [
        { flags: '--event <id>', description: 'one event' },
        { flags: '--from <time>', description: 'events that happened from then on' },
        { flags: '--to <time>', description: 'and before then' },
        { flags: '--all', description: 'delivered ones too, not only those that were given up' },
        { flags: '--dry-run', description: 'only count them' },
      ],
      examples: [
        `seaworthy webhook replay ${EXAMPLE_ID} --from 2026-11-26T08:00:00Z --dry-run`,
        `seaworthy webhook replay ${EXAMPLE_ID} --event evt_019ab0c12f0070008000000000000001`,
      ],
      needs: 'api',
      load: async () => (await import('../../webhook/cli.ts')).runWebhookReplay,
    },
    {
      name: 'webhook verify',
      summary: 'Verify a delivery as a receiver has to: signature and age',
      arguments: [
        { name: '<body>', description: 'file with the body as it came; - for standard input' },
      ],
      options: [
        { flags: '--secret-file <file>', description: 'file with the secret, whsec_…' },
        { flags: '--public-key <key>', description: 'public key instead, whpk_…' },
        { flags: '--id <id>', description: 'field webhook-id' },
        { flags: '--timestamp <seconds>', description: 'field webhook-timestamp' },
        { flags: '--signature <text>', description: 'field webhook-signature' },
        { flags: '--at <time>', description: 'judge its age as of then; default now' },
      ],
      examples: [
        'seaworthy webhook verify body.json --secret-file secret.txt --id evt_1 --timestamp 1795687200 --signature "v1,…"',
      ],
      needs: 'alone',
      load: async () => (await import('../cli/webhook-verify.ts')).runWebhookVerify,
    },
  ]
}
