// The command of the audit log, as data.
import type { CommandSpec } from '../../client/index.ts'

export const auditCommands: readonly CommandSpec[] = [
  {
    name: 'audit list',
    summary: 'List the requests that the server recorded, newest first; for admins',
    arguments: [],
    options: [
      { flags: '--actor <id>', description: 'of one principal, or `stranger` for nobody known' },
      { flags: '--action <action>', description: 'method and template, e.g. `POST /v1/runs`' },
      { flags: '--resource <path>', description: 'of one resource and what lies below it' },
      { flags: '--result <result>', description: 'done, refused, failed or tallied' },
      { flags: '--from <instant>', description: 'not before, RFC 3339' },
      { flags: '--until <instant>', description: 'before, RFC 3339' },
      { flags: '--limit <count>', description: 'how many, to 200; default 100' },
      { flags: '--cursor <cursor>', description: 'what the page before named' },
    ],
    examples: [
      'seaworthy audit list --result refused --from 2026-11-26T00:00:00Z',
      'seaworthy audit list --action "POST /v1/sign-offs" --limit 20 --json',
    ],
    needs: 'api',
    load: async () => (await import('../../audit/cli.ts')).runAuditList,
  },
]
