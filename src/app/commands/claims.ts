// The command that audits a finished report, as data.
import type { CommandSpec } from '../../client/index.ts'

export const claimsCommands: readonly CommandSpec[] = [
  {
    name: 'claims',
    summary: 'Show which claims of a finished report its own text contradicts',
    arguments: [{ name: '<report>', description: 'markdown report, or - for standard input' }],
    options: [
      {
        flags: '--repo <folder>',
        description:
          'also look up files, test figures, branches, tags and commits of the report in a working copy',
      },
      {
        flags: '--checklist <file>',
        description: 'also hold the report against the checklist it reports on',
      },
      {
        flags: '--ledger',
        description:
          'also hold the report against gates, evidence and the newest decision of its release',
        needs: 'api',
      },
      {
        flags: '--release <release>',
        description:
          'SERVICE@VERSION for --ledger; default: the one in the report’s front matter, else that of the newest run',
        needs: 'api',
      },
      { flags: '--markdown <file>', description: 'also write the audit as Markdown' },
      { flags: '--sarif <file>', description: 'also write the findings as SARIF 2.1.0' },
    ],
    examples: [
      'seaworthy claims COMPLETION_REPORT.md',
      'seaworthy claims report.md --repo . --checklist RELEASE_CHECKLIST.md',
      'seaworthy claims report.md --ledger --release ferrybell@v3.2.0',
      'seaworthy claims report.md --markdown audit.md --sarif audit.sarif',
    ],
    needs: 'alone',
    load: async () => (await import('../cli/claims.ts')).runClaimsCommand,
  },
]
