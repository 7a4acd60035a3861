// The commands of what surrounds a decision: freezes, error budget, on-call roster, rules, launch, break-glass.
import { EXIT, harmlessLine } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { launchSteps } from '../register/index.ts'
import type { Change, PolicyTerms } from '../register/index.ts'
import { chooseRelease, readReview, requireOption } from './release-calls.ts'
import { releaseFault } from './errors.ts'
import {
  choiceOption,
  countNoun,
  describeRecorded,
  findEntry,
  momentOption,
  openRegister,
  openRegisterOf,
  sendChange,
  textOption,
} from './register-calls.ts'
import type { OpenedRegister } from './register-calls.ts'
import { nextId } from './register-answer.ts'

export async function runFreezeAdd(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const id = textOption(options, 'id') ?? nextId('F', opened.register.freezes)
  const from = momentOption(context, opened, options, 'from', 'begin')
  const until = momentOption(context, opened, options, 'until')
  const done = `freeze ${id} of ${opened.service} from ${opened.describe(Date.parse(from))} until ${opened.describe(Date.parse(until))}`
  const reason = requireOption(options, 'reason')
  return change(context, opened, options, id, done, { kind: 'freeze.set', id, from, until, reason })
}

export async function runFreezeList(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const nowMs = context.ports.clock.nowMs()
  const { freezes } = opened.register
  const lines = freezes.map((each) => {
    const state = each.lifted
      ? 'LIFTED'
      : nowMs < each.fromMs
        ? 'AHEAD'
        : nowMs < each.untilMs
          ? 'ACTIVE'
          : 'OVER'
    const passed = Object.keys(each.overrides)
    return `  ${each.id.padEnd(4)} ${state.padEnd(6)} ${opened.describe(each.fromMs)} to ${opened.describe(each.untilMs)}: ${each.reason}${passed.length === 0 ? '' : ` (overridden for ${passed.join(', ')})`}`
  })
  const head = `${opened.service}: ${countNoun(freezes.length, 'freeze')}`
  return { exit: EXIT.ok, data: { freezes }, text: [head, ...lines].map(harmlessLine).join('\n') }
}

export async function runFreezeLift(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const { id } = findEntry(opened.register.freezes, 'freeze', args[0])
  const reason = requireOption(options, 'reason')
  const lifted = { kind: 'freeze.lifted', id, reason } as const
  return change(context, opened, options, id, `freeze ${id} lifted`, lifted)
}

export async function runFreezeOverride(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, textOption(options, 'release'))
  const opened = await openRegisterOf(context, release.service, options)
  const { id } = findEntry(opened.register.freezes, 'freeze', args[0])
  const reason = requireOption(options, 'reason')
  const { version } = release
  const done = `freeze ${id} overridden for ${version}`
  const overridden = { kind: 'freeze.overridden', id, version, reason } as const
  return change(context, opened, options, id, done, overridden)
}

export async function runBudgetSet(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const remaining = shareOf(args[0] ?? '')
  const measuredAt =
    textOption(options, 'measured') === undefined
      ? new Date(context.ports.clock.nowMs()).toISOString()
      : momentOption(context, opened, options, 'measured')
  const source = requireOption(options, 'source')
  const done = `error budget of ${opened.service}: ${remaining} left, from ${source}`
  const entered = { kind: 'budget.entered', remaining, source, measuredAt } as const
  return change(context, opened, options, 'budget', done, entered)
}

export async function runBudgetOverride(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0], options)
  const opened = await openRegisterOf(context, release.service, options)
  const reason = requireOption(options, 'reason')
  const { version } = release
  const done = `error budget overridden for ${version}`
  const overridden = { kind: 'budget.overridden', version, reason } as const
  return change(context, opened, options, 'budget', done, overridden)
}

export async function runRosterConfirm(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const names = Array.isArray(options['onCall']) ? (options['onCall'] as readonly string[]) : []
  const people = names.map(opened.personOf)
  const done = `on call for ${opened.service}: ${names.join(', ')}`
  return change(context, opened, options, 'roster', done, { kind: 'roster.confirmed', people })
}

export async function runRulesShow(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const { policy } = opened.register
  const lines = Object.entries(policy).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`)
  const head = `${opened.service}: ${lines.length === 0 ? 'the default rules' : 'rules that people set'}`
  return { exit: EXIT.ok, data: policy, text: [head, ...lines].map(harmlessLine).join('\n') }
}

const HOUR_MS = 3_600_000

export async function runRulesSet(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const hours = (name: string): number | undefined => {
    const text = textOption(options, name)
    if (text === undefined) return undefined
    const count = Number(text)
    if (Number.isFinite(count) && count > 0) return Math.round(count * HOUR_MS)
    throw releaseFault('RELEASE_OPTION_MISSING', `expected --${name} to be hours, got ${text}`)
  }
  // A list that is not given is empty, and must not empty what people set before; `none` does.
  const list = (name: string): readonly string[] | undefined => {
    const given = Array.isArray(options[name]) ? (options[name] as readonly string[]) : []
    if (given.length === 0) return undefined
    return given.length === 1 && given[0] === 'none' ? [] : given
  }
  const budget = textOption(options, 'minimumBudget')
  const quorum = textOption(options, 'cabQuorum')
  const given: { readonly [K in keyof PolicyTerms]: PolicyTerms[K] | undefined } = {
    timezone: textOption(options, 'zone'),
    goLifetimeMs: hours('goHours'),
    rosterMaxAgeMs: hours('rosterHours'),
    errorBudgetMaxAgeMs: hours('budgetHours'),
    minimumErrorBudget: budget === undefined ? undefined : shareOf(budget),
    securityRole: textOption(options, 'securityRole'),
    planReviewed:
      options['planReview'] === undefined
        ? undefined
        : choiceOption(options, 'planReview', ['required', 'optional']) === 'required',
    cabRole: textOption(options, 'cabRole'),
    cabQuorum: quorum === undefined ? undefined : countFrom(quorum),
    nonWaivable: list('nonWaivable'),
    areas: list('area')?.map((text) => {
      const [gates, owner] = text.split('=', 2)
      return { gates: gates ?? '', owner: owner ?? '' }
    }),
  }
  const policy = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as PolicyTerms
  const done = `rules of ${opened.service} changed`
  return change(context, opened, options, 'policy', done, { kind: 'policy.set', policy })
}

export async function runLaunchPlan(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0], options)
  const opened = await openRegisterOf(context, release.service, options)
  const at = momentOption(context, opened, options, 'at')
  const done = `launch of ${release.service}@${release.version} at ${opened.describe(Date.parse(at))}`
  return change(context, opened, options, release.version, done, {
    kind: 'launch.planned',
    version: release.version,
    at,
    timezone: opened.zone,
  })
}

export async function runLaunchShow(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0], options)
  const planned = await openRegisterOf(context, release.service, options)
  const launch = planned.register.launches.find((each) => each.version === release.version)
  if (launch === undefined)
    throw releaseFault('RELEASE_ENTRY_MISSING', `expected a planned launch of ${release.version}`)
  const opened = await openRegisterOf(context, release.service, {
    timezone: launch.timezone,
    ...options,
  })
  const review = await readReview(context, release)
  const steps = launchSteps(launch, review.verdict, review.terms, context.ports.clock.nowMs())
  const next = steps.find((step) => !step.isDue)
  const missed = steps.filter((step) => step.isDue && step.checks.some((check) => !check.holds))
  const head = `${review.release} launches at ${opened.describe(launch.atMs)}; next: ${next?.name ?? 'nothing'}${missed.length === 0 ? '' : `; behind at ${missed.map((step) => step.name).join(', ')}`}`
  const lines = steps.flatMap((step) => [
    `  ${step.name.padEnd(6)} ${opened.describe(step.atMs)}${step.isDue ? ' (due)' : ''}`,
    ...step.checks.map((check) => `         ${check.holds ? 'holds ' : 'OPEN  '} ${check.text}`),
  ])
  return {
    exit: missed.length === 0 ? EXIT.ok : EXIT.notReady,
    data: { launch, steps },
    text: [head, ...lines].map(harmlessLine).join('\n'),
  }
}

export async function runBreakGlass(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0], options)
  const opened = await openRegisterOf(context, release.service, options)
  const id = nextId('B', opened.register.glasses)
  const terms = { for: '4h', reviewWithin: '24h', ...options }
  const expiresAt = momentOption(context, opened, terms, 'for')
  const reviewDueAt = momentOption(context, opened, terms, 'reviewWithin')
  const done = `BREAK-GLASS ${id}: ${requireOption(options, 'as')} lets ${release.service}@${release.version} go until ${opened.describe(Date.parse(expiresAt))}. Somebody else reviews it by ${opened.describe(Date.parse(reviewDueAt))}, or the next release is blocked: seaworthy break-glass review ${id} --as NAME --finding TEXT`
  return change(context, opened, options, id, done, {
    kind: 'glass.broken',
    id,
    version: release.version,
    reason: requireOption(options, 'reason'),
    expiresAt,
    reviewDueAt,
  })
}

export async function runBreakGlassReview(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const { id } = findEntry(opened.register.glasses, 'broken glass', args[0])
  const finding = requireOption(options, 'finding')
  const reviewed = { kind: 'glass.reviewed', id, finding } as const
  return change(context, opened, options, id, `break-glass ${id} reviewed`, reviewed)
}

async function change(
  context: CommandContext,
  opened: OpenedRegister,
  options: OptionValues,
  id: string,
  done: string,
  wanted: Change,
): Promise<CommandOutcome> {
  const recorded = await sendChange(context, opened.service, options, wanted)
  const text = describeRecorded(recorded, id, done)
  return { exit: EXIT.ok, data: { id, ...recorded }, text: harmlessLine(text) }
}

function countFrom(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text)
  throw releaseFault('RELEASE_OPTION_MISSING', `expected a count of people, got ${text}`)
}

/** `0.42` or `42%`. */
function shareOf(text: string): number {
  const share = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text)
  if (text.trim() !== '' && share >= 0 && share <= 1) return share
  throw releaseFault(
    'RELEASE_OPTION_MISSING',
    `expected a share such as 0.42 or 42%, got ${JSON.stringify(text)}`,
  )
}
