// The commands of service tokens: get one, end the keys that sign them.
import { previewAction } from '../client/index.ts'
import { EXIT } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { identityFault } from './errors.ts'
import type { PresentedToken } from './service-token/http.ts'

export async function runServiceTokenCreate(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { audience, role, environment } = options
  const issued = await context.client.call<PresentedToken>('POST', '/v1/service-tokens', {
    ...(typeof audience === 'string' ? { audience } : {}),
    ...(typeof role === 'string' ? { role } : {}),
    ...(Array.isArray(environment) && environment.length > 0 ? { environments: environment } : {}),
  })
  context.notify(
    `${issued.role} of tenant ${issued.tenant}, for ${issued.audience}, until ${issued.expiresAt}\n`,
  )
  return { exit: EXIT.ok, data: issued, text: issued.token }
}

export async function runTokenKeysRotate(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { reason } = options
  if (typeof reason !== 'string' || reason === '')
    throw identityFault(
      'IDENTITY_REASON_MISSING',
      'expected --reason TEXT: it goes into the ledger',
    )
  return previewAction(context, 'token-keys.rotate', { reason })
}
