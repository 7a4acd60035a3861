// The commands of conditions: add, list, extend, withdraw.
import { EXIT, harmlessLine } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { chooseRelease, readReview, requireOption } from './release-calls.ts'
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
import { nextId } from './register-answer.ts'

export async function runConditionAdd(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, textOption(options, 'release'))
  const opened = await openRegisterOf(context, release.service, options)
  const id = textOption(options, 'id') ?? nextId('C', opened.register.conditions)
  const dueAt = momentOption(context, opened, options, 'due')
  const recorded = await sendChange(context, opened.service, options, {
    kind: 'condition.set',
    id,
    version: release.version,
    text: args[0] ?? '',
    gate: requireOption(options, 'gate'),
    owner: opened.personOf(requireOption(options, 'owner')),
    dueAt,
    onMiss: choiceOption(options, 'onMiss', ['NO_GO', 'EXTEND'], 'NO_GO'),
    blocks: choiceOption(options, 'blocks', ['freeze', 'deploy', 'phase', 'post'], 'deploy'),
  })
  const text = `condition ${id} of ${release.service}@${release.version}, due ${opened.describe(Date.parse(dueAt))}: ${args[0] ?? ''}`
  return { exit: EXIT.ok, data: { id, dueAt, ...recorded }, text: harmlessLine(text) }
}

export async function runConditionList(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0], options)
  const opened = await openRegisterOf(context, release.service, options)
  const review = await readReview(context, release)
  const states = new Map((review.verdict.conditions ?? []).map((each) => [each.id, each.state]))
  const conditions = opened.register.conditions
    .filter((each) => each.version === release.version)
    .map((each) => ({ ...each, state: states.get(each.id) ?? 'OPEN' }))
  const waiting = opened.register.proposals
  const lines = conditions.map((each) => {
    const proposal = waiting.find((one) => one.about === each.id)
    const pending = proposal === undefined ? '' : `; ${proposal.kind} waits for a second person`
    return `  ${each.id.padEnd(4)} ${each.state.padEnd(9)} ${each.text}  (${opened.nameOf(each.owner)}, ${each.gate}, due ${opened.describe(each.dueAtMs)}, blocks ${each.blocks}, on miss ${each.onMiss})${pending}`
  })
  const head = `${release.service}@${release.version}: ${countNoun(conditions.length, 'condition')}`
  return {
    exit: EXIT.ok,
    data: { conditions },
    text: [head, ...lines].map(harmlessLine).join('\n'),
  }
}

export async function runConditionExtend(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const { id } = findEntry(opened.register.conditions, 'condition', args[0])
  const dueAt = momentOption(context, opened, options, 'until')
  const reason = requireOption(options, 'reason')
  const change = { kind: 'condition.extended', id, dueAt, reason } as const
  const recorded = await sendChange(context, opened.service, options, change)
  const done = `condition ${id} extended to ${opened.describe(Date.parse(dueAt))}`
  return { exit: EXIT.ok, data: recorded, text: describeRecorded(recorded, id, done) }
}

export async function runConditionWithdraw(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const { id } = findEntry(opened.register.conditions, 'condition', args[0])
  const reason = requireOption(options, 'reason')
  const change = { kind: 'condition.withdrawn', id, reason } as const
  const recorded = await sendChange(context, opened.service, options, change)
  return {
    exit: EXIT.ok,
    data: recorded,
    text: describeRecorded(recorded, id, `condition ${id} withdrawn`),
  }
}
