// The commands of keys and runners: local identities, who is registered, which machines run gates.
import { base64Of, EXIT, harmlessLine } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { enrolRunner, listRunners, registerKey } from './enrolment.ts'
import { identityFault } from './errors.ts'
import type { PresentedPrincipal } from './http.ts'

export async function runKeyCreate(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const name = args[0] ?? ''
  const roles = Array.isArray(options['role']) ? (options['role'] as readonly string[]) : []
  const { signer } = await context.keys.create(name)
  const publicKey = base64Of(signer.publicKey)
  const registered = await registerKey(context, { kind: 'person', name, roles, publicKey })
  const text = `${name} is ${registered.id}, roles: ${registered.roles.join(', ') || 'none'}\nThe private key stays on this machine.`
  return { exit: EXIT.ok, data: registered, text }
}

/** For an admin: registers the public half of a key that somebody else made on their machine. */
export async function runKeyRegister(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const roles = Array.isArray(options['role']) ? (options['role'] as readonly string[]) : []
  return tellRegistered(
    await registerKey(context, { kind: 'person', name: args[0] ?? '', roles, ...keyOf(options) }),
  )
}

/** The same for a runner's key. */
export async function runRunnerRegister(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  return tellRegistered(
    await registerKey(context, {
      kind: 'runner',
      name: args[0] ?? '',
      roles: [],
      ...keyOf(options),
    }),
  )
}

function keyOf(options: OptionValues): { readonly publicKey: string } {
  const given = options['publicKey']
  return { publicKey: typeof given === 'string' ? given : '' }
}

function tellRegistered(registered: PresentedPrincipal): CommandOutcome {
  const { displayName, id, roles } = registered
  const text = `${harmlessLine(displayName)} is ${id}, roles: ${harmlessLine(roles.join(', ')) || 'none'}`
  return { exit: EXIT.ok, data: registered, text }
}

export async function runKeyList(context: CommandContext): Promise<CommandOutcome> {
  const principals = await context.client.call<readonly PresentedPrincipal[]>(
    'GET',
    '/v1/principals',
  )
  const local = new Set(await context.keys.list())
  const lines = principals.map((principal) => {
    const here =
      principal.kind === 'person' && local.has(principal.displayName) ? ', key on this machine' : ''
    return `${principal.kind.padEnd(13)} ${principal.displayName}  ${principal.roles.join(', ') || 'no role'}  (${principal.id}${here})`
  })
  return { exit: EXIT.ok, data: principals, text: lines.join('\n') || 'Nobody is registered yet.' }
}

export async function runRunnerEnrol(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  const name = args[0] ?? ''
  const runner = await enrolRunner(context, name)
  const text = `${name} is ${runner.principal.id}, enrolled with this tenant.\nIts key stays on this machine, in ${context.runnerKeys.folder}.\nNext: seaworthy run FILE --runner ${name}${context.placeWords}`
  return { exit: EXIT.ok, data: runner.principal, text }
}

export async function runRunnerList(context: CommandContext): Promise<CommandOutcome> {
  const runners = await listRunners(context)
  const local = new Set(await context.runnerKeys.list())
  const lines = runners.map(({ displayName, id, revokedAt }) => {
    const state = revokedAt === undefined ? 'in force' : `revoked at ${revokedAt}`
    const here = local.has(displayName) ? ', key on this machine' : ''
    return `${harmlessLine(displayName)}  ${id}  ${state}${here}`
  })
  return { exit: EXIT.ok, data: runners, text: lines.join('\n') || 'No runner is enrolled yet.' }
}

export async function runRunnerRevoke(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const wanted = args[0] ?? ''
  const found = (await listRunners(context)).filter(
    ({ id, displayName }) => id === wanted || displayName === wanted,
  )
  const [runner] = found
  if (runner === undefined || found.length > 1) {
    throw identityFault(
      runner === undefined ? 'IDENTITY_UNKNOWN' : 'IDENTITY_RUNNER_AMBIGUOUS',
      `expected one runner, got ${found.length} for ${JSON.stringify(wanted.slice(0, 100))}${found.length > 1 ? `: ${found.map(({ id }) => id).join(', ')}` : ''}`,
    )
  }
  const reason = typeof options['reason'] === 'string' ? options['reason'] : ''
  if (reason === '')
    throw identityFault(
      'IDENTITY_REASON_MISSING',
      'expected --reason TEXT: it goes into the ledger',
    )
  const revoked = await context.client.call<PresentedPrincipal>(
    'POST',
    `/v1/principals/${runner.id}/revocation`,
    { reason },
  )
  const text = `${harmlessLine(revoked.displayName)} (${revoked.id}) is revoked since ${revoked.revokedAt ?? ''}: nothing it signs is accepted any more. What was accepted before stands.`
  return { exit: EXIT.ok, data: revoked, text }
}
