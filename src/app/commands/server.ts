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
    summary: 'Serve the API until interrupted; the first start shows an admin key, once',
    arguments: [],
    options: [
      { flags: '--port <number>', description: 'port; default 7420, 0 takes a free one' },
      {
        flags: '--host <address>',
        description: 'IP address to listen on; default 127.0.0.1, any other needs --allow-host',
      },
      {
        flags: '--allow-host <name>',
        description: 'name under which clients reach the server, as in their URLs',
        repeated: true,
      },
      {
        flags: '--log <form>',
        description: 'text (default), or json: one JSON document a line, for each request too',
      },
      { flags: '--demo', description: 'make a tenant `demo` with a release to look at' },
    ],
    examples: [
      'seaworthy serve',
      'seaworthy serve --port 0 --demo',
      'seaworthy serve --log json 2>> requests.jsonl',
      'seaworthy serve --host 0.0.0.0 --allow-host seaworthy.example.com',
    ],
    needs: 'folder',
    load: async () => (await import('../cli/serve.ts')).runServeCommand,
  },
]
