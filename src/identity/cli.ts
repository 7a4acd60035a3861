// The key commands: local identities and who is registered.
import { base64Of, EXIT } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import type { PresentedPrincipal } from './http.ts'

export async function runKeyCreate(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const name = args[0] ?? ''
  const roles = Array.isArray(options['role']) ? (options['role'] as readonly string[]) : []
  const { signer } = await context.keys.create(name)
  const registered = await context.client.call<PresentedPrincipal>('POST', '/v1/principals', {
    kind: 'person',
    displayName: name,
    roles,
    publicKey: base64Of(signer.publicKey),
  })
  const text = `${name} is ${registered.id}, roles: ${registered.roles.join(', ') || 'none'}\nThe private key stays on this machine.`
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
