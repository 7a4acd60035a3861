// The commands of risks: add, list, show, accept, close, reopen.
import { EXIT, harmlessText } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { pathOf } from './files.ts'
import { chooseRelease, requireOption } from './release-calls.ts'
import type { ReleaseReview } from './model.ts'
import { releaseFault } from './errors.ts'
import {
  choiceOption,
  countNoun,
  describeRecorded,
  findEntry,
  momentOption,
  nextId,
  openRegister,
  sendChange,
  textOption,
} from './register-calls.ts'
import type { OpenedRegister } from './register-calls.ts'
import type { PresentedRegister } from './register-view.ts'

type PresentedRisk = PresentedRegister['risks'][number]

const GRADES = ['low', 'medium', 'high'] as const
const LEVELS = ['P0', 'P1', 'P2', 'P3'] as const

export async function runRiskAdd(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const id = textOption(options, 'id') ?? nextId('R', opened.register.risks)
  const ownerName = requireOption(options, 'owner')
  const owner = opened.personOf(ownerName)
  const closureTest = textOption(options, 'closureTest')
  const level = choiceOption(options, 'level', LEVELS)
  const recorded = await sendChange(context, opened.service, options, {
    kind: 'risk.opened',
    id,
    level,
    title: args[0] ?? '',
    owner,
    likelihood: choiceOption(options, 'likelihood', GRADES, 'medium'),
    impact: choiceOption(options, 'impact', GRADES, 'medium'),
    mitigation: textOption(options, 'mitigation') ?? '',
    ...(options['due'] === undefined
      ? {}
      : { dueAt: momentOption(context, opened, options, 'due') }),
    ...(closureTest === undefined ? {} : { closureTest }),
  })
  const unknown = owner.startsWith('person-')
    ? ''
    : `\nNobody here is called ${ownerName}, so nobody can accept it as its owner.`
  const text = `risk ${id} (${level}) of ${opened.service}: ${args[0] ?? ''}${unknown}`
  return { exit: EXIT.ok, data: { id, ...recorded }, text: harmlessText(text) }
}

export async function runRiskList(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const { risks } = opened.register
  const ordered = risks.toSorted((a, b) => (a.level + a.id < b.level + b.id ? -1 : 1))
  const openCount = risks.filter((risk) => risk.state === 'OPEN').length
  const head = `${opened.service}: ${countNoun(risks.length, 'risk')}, ${openCount} open`
  const lines = ordered.map((risk) => `  ${describeRisk(opened, risk)}`)
  return {
    exit: EXIT.ok,
    data: { service: opened.service, risks: ordered },
    text: harmlessText([head, ...lines].join('\n')),
  }
}

export async function runRiskShow(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const risk = findEntry(opened.register.risks, 'risk', args[0])
  const trail = opened.register.acts.filter(
    (act) => act.about === risk.id && (act.kind.startsWith('risk.') || act.kind === 'approved'),
  )
  const lines = [
    describeRisk(opened, risk),
    `  likelihood ${risk.likelihood}, impact ${risk.impact}`,
    `  mitigation: ${risk.mitigation || 'none stated'}`,
    `  closes ${risk.closureTest === undefined ? 'when two people say so: it has no closure test' : `by fresh evidence of ${risk.closureTest}`}`,
    ...trail.map(
      (act) => `  ${act.at}  ${act.kind.padEnd(13)} ${opened.nameOf(act.person)}: ${act.words}`,
    ),
  ]
  return { exit: EXIT.ok, data: { ...risk, trail }, text: harmlessText(lines.join('\n')) }
}

export async function runRiskAccept(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const risk = findEntry(opened.register.risks, 'risk', args[0])
  const until = momentOption(context, opened, options, 'until')
  const recorded = await sendChange(context, opened.service, options, {
    kind: 'risk.accepted',
    id: risk.id,
    until,
  })
  const done = `risk ${risk.id} accepted until ${opened.describe(Date.parse(until))}`
  return answer(recorded, risk.id, done)
}

export async function runRiskClose(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const risk = findEntry(opened.register.risks, 'risk', args[0])
  const evidence = await closingEvidence(context, opened, risk, options)
  const recorded = await sendChange(context, opened.service, options, {
    kind: 'risk.closed',
    id: risk.id,
    note: textOption(options, 'note') ?? '',
    ...(evidence === undefined ? {} : { evidence }),
  })
  return answer(recorded, risk.id, `risk ${risk.id} closed`)
}

export async function runRiskReopen(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const risk = findEntry(opened.register.risks, 'risk', args[0])
  const recorded = await sendChange(context, opened.service, options, {
    kind: 'risk.reopened',
    id: risk.id,
    reason: requireOption(options, 'reason'),
  })
  return answer(recorded, risk.id, `risk ${risk.id} open again`)
}

/** The newest result of the closure test; the control plane refuses it unless it is fresh and holds. */
async function closingEvidence(
  context: CommandContext,
  opened: OpenedRegister,
  risk: PresentedRisk,
  options: OptionValues,
): Promise<{ version: string; gate: string; statement: `sha256:${string}` } | undefined> {
  if (risk.closureTest === undefined) return undefined
  const release = await chooseRelease(context, textOption(options, 'release'))
  const review = await context.client.call<ReleaseReview>('GET', pathOf(release))
  const result = review.results.find((each) => each.gate === risk.closureTest)
  if (result?.statement === undefined || release.service !== opened.service)
    throw releaseFault(
      'RELEASE_CHANGE_REFUSED',
      `expected ${review.release} to have run ${risk.closureTest}, the closure test of ${risk.id}`,
    )
  return { version: release.version, gate: risk.closureTest, statement: result.statement }
}

function describeRisk(opened: OpenedRegister, risk: PresentedRisk): string {
  const state =
    risk.state === 'ACCEPTED' && risk.acceptedUntilMs !== undefined
      ? `ACCEPTED until ${opened.describe(risk.acceptedUntilMs)} by ${(risk.acceptedBy ?? []).map(opened.nameOf).join(' and ')}`
      : risk.state
  const due = risk.dueAtMs === undefined ? '' : `, due ${opened.describe(risk.dueAtMs)}`
  const waiting = opened.register.proposals.filter((each) => each.about === risk.id)
  const pending = waiting
    .map(
      (each) =>
        `; ${each.kind} waits for a second person (proposed by ${opened.nameOf(each.people[0] ?? '')})`,
    )
    .join('')
  return `${risk.id.padEnd(4)} ${risk.level}  ${state.padEnd(8)}  ${risk.title}  (${opened.nameOf(risk.owner)}${due})${pending}`
}

function answer(
  recorded: Parameters<typeof describeRecorded>[0],
  id: string,
  done: string,
): CommandOutcome {
  return { exit: EXIT.ok, data: recorded, text: harmlessText(describeRecorded(recorded, id, done)) }
}
