// A change advisory board: its agenda with the command that records each outcome, and what it decided.
import { EXIT, contentDigest, harmlessLine, harmlessText, utf8Bytes } from '../kernel/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import { cabOutcomeOf } from '../verdict/index.ts'
import type { CabItem, CabOutcome } from '../verdict/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { chooseRelease, readReview } from './release-calls.ts'
import type { ReleaseReview } from './model.ts'
import { releaseFault } from './errors.ts'
import {
  choiceOption,
  countNoun,
  momentOption,
  openRegisterOf,
  sendChange,
  textOption,
} from './register-calls.ts'
import type { OpenedRegister } from './register-calls.ts'
import { nextId } from './register-answer.ts'

export async function runCabAgenda(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0], options)
  const review = await readReview(context, release)
  const opened = await openRegisterOf(context, release.service, options)
  const markdown = renderAgenda(review, opened)
  const out = textOption(options, 'out')
  if (out === undefined) return { exit: EXIT.ok, data: { markdown }, text: markdown }
  const path = context.files.resolve(out)
  await context.files.write(path, utf8Bytes(`${markdown}\n`))
  return { exit: EXIT.ok, data: { markdown, path }, text: `  agenda: ${path}` }
}

/** Minutes larger than this are refused unread. */
const MINUTES_LIMIT_BYTES = 20 * 1024 * 1024

const OUTCOMES = ['approved', 'approved-with-conditions', 'deferred', 'rejected'] as const

export async function runCabRecord(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0], options)
  const opened = await openRegisterOf(context, release.service, options)
  const id = textOption(options, 'id') ?? nextId('CAB', opened.register.cab)
  const names = listOption(options, 'attendee')
  const attendees = names.map(opened.personOf)
  const minutes = textOption(options, 'minutes')
  const items = itemsOf(options, `${release.service}@${release.version}`)
  const recorded = await sendChange(context, opened.service, options, {
    kind: 'cab.recorded',
    id,
    version: release.version,
    heldAt:
      textOption(options, 'held') === undefined
        ? new Date(context.ports.clock.nowMs()).toISOString()
        : momentOption(context, opened, options, 'held'),
    attendees,
    items,
    ...(minutes === undefined ? {} : { minutes: await digestOf(context, minutes) }),
  })
  const strangers = names.filter((_, index) => !attendees[index]!.startsWith('person-'))
  const lines = [
    `outcome ${id} of ${release.service}@${release.version}: ${describeItems(items)}`,
    `It counts by the signatures of those who attended: seaworthy approve ${id} --as NAME`,
    ...(strangers.length === 0
      ? []
      : [`Nobody here is called ${strangers.join(', ')}, so nobody signs as that.`]),
  ]
  return { exit: EXIT.ok, data: { id, ...recorded }, text: lines.map(harmlessLine).join('\n') }
}

export async function runCabList(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0], options)
  const opened = await openRegisterOf(context, release.service, options)
  const records = opened.register.cab
    .filter((each) => each.version === release.version)
    .map((each) => ({ ...each, outcome: cabOutcomeOf(each) }))
  const lines = records.flatMap((each) => [
    `  ${each.id.padEnd(5)} ${each.outcome} on ${opened.describe(each.heldAtMs)}: ${describeItems(each.items)}`,
    `        attended: ${each.attendees.map(opened.nameOf).join(', ')}`,
    `        signed: ${each.signers.map(({ principal }) => opened.nameOf(principal) + (each.attendees.includes(principal) ? '' : ' (did not attend)')).join(', ')}`,
    ...(each.minutes === undefined ? [] : [`        minutes: ${each.minutes}`]),
  ])
  const head = `${release.service}@${release.version}: ${countNoun(records.length, 'outcome')} of the change advisory board`
  return { exit: EXIT.ok, data: { records }, text: [head, ...lines].map(harmlessLine).join('\n') }
}

/** `--outcome` is of the release, with note and conditions; each `--item` is another one. */
function itemsOf(options: OptionValues, release: string): readonly CabItem[] {
  const conditions = listOption(options, 'condition')
  const note = textOption(options, 'note')
  const others = listOption(options, 'item').map((text) => {
    const at = text.lastIndexOf('=')
    const outcome = text.slice(at + 1)
    if (at > 0 && isOutcome(outcome)) return { about: text.slice(0, at), outcome }
    throw releaseFault(
      'RELEASE_OPTION_MISSING',
      `expected --item as TEXT=OUTCOME with one of ${OUTCOMES.join(', ')}, got ${JSON.stringify(text)}`,
    )
  })
  if (options['outcome'] === undefined && others.length > 0 && conditions.length === 0)
    return others
  const own = {
    about: release,
    outcome: choiceOption(options, 'outcome', OUTCOMES),
    ...(note === undefined ? {} : { note }),
    ...(conditions.length === 0 ? {} : { conditions }),
  }
  return [own, ...others]
}

function isOutcome(text: string): text is CabOutcome {
  return OUTCOMES.some((each) => each === text)
}

function listOption(options: OptionValues, name: string): readonly string[] {
  return Array.isArray(options[name]) ? (options[name] as readonly string[]) : []
}

async function digestOf(context: CommandContext, path: string): Promise<ContentDigest> {
  const bytes = await context.files.read(path, MINUTES_LIMIT_BYTES)
  return contentDigest(context.ports.digest.sha256(bytes))
}

function describeItems(items: readonly CabItem[]): string {
  return items
    .map(({ about, outcome, conditions, note }) => {
      const on = conditions === undefined ? '' : ` (${conditions.join(', ')})`
      return `${about}: ${outcome}${on}${note === undefined ? '' : `, ${note}`}`
    })
    .join('; ')
}

function renderAgenda(review: ReleaseReview, opened: OpenedRegister): string {
  const { verdict } = review
  const blocks = [
    [
      `# Agenda: ${review.release}`,
      `As things stand: **${verdict.value}** (without waivers: ${verdict.raw})`,
    ],
    section(
      verdict.value === 'NO_GO' || verdict.value === 'NOT_READY'
        ? 'What blocks it'
        : 'What it rests on',
      verdict.reasons.map(
        (each) => `${each.gate ?? each.rule}: ${each.text}. To flip it: ${each.flip}`,
      ),
    ),
    section('To sign', signing(review)),
    section('What the board decides', [
      `${review.release}: \`seaworthy cab record ${review.release} --outcome approved --attendee NAME --attendee NAME --as NAME\`, or \`approved-with-conditions --condition ID\`, \`deferred\`, \`rejected\`; then those who attended sign it`,
    ]),
    section('Waiting for a second person', waiting(opened)),
    section('Manual gates to answer', manual(review)),
    section(
      'Risks that are not closed',
      review.terms.risks
        .filter((risk) => risk.state !== 'CLOSED')
        .map(
          (risk) =>
            `${risk.id} ${risk.level} ${risk.state}: ${risk.title} (${opened.nameOf(risk.owner)})`,
        ),
    ),
    section(
      'Conditions',
      review.terms.conditions.map(
        (each) =>
          `${each.id} ${verdict.conditions?.find((one) => one.id === each.id)?.state ?? ''}: ${each.text}, due ${opened.describe(each.dueAtMs)}`,
      ),
    ),
    section('To know', verdict.notes),
  ]
  return blocks
    .map((block) => block.map((line) => harmlessText(named(line, review))).join('\n\n'))
    .join('\n\n')
}

function signing(review: ReleaseReview): readonly string[] {
  return review.plan.signOffs.map(({ role, minimum, anyOf }) => {
    const roles = [role, ...(anyOf ?? [])].join(' or ')
    return `${roles} (${minimum}): \`seaworthy sign ${review.release} --role "${role}" --as NAME\`, or \`seaworthy reject …\``
  })
}

function waiting({ register, nameOf }: OpenedRegister): readonly string[] {
  const requests = register.waivers
    .filter((each) => each.approvals.length < 2 && !each.revoked)
    .map(
      ({ request }) =>
        `waiver ${request.id} for ${request.gates.join(', ')}: ${request.reason}: \`seaworthy approve ${request.id} --as NAME\``,
    )
  const proposals = register.proposals.map(
    (each) =>
      `${each.about} ${each.kind} by ${nameOf(each.people[0] ?? '')}: ${each.words}: \`seaworthy approve ${each.about} --as NAME\``,
  )
  return [...requests, ...proposals]
}

function manual(review: ReleaseReview): readonly string[] {
  const open = new Set(
    review.results.filter((each) => each.status === 'PENDING').map((each) => each.gate),
  )
  return review.plan.gates
    .filter((gate) => gate.check.type === 'manual' && open.has(gate.id))
    .map((gate) => `${gate.title}: \`seaworthy answer ${gate.id} --yes --as NAME\` or \`--no\``)
}

function section(title: string, items: readonly string[]): string[] {
  const list = items.map((item, index) => `${index + 1}. ${safe(item)}`).join('\n')
  return [`## ${title}`, list || 'Nothing.']
}

/** Text of people inside a list item: one line, and no markup of its own beyond code. */
function safe(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[<>[\]|]/g, (sign) => `\\${sign}`)
}

function named(text: string, review: ReleaseReview): string {
  return text.replace(/\bperson-[0-9a-f]{16}\b/g, (id) => review.names[id] ?? id)
}
