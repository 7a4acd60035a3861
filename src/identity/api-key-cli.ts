// The commands of API keys: make one, replace it, end it, see which there are.
import { EXIT, harmlessLine } from '../kernel/index.ts'
import { everyRow } from '../client/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import type { PresentedApiKey, PresentedIssue } from './api-key/http.ts'
import { callOrPreview } from './direct-cli.ts'
import { identityFault } from './errors.ts'

const SECONDS_OF = { m: 60, h: 3_600, d: 86_400 } as const
const DURATION = /^(\d{1,6})([mhd])$/

export async function runApiKeyCreate(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const environments = options['environment']
  const expires = textOption(options, 'expires')
  const wish = {
    name: args[0] ?? '',
    role: textOption(options, 'role') ?? 'viewer',
    ...(Array.isArray(environments) && environments.length > 0 ? { environments } : {}),
    ...(expires === undefined
      ? {}
      : { lifetimeS: expires === 'never' ? null : secondsOf('--expires', expires) }),
  }
  const path = '/v1/api-keys'
  const issued = await callOrPreview<PresentedIssue>(context, path, wish, 'api-key.create')
  return 'exit' in issued ? issued : tellIssued(issued)
}

export async function runApiKeyRotate(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const overlap = textOption(options, 'overlap')
  const { id } = await findApiKey(context, args[0] ?? '')
  const issued = await context.client.call<PresentedIssue>(
    'POST',
    `/v1/api-keys/${id}/rotation`,
    overlap === undefined ? {} : { overlapS: secondsOf('--overlap', overlap) },
  )
  return tellIssued(issued)
}

export async function runApiKeyRevoke(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const reason = textOption(options, 'reason')
  if (reason === undefined)
    throw identityFault(
      'IDENTITY_REASON_MISSING',
      'expected --reason TEXT: it goes into the ledger',
    )
  const { id } = await findApiKey(context, args[0] ?? '')
  const path = `/v1/api-keys/${id}/revocation`
  const revoked = await context.client.call<PresentedApiKey>('POST', path, { reason })
  const text = `${harmlessLine(revoked.name)} (${revoked.id}) is revoked since ${revoked.revokedAt ?? ''}: it opens nothing any more, on other servers within five seconds.`
  return { exit: EXIT.ok, data: revoked, text }
}

export async function runApiKeyList(context: CommandContext): Promise<CommandOutcome> {
  const keys = await listApiKeys(context)
  const nowMs = context.ports.clock.nowMs()
  const lines = keys.map(
    (key) =>
      `${key.id}  ${key.role.padEnd(9)}  ${stateOf(key, nowMs)}  ${harmlessLine(key.name)}  (${reachOf(key)}; last used ${key.lastUsedAt ?? 'never'})`,
  )
  return { exit: EXIT.ok, data: keys, text: lines.join('\n') || 'There is no API key yet.' }
}

function listApiKeys(context: CommandContext): Promise<readonly PresentedApiKey[]> {
  return everyRow<PresentedApiKey>(context.client, '/v1/api-keys')
}

/** By id, or by a name that only one key in force bears. */
async function findApiKey(context: CommandContext, wanted: string): Promise<PresentedApiKey> {
  const keys = await listApiKeys(context)
  const nowMs = context.ports.clock.nowMs()
  const byId = keys.find(({ id }) => id === wanted)
  const named = keys.filter((key) => key.name === wanted && stateOf(key, nowMs) === 'in force')
  const found = byId ?? (named.length === 1 ? named[0] : undefined)
  if (found !== undefined) return found
  throw identityFault(
    'IDENTITY_API_KEY_UNKNOWN',
    `expected the id of an API key, or the name of one in force, got ${named.length} for ${JSON.stringify(wanted.slice(0, 100))}${named.length > 1 ? `: ${named.map(({ id }) => id).join(', ')}` : ''}`,
  )
}

function tellIssued(issued: PresentedIssue): CommandOutcome {
  const until = issued.expiresAt === null ? 'does not expire' : `until ${issued.expiresAt}`
  const text = [
    `${harmlessLine(issued.name)} is ${issued.role} of tenant ${harmlessLine(issued.tenant)} (${reachOf(issued)}), ${until}. Its key is shown this once:`,
    '',
    `  ${issued.key}`,
    '',
    `Whoever uses it sets SEAWORTHY_URL to the server, SEAWORTHY_KEY to the key and SEAWORTHY_TENANT to ${harmlessLine(issued.tenant)}.`,
  ].join('\n')
  return { exit: EXIT.ok, data: issued, text }
}

function reachOf({ environments }: PresentedApiKey): string {
  if (environments === null) return 'every environment'
  return `changes only ${harmlessLine(environments.join(', '))}`
}

function stateOf({ revokedAt, expiresAt }: PresentedApiKey, nowMs: number): string {
  if (revokedAt !== undefined) return 'revoked'
  return expiresAt !== null && Date.parse(expiresAt) <= nowMs ? 'expired' : 'in force'
}

function secondsOf(flag: string, text: string): number {
  const [, count, unit] = DURATION.exec(text) ?? []
  if (count !== undefined && (unit === 'm' || unit === 'h' || unit === 'd'))
    return Number(count) * SECONDS_OF[unit]
  throw identityFault(
    'IDENTITY_DURATION_MALFORMED',
    `expected ${flag} such as 12h or 90d, got ${JSON.stringify(text.slice(0, 40))}`,
  )
}

function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}
