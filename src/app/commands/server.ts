// The commands of the server, as data.
import type { CommandSpec } from '../../client/index.ts'

export const serverCommands: readonly CommandSpec[] = [
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
