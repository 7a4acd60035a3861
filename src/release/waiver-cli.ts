// The commands of waivers and of a second person's consent: waive, waive list, waive revoke, approve.
import { EXIT, harmlessLine } from '../kernel/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { chooseRelease, readReview, requireOption } from './release-calls.ts'
import { releaseFault } from './errors.ts'
import {
  countNoun,
  findEntry,
  momentOption,
  openRegister,
  openRegisterOf,
  sendChange,
  sendRequest,
  textOption,
} from './register-calls.ts'
import type { OpenedRegister } from './register-calls.ts'
import {
  DEFAULT_USE_COUNT,
  nextId,
  UNSECURED_LIFETIME_MS,
  waiverStateOf,
} from './register-answer.ts'

export async function runWaive(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0], options)
  const opened = await openRegisterOf(context, release.service, options)
  const review = await readReview(context, release)
  const gates = Array.isArray(options['gate']) ? (options['gate'] as readonly string[]) : []
  const known = new Set(review.plan.gates.map((gate) => gate.id))
  const orphan = gates.find((gate) => !known.has(gate))
  if (gates.length === 0 || orphan !== undefined)
    throw releaseFault(
      'RELEASE_OPTION_MISSING',
      orphan === undefined
        ? 'expected at least one --gate'
        : `expected a gate of ${review.release}, got ${JSON.stringify(orphan)}`,
    )
  const risk = findEntry(opened.register.risks, 'risk', requireOption(options, 'risk')).id
  const id =
    textOption(options, 'id') ??
    nextId(
      'W',
      opened.register.waivers.map(({ request }) => request),
    )
  const expiresAt = momentOption(context, opened, options, 'until')
  const closureTest = textOption(options, 'closureTest')
  const maxUses = Number(textOption(options, 'maxUses') ?? DEFAULT_USE_COUNT)
  if (!Number.isSafeInteger(maxUses) || maxUses < 1)
    throw releaseFault('RELEASE_OPTION_MISSING', 'expected --max-uses to be a number from 1')
  const recorded = await sendRequest(context, options, {
    id,
    service: release.service,
    version: release.version,
    environment: review.subject.environment,
    gates,
    reason: requireOption(options, 'reason'),
    risk,
    compensatingControl: requireOption(options, 'control'),
    expiresAt,
    maxUses,
    ...(closureTest === undefined ? {} : { closureTest }),
  })
  const text = [
    `waiver ${id} for ${gates.join(', ')} of ${review.release} requested, until ${opened.describe(Date.parse(expiresAt))}, ${maxUses} uses`,
    `Two other people approve it, one of whom owns the gate's area: seaworthy approve ${id} --as NAME`,
    ...(Date.parse(expiresAt) - context.ports.clock.nowMs() > UNSECURED_LIFETIME_MS
      ? [
          'It lasts longer than 30 days, so it has force only with an approval of the security role.',
        ]
      : []),
  ]
  return {
    exit: EXIT.ok,
    data: { id, expiresAt, ...recorded },
    text: text.map(harmlessLine).join('\n'),
  }
}

export async function runWaiveList(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const nowMs = context.ports.clock.nowMs()
  const waivers = opened.register.waivers.map((each) => ({
    ...each,
    state: waiverStateOf(each, nowMs),
  }))
  const lines = waivers.map(({ request, approvals, requester, state }) => {
    const who = approvals.map((each) => opened.nameOf(each.principal)).join(', ') || 'nobody yet'
    return `  ${request.id.padEnd(4)} ${state.padEnd(9)} ${request.gates.join(', ')} of ${request.version} until ${opened.describe(Date.parse(request.expiresAt))}: ${request.reason} (asked by ${opened.nameOf(requester)}, approved by ${who})`
  })
  const head = `${opened.service}: ${countNoun(waivers.length, 'waiver')}`
  return { exit: EXIT.ok, data: { waivers }, text: [head, ...lines].map(harmlessLine).join('\n') }
}

export async function runWaiveRevoke(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const requests = opened.register.waivers.map((each) => each.request)
  const { id } = findEntry(requests, 'waiver', args[0])
  const reason = requireOption(options, 'reason')
  const change = { kind: 'waiver.revoked', id, reason } as const
  const recorded = await sendChange(context, opened.service, options, change)
  return { exit: EXIT.ok, data: recorded, text: `waiver ${id} revoked` }
}

export async function runApprove(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const waiting = findWaiting(opened, args[0] ?? '')
  const change = { kind: 'approved', id: waiting.about, statement: waiting.statement } as const
  const recorded = await sendChange(context, opened.service, options, change)
  const text = `${requireOption(options, 'as')} approved ${waiting.about}: ${waiting.words}`
  return { exit: EXIT.ok, data: { ...waiting, ...recorded }, text: harmlessLine(text) }
}

interface Waiting {
  readonly about: string
  readonly statement: ContentDigest
  readonly words: string
}

/** What waits for consent under this id, or under the beginning of its statement's digest; exactly one may. */
function findWaiting(opened: OpenedRegister, id: string): Waiting {
  const { waivers, proposals, cab } = opened.register
  const all: readonly Waiting[] = [
    ...waivers
      .filter((each) => !each.revoked)
      .map(({ request, statement }) => ({ about: request.id, statement, words: request.reason })),
    ...cab.map(({ id: about, statement, items }) => ({
      about,
      statement,
      words: items.map((item) => `${item.about}: ${item.outcome}`).join('; '),
    })),
    ...proposals.map(({ about, statement, kind, words }) => ({
      about,
      statement: statement as ContentDigest,
      words: `${kind} ${words}`,
    })),
  ]
  const found = all.filter(
    (each) => each.about === id || (id.length >= 8 && each.statement.slice(7).startsWith(id)),
  )
  const only = found[0]
  if (only !== undefined && found.length === 1) return only
  const list = (found.length === 0 ? all : found)
    .map((each) => `${each.about} (${each.statement.slice(7, 19)}: ${each.words})`)
    .join('; ')
  throw releaseFault(
    'RELEASE_ENTRY_MISSING',
    `expected one thing that waits for consent as ${JSON.stringify(id)}, got ${found.length}: ${list || 'nothing waits'}`,
  )
}
