// The agenda of a change advisory board: what is to be decided, and the command that records each outcome.
import { EXIT, harmlessText, utf8Bytes } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { chooseRelease, readReview } from './release-calls.ts'
import type { ReleaseReview } from './model.ts'
import { openRegisterOf, textOption } from './register-calls.ts'
import type { OpenedRegister } from './register-calls.ts'

export async function runCabAgenda(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0])
  const review = await readReview(context, release)
  const opened = await openRegisterOf(context, release.service, options)
  const markdown = renderAgenda(review, opened)
  const out = textOption(options, 'out')
  if (out === undefined) return { exit: EXIT.ok, data: { markdown }, text: markdown }
  const path = context.files.resolve(out)
  await context.files.write(path, utf8Bytes(`${markdown}\n`))
  return { exit: EXIT.ok, data: { markdown, path }, text: `  agenda: ${path}` }
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
