// The runner a command runs as: enrolled with the tenant, under a key of its own on this machine.
import { base64Of } from '../kernel/index.ts'
import type { CommandContext, LocalKey, OptionValues } from '../client/index.ts'
import { identityFault } from './errors.ts'
import type { PresentedPrincipal } from './http.ts'

/** The name of the runner that a data folder of one's own enrols by itself. */
const OWN_RUNNER = 'local'

export interface EnrolledRunner {
  readonly key: LocalKey
  readonly principal: PresentedPrincipal
}

/**
 * The runner a command runs as: the named one; else, in a data folder of one's own, one that enrols itself; else, with a
 * server, the only one whose key is here. Enrolling the same key again is no change.
 * @throws IDENTITY_RUNNER_AMBIGUOUS, IDENTITY_REVOKED
 */
export async function openRunner(
  context: CommandContext,
  options: OptionValues,
): Promise<EnrolledRunner> {
  const named = options['runner']
  const local = await context.runnerKeys.list()
  const only = local.length === 1 ? local[0] : undefined
  const name = typeof named === 'string' ? named : context.isRemote ? only : OWN_RUNNER
  const isKnown =
    name !== undefined && (local.includes(name) || (!context.isRemote && named === undefined))
  if (name === undefined || !isKnown) {
    const what = name === undefined ? '' : ` named ${JSON.stringify(name.slice(0, 80))}`
    throw identityFault(
      'IDENTITY_RUNNER_AMBIGUOUS',
      `expected a runner${what} that was enrolled on this machine with this tenant; here are: ${local.join(', ') || 'none'}`,
    )
  }
  const runner = await enrolRunner(context, name)
  const { id, revokedAt } = runner.principal
  if (revokedAt === undefined) return runner
  throw identityFault(
    'IDENTITY_REVOKED',
    `expected a runner in force, got ${id}, revoked at ${revokedAt}`,
  )
}

export async function enrolRunner(context: CommandContext, name: string): Promise<EnrolledRunner> {
  const key = await context.runnerKeys.create(name)
  const principal = await context.client.call<PresentedPrincipal>('POST', '/v1/principals', {
    kind: 'runner',
    displayName: name,
    roles: [],
    publicKey: base64Of(key.signer.publicKey),
  })
  return { key, principal }
}

export async function listRunners(context: CommandContext): Promise<readonly PresentedPrincipal[]> {
  const all = await context.client.call<readonly PresentedPrincipal[]>('GET', '/v1/principals')
  return all.filter(({ kind }) => kind === 'runner')
}
