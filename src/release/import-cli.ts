// The commands that propose risks and conditions from documents; a person looks before anything is recorded.
import { EXIT, harmlessLine, utf8Text } from '../kernel/index.ts'
import { shellWordOf } from '../client/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { readDocumentBytes, readMarkdown } from '../document/index.ts'
import { readRiskDocument, readSarifRisks } from './finding-reading.ts'
import type { ProposedRisk, ReadRisks } from './finding-reading.ts'
import { readPromises } from './promise-reading.ts'
import { nextId } from './register-answer.ts'
import { openRegister, sendChange, textOption } from './register-calls.ts'

/** Reports larger than this are refused unread. */
const REPORT_LIMIT_BYTES = 20 * 1024 * 1024

export async function runConditionImport(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  const bytes = await context.files.read(args[0] ?? '-', REPORT_LIMIT_BYTES)
  const { conditions, findings } = readPromises(readMarkdown(readDocumentBytes(bytes)))
  const lines = conditions.flatMap((each) => [
    `  line ${each.line}: ${each.text}  (${each.owner}, due ${each.due ?? 'no day stated'}, blocks ${each.blocks})`,
    `      seaworthy condition add ${shellWordOf(each.text)} --gate ${each.gate} --owner ${shellWordOf(each.owner)} --due ${each.due ?? 'DATE'} --blocks ${each.blocks} --as NAME${context.placeWords}`,
  ])
  const text = [
    `${conditions.length} ${conditions.length === 1 ? 'condition' : 'conditions'} proposed, nothing recorded`,
    ...lines,
    ...findings.map((each) => `  line ${each.line}: ${each.text}`),
  ]
  return { exit: EXIT.ok, data: { conditions, findings }, text: text.map(harmlessLine).join('\n') }
}

export async function runRiskImport(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const bytes = await context.files.read(args[0] ?? '-', REPORT_LIMIT_BYTES)
  const { risks, findings } = readRisks(bytes)
  const lines = risks.map((each) => `  line ${each.line}: ${each.level} ${each.title}`)
  const doubts = findings.map((each) => `  line ${each.line}: ${each.text}`)
  if (options['as'] === undefined) {
    const head = `${risks.length} risks proposed, nothing recorded; with --as NAME they are entered`
    return {
      exit: EXIT.ok,
      data: { risks, findings, entered: [] },
      text: [head, ...lines, ...doubts].map(harmlessLine).join('\n'),
    }
  }
  const entered = await enterRisks(context, risks, options)
  const head = `${entered.length} risks entered, ${risks.length - entered.length} were there already`
  return {
    exit: EXIT.ok,
    data: { risks, findings, entered },
    text: [head, ...entered.map((id) => `  ${id}`), ...doubts].map(harmlessLine).join('\n'),
  }
}

function readRisks(bytes: Uint8Array): ReadRisks {
  const first = bytes.find((byte) => byte > 32)
  // A JSON log begins with a brace; whatever else is a document.
  const sarif = first === 123 ? readSarifRisks(utf8Text(bytes)) : undefined
  return sarif ?? readRiskDocument(readMarkdown(readDocumentBytes(bytes)))
}

async function enterRisks(
  context: CommandContext,
  risks: readonly ProposedRisk[],
  options: OptionValues,
): Promise<readonly string[]> {
  const opened = await openRegister(context, options)
  const taken: { readonly id: string; readonly title: string }[] = [...opened.register.risks]
  const entered: string[] = []
  for (const risk of risks) {
    if (taken.some((each) => each.title === risk.title)) continue
    const id = nextId('R', taken)
    const owner = textOption(options, 'owner') ?? (risk.owner || 'nobody named')
    await sendChange(context, opened.service, options, {
      kind: 'risk.opened',
      id,
      level: risk.level,
      title: risk.title,
      owner: opened.personOf(owner),
      likelihood: 'medium',
      impact: 'medium',
      mitigation: risk.mitigation,
    })
    taken.push({ id, title: risk.title })
    entered.push(id)
  }
  return entered
}
