// The commands of accounts: invite somebody, see who there is, give other rights, end sessions, take an account away.
import { EXIT, harmlessLine } from '../kernel/index.ts'
import { everyRow } from '../client/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import type { PresentedAccount } from './account/http.ts'
import { callOrPreview } from './direct-cli.ts'
import { identityFault } from './errors.ts'
import type { PresentedPrincipal } from './http.ts'

export async function runAccountInvite(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const issuer = textOption(options, 'issuer')
  const person = args[0] ?? ''
  const wish = {
    ...(options['subject'] === true ? { subject: person } : { email: person }),
    ...(issuer === undefined ? {} : { issuer }),
    ...rightsOf(options, 'viewer'),
  }
  const invited = await callOrPreview<PresentedAccount>(
    context,
    '/v1/accounts',
    wish,
    'account.invite',
  )
  if ('exit' in invited) return invited
  const text = `${nameOf(invited)} may sign in with ${harmlessLine(invited.issuer)} as ${describeRights(invited)} of tenant ${harmlessLine(invited.tenant)}, until ${invited.expiresAt}.\nNothing is sent: tell them the address of the server. ${invited.id}`
  return { exit: EXIT.ok, data: invited, text }
}

export async function runAccountList(context: CommandContext): Promise<CommandOutcome> {
  const accounts = await listAccounts(context)
  const lines = accounts.map((account) => {
    const { id, state, issuer, removedAt, expiresAt } = account
    const since =
      state === 'removed'
        ? ` at ${removedAt ?? ''}`
        : state === 'invited'
          ? ` until ${expiresAt}`
          : ''
    return `${nameOf(account)}  ${describeRights(account)}  ${state}${since}  ${harmlessLine(issuer)}  ${id}`
  })
  return { exit: EXIT.ok, data: accounts, text: lines.join('\n') || 'Nobody is invited yet.' }
}

export async function runAccountChange(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { id } = await findAccount(context, args[0] ?? '')
  const path = `/v1/accounts/${id}/rights`
  const rights = rightsOf(options)
  const changed = await callOrPreview<PresentedAccount>(context, path, rights, 'account.change', {
    ...rights,
    account: id,
  })
  if ('exit' in changed) return changed
  const text = `${nameOf(changed)} is ${describeRights(changed)} from now on, and has to sign in again.`
  return { exit: EXIT.ok, data: changed, text }
}

export async function runAccountRemove(
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
  const { id } = await findAccount(context, args[0] ?? '')
  const path = `/v1/accounts/${id}/removal`
  const removed = await callOrPreview<PresentedAccount>(
    context,
    path,
    { reason },
    'account.remove',
    { account: id, reason },
  )
  if ('exit' in removed) return removed
  const text = `${nameOf(removed)} has no account any more, and no session on any server.`
  return { exit: EXIT.ok, data: removed, text }
}

export async function runAccountLink(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  const account = await findAccount(context, args[0] ?? '')
  const path = `/v1/accounts/${account.id}/keys`
  const principal = args[1] ?? ''
  const linked = await callOrPreview<PresentedPrincipal>(
    context,
    path,
    { principal },
    'account.link',
    { account: account.id, principal },
  )
  if ('exit' in linked) return linked
  const text = `${nameOf(account)} is ${harmlessLine(linked.displayName)}: all keys of ${linked.person} count as this account.`
  return { exit: EXIT.ok, data: linked, text }
}

export async function runAccountSignOut(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  const account = await findAccount(context, args[0] ?? '')
  const path = `/v1/accounts/${account.id}/sign-out`
  const ended = await context.client.call<{ readonly sessionCount: number }>('POST', path)
  const text = `${nameOf(account)} is signed out of ${ended.sessionCount} browser${ended.sessionCount === 1 ? '' : 's'}, and may sign in again.`
  return { exit: EXIT.ok, data: ended, text }
}

function listAccounts(context: CommandContext): Promise<readonly PresentedAccount[]> {
  return everyRow<PresentedAccount>(context.client, '/v1/accounts')
}

/** By id, or by the address or subject of one that is not removed. */
async function findAccount(context: CommandContext, wanted: string): Promise<PresentedAccount> {
  const address = wanted.toLowerCase()
  const found = (await listAccounts(context)).filter(
    ({ id, email, subject, state }) =>
      id === wanted ||
      (state !== 'removed' && (subject === wanted || email?.toLowerCase() === address)),
  )
  const [account] = found
  if (account !== undefined && found.length === 1) return account
  throw identityFault(
    'IDENTITY_UNKNOWN',
    `expected one account, got ${found.length} for ${JSON.stringify(wanted.slice(0, 100))}${found.length > 1 ? `: ${found.map(({ id }) => id).join(', ')}` : ''}`,
  )
}

function rightsOf(options: OptionValues, usualRole?: string): Record<string, unknown> {
  const environments = options['environment']
  const signsAs = options['signsAs']
  return {
    role: textOption(options, 'role') ?? usualRole,
    ...(Array.isArray(environments) && environments.length > 0 ? { environments } : {}),
    ...(Array.isArray(signsAs) && signsAs.length > 0 ? { signsAs } : {}),
  }
}

function nameOf({ displayName, email, subject }: PresentedAccount): string {
  const name = displayName ?? email ?? subject ?? ''
  return harmlessLine(displayName !== null && email !== null ? `${name} <${email}>` : name)
}

function describeRights({ role, environments, signsAs }: PresentedAccount): string {
  const signing = signsAs.length === 0 ? '' : `, signs as ${harmlessLine(signsAs.join(', '))}`
  const place = environments === null ? '' : ` in ${harmlessLine(environments.join(', '))}`
  return `${role}${place}${signing}`
}

function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}
