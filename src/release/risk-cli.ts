// The commands of risks: add, list, show, accept, close, reopen, revise.
import { EXIT, harmlessLine, harmlessText } from '../kernel/index.ts'
import type { RiskRevision } from '../register/index.ts'
import { findRow } from '../client/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { chooseRelease, readReview, requireOption } from './release-calls.ts'
import { releaseFault } from './errors.ts'
import {
  choiceOption,
  countNoun,
  describeRecorded,
  findEntry,
  momentOption,
  openRegister,
  sendChange,
  textOption,
} from './register-calls.ts'
import type { OpenedRegister } from './register-calls.ts'
import { nextId } from './register-answer.ts'
import type { PresentedRegister } from './register-answer.ts'
import type { ReleaseKey } from './store.ts'
import type { Change } from '../register/index.ts'
import { definitionHashOf } from '../verdict/index.ts'

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
  const pinned = await pinnedDefinition(context, opened, closureTest, options)
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
    ...(pinned === undefined ? {} : { closureDefinition: pinned }),
  })
  const unknown = owner.startsWith('person-')
    ? ''
    : `Nobody here is called ${ownerName}, so nobody can accept it as its owner.`
  const unpinned =
    closureTest === undefined || pinned !== undefined
      ? ''
      : `No run has a gate ${closureTest} yet, so what it is could not be pinned: closing takes a plan that somebody other than the closer reviewed.`
  const head = `risk ${id} (${level}) of ${opened.service}: ${args[0] ?? ''}`
  const lines = [head, unknown, unpinned].filter((line) => line !== '')
  return { exit: EXIT.ok, data: { id, ...recorded }, text: lines.map(harmlessLine).join('\n') }
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
    text: [head, ...lines].map(harmlessLine).join('\n'),
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
  return { exit: EXIT.ok, data: { ...risk, trail }, text: lines.map(harmlessLine).join('\n') }
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

export async function runRiskRevise(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await openRegister(context, options)
  const risk = findEntry(opened.register.risks, 'risk', args[0])
  const ownerName = textOption(options, 'owner')
  const choice = <T extends string>(name: string, choices: readonly T[]): T | undefined =>
    options[name] === undefined ? undefined : choiceOption(options, name, choices)
  const given = {
    level: choice('level', LEVELS),
    likelihood: choice('likelihood', GRADES),
    impact: choice('impact', GRADES),
    mitigation: typeof options['mitigation'] === 'string' ? options['mitigation'] : undefined,
    owner: ownerName === undefined ? undefined : opened.personOf(ownerName),
    dueAt:
      options['due'] === undefined || options['due'] === 'none'
        ? textOption(options, 'due')
        : momentOption(context, opened, options, 'due'),
  }
  const revision = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as RiskRevision
  const recorded = await sendChange(context, opened.service, options, {
    kind: 'risk.revised',
    id: risk.id,
    reason: requireOption(options, 'reason'),
    ...revision,
  })
  const after =
    risk.state === 'ACCEPTED' && !recorded.isPending ? '. It was accepted and is open again' : ''
  return answer(recorded, risk.id, `risk ${risk.id} revised${after}`)
}

/** What the closure test is in the plan that ran last, so that nobody closes the risk by another gate of its name. */
async function pinnedDefinition(
  context: CommandContext,
  opened: OpenedRegister,
  closureTest: string | undefined,
  options: OptionValues,
): Promise<`sha256:${string}` | undefined> {
  if (closureTest === undefined) return undefined
  const named = textOption(options, 'release')
  const release =
    named === undefined
      ? await findRow<ReleaseKey>(
          context.client,
          '/v1/runs',
          (run) => run.service === opened.service,
        )
      : await chooseRelease(context, named)
  if (release === undefined) return undefined
  const { plan } = await readReview(context, release)
  const gate = plan.gates.find((each) => each.id === closureTest)
  return gate === undefined ? undefined : definitionHashOf(context.ports.digest, gate)
}

/** The newest result of the closure test; the control plane refuses it unless it is fresh and holds. */
async function closingEvidence(
  context: CommandContext,
  opened: OpenedRegister,
  risk: PresentedRisk,
  options: OptionValues,
): Promise<Extract<Change, { kind: 'risk.closed' }>['evidence']> {
  if (risk.closureTest === undefined) return undefined
  const release = await chooseRelease(context, textOption(options, 'release'))
  const shown = await readReview(context, release)
  const result = shown.results.find((each) => each.gate === risk.closureTest)
  if (result?.statement === undefined || release.service !== opened.service)
    throw releaseFault(
      'RELEASE_CHANGE_REFUSED',
      `expected ${shown.release} to have run ${risk.closureTest}, the closure test of ${risk.id}`,
    )
  const { statement, definition } = result
  const closer = opened.personOf(requireOption(options, 'as'))
  const isPinned = risk.closureDefinition === definition && risk.openedBy !== closer
  const review = shown.planReviews.find((each) => (each.person ?? each.principal) !== closer)
  return {
    version: release.version,
    gate: risk.closureTest,
    statement,
    definition,
    ...(isPinned || review === undefined ? {} : { review: review.statement }),
  }
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
