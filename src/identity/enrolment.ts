// The runner a command runs as: enrolled with the tenant, under a key of its own on this machine.
import { base64Of, SeaworthyError } from '../kernel/index.ts'
import { everyRow } from '../client/index.ts'
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
  const runner = await recallRunner(context, name)
  const { id, revokedAt } = runner.principal
  if (revokedAt === undefined) return runner
  throw identityFault(
    'IDENTITY_REVOKED',
    `expected a runner in force, got ${id}, revoked at ${revokedAt}`,
  )
}

/** Who is enrolled is looked up first: enrolling is for admins, running is not. */
async function recallRunner(context: CommandContext, name: string): Promise<EnrolledRunner> {
  const key = await context.runnerKeys.create(name)
  const publicKey = base64Of(key.signer.publicKey)
  const principal = (await listRunners(context)).find((each) => each.publicKey === publicKey)
  return principal === undefined ? enrolRunner(context, name) : { key, principal }
}

export async function enrolRunner(context: CommandContext, name: string): Promise<EnrolledRunner> {
  const key = await context.runnerKeys.create(name)
  const publicKey = base64Of(key.signer.publicKey)
  const principal = await registerKey(context, { kind: 'runner', name, roles: [], publicKey })
  return { key, principal }
}

export interface KeyRegistration {
  readonly kind: 'person' | 'runner'
  readonly name: string
  readonly roles: readonly string[]
  /** SubjectPublicKeyInfo, DER in base64. */
  readonly publicKey: string
}

/** @throws IDENTITY_REGISTRATION_REFUSED with what an admin can type instead, where the caller is none */
export async function registerKey(
  context: CommandContext,
  { kind, name, roles, publicKey }: KeyRegistration,
): Promise<PresentedPrincipal> {
  try {
    const body = { kind, displayName: name, roles, publicKey }
    return await context.client.call<PresentedPrincipal>('POST', '/v1/principals', body)
  } catch (error) {
    if (!(error instanceof SeaworthyError) || error.code !== 'WEB_ROLE_REFUSED') throw error
    const words = roles.map((role) => ` --role ${JSON.stringify(role)}`).join('')
    throw identityFault(
      'IDENTITY_REGISTRATION_REFUSED',
      `expected an admin to register the key, which is on this machine now: seaworthy ${kind === 'person' ? 'key' : 'runner'} register ${JSON.stringify(name)}${words} --public-key ${publicKey}`,
      { cause: error },
    )
  }
}

export async function listRunners(context: CommandContext): Promise<readonly PresentedPrincipal[]> {
  const all = await everyRow<PresentedPrincipal>(context.client, '/v1/principals')
  return all.filter(({ kind }) => kind === 'runner')
}
