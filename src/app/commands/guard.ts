// The commands of guards, as data.
import type { CommandSpec } from '../../client/index.ts'

export const guardCommands: readonly CommandSpec[] = [
  {
    name: 'guard simulate',
    summary: 'Show what rate limits would have done to recorded traffic; nothing is sent',
    arguments: [],
    options: [
      {
        flags: '--policy <file>',
        description: 'YAML or JSON with the rules; docs/guards.md has one',
      },
      {
        flags: '--traffic <file>',
        description:
          'access log (common or combined format), or one JSON object a line; or - for standard input',
      },
      { flags: '--callers <count>', description: 'worst-hit callers that are shown; default 10' },
    ],
    examples: ['seaworthy guard simulate --policy limits.yaml --traffic access.log'],
    needs: 'alone',
    load: async () => (await import('../../probe/cli.ts')).runGuardSimulate,
  },
  {
    name: 'guard status',
    summary:
      'Show what the guards of a running service hold now: limits, throttles, blocks, breakers, switches',
    arguments: [
      { name: '<url>', description: 'address that answers guardStatus(); docs/guards.md has one' },
    ],
    options: [
      {
        flags: '--key <key>',
        description:
          'sent as bearer token; default: SEAWORTHY_GUARD_KEY of the environment, which other users of the machine do not see',
      },
    ],
    examples: [
      'seaworthy guard status http://127.0.0.1:8080/operator/guards',
      'seaworthy guard status http://127.0.0.1:7420/v1/guards',
    ],
    needs: 'alone',
    load: async () => (await import('../../probe/cli.ts')).runGuardStatus,
  },
]
