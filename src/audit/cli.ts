// The command of the audit log: list.
import { EXIT, harmlessLine } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import type { AuditEntry } from './model.ts'

const FILTERS = ['actor', 'action', 'resource', 'result', 'from', 'until', 'limit', 'cursor']

export async function runAuditList(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const query = new URLSearchParams()
  for (const name of FILTERS) {
    const value = options[name]
    if (typeof value === 'string') query.set(name, value)
  }
  const path = `/v1/audit?${query.toString()}`
  const { data, next } = await context.client.page<readonly AuditEntry[]>(path)
  const lines = data.map(auditLineOf)
  if (next !== null) lines.push(`older: seaworthy audit list --cursor ${next}`)
  const none =
    'Nothing is recorded. Requests to a server are; what this process does by itself is not.'
  return { exit: EXIT.ok, data: { entries: data, next }, text: lines.join('\n') || none }
}

function auditLineOf(entry: AuditEntry): string {
  const { seq, at, actor, action, resource, result, code, counts } = entry
  const [method = ''] = action.split(' ')
  const told =
    counts === null
      ? (code ?? '')
      : Object.entries(counts)
          .map(([name, count]) => `${count} × ${name}`)
          .join(', ')
  return harmlessLine(
    `${seq}  ${at}  ${result.padEnd(7)} ${actor}  ${method} ${resource}  ${told}`.trimEnd(),
  )
}
