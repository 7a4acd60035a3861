// The commands of the server, as data.
import type { CommandSpec } from '../../client/index.ts'

export const serverCommands: readonly CommandSpec[] = [
  {
    name: 'schema',
    summary: 'Print the JSON Schema of plan files or of seaworthy.yaml, for your editor',
    arguments: [{ name: '<name>', description: 'plan or config' }],
    options: [
      { flags: '--out <file>', description: 'where the schema goes; default: standard output' },
    ],
    examples: ['seaworthy schema plan --out plan.schema.json', 'seaworthy schema config'],
    needs: 'alone',
    load: async () => (await import('../cli/schema.ts')).runSchemaCommand,
  },
  {
    name: 'config',
    summary: 'Show every setting and where it was taken from',
    arguments: [],
    options: [],
    examples: ['seaworthy config', 'SEAWORTHY_TENANT=team-a seaworthy config --json'],
    needs: 'folder',
    load: async () => (await import('../cli/config.ts')).runConfigCommand,
  },
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
    load: async () => (await import('../cli/serve.ts')).runServeCommand,
  },
]
