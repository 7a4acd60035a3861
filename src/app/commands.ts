// Every command as data; what a command does is loaded only when it is called, so that --help stays quick.
import type { CommandOption, CommandSpec } from '../client/index.ts'
import { accountCommands } from './commands/accounts.ts'
import { attestationCommands } from './commands/attestation.ts'
import { auditCommands } from './commands/audit.ts'
import { claimsCommands } from './commands/claims.ts'
import { checklistCommands } from './commands/checklist.ts'
import { guardCommands } from './commands/guard.ts'
import { identityCommands } from './commands/identity.ts'
import { jobCommands } from './commands/jobs.ts'
import { logCommands } from './commands/log.ts'
import { readinessCommands } from './commands/readiness.ts'
import { registerCommands } from './commands/register.ts'
import { releaseCommands } from './commands/release.ts'
import { runCommands } from './commands/run.ts'
import { serverCommands } from './commands/server.ts'
import { switchCommands } from './commands/switches.ts'
import { notificationCommands } from './commands/notifications.ts'
import { webhookCommands } from './commands/webhooks.ts'

/** Options of every command, and of every command with a data folder. */
export const globalOptions: readonly (CommandOption & { readonly isForFolder: boolean })[] = [
  { flags: '--json', description: 'answer one JSON document on stdout', isForFolder: false },
  {
    flags: '--data <folder>',
    description: 'data folder; default .seaworthy (env SEAWORTHY_DATA)',
    isForFolder: true,
  },
  {
    flags: '--tenant <name>',
    description: 'tenant; default local (env SEAWORTHY_TENANT)',
    isForFolder: true,
  },
]

export const commandTable: readonly CommandSpec[] = [
  ...checklistCommands,
  ...claimsCommands,
  ...runCommands,
  ...releaseCommands,
  ...attestationCommands,
  ...registerCommands,
  ...readinessCommands,
  ...guardCommands,
  ...logCommands,
  ...auditCommands,
  ...identityCommands,
  ...accountCommands,
  ...jobCommands,
  ...webhookCommands,
  ...notificationCommands,
  ...switchCommands,
  ...serverCommands,
]
