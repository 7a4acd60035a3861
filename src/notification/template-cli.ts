// The commands of templates: set, list, remove, preview.
import { EXIT, harmlessLine, harmlessText, utf8Text } from '../kernel/index.ts'
import { everyRow } from '../client/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { notificationFault } from './errors.ts'
import type { StoredTemplate } from './template-store.ts'

const TEXT_LIMIT_BYTES = 256 * 1024

interface Filled {
  readonly title: string
  readonly text: string
  readonly contentHash: string
}

export async function runTemplateSet(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { title, textFile } = options
  if (typeof title !== 'string' || typeof textFile !== 'string')
    throw notificationFault(
      'NOTIFICATION_TEMPLATE_REFUSED',
      'expected --title TEXT and --text-file FILE',
    )
  const text = utf8Text(await context.files.read(textFile, TEXT_LIMIT_BYTES))
  const stored = await context.client.call<StoredTemplate>('PUT', pathOf(args[0]), { title, text })
  return { exit: EXIT.ok, data: stored, text: harmlessLine(lineOf(stored)) }
}

export async function runTemplateList(context: CommandContext): Promise<CommandOutcome> {
  const all = await everyRow<StoredTemplate>(context.client, '/v1/templates')
  return {
    exit: EXIT.ok,
    data: all,
    text: all.map((each) => harmlessLine(lineOf(each))).join('\n') || 'There is no template yet.',
  }
}

export async function runTemplateRemove(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  await context.client.call('DELETE', pathOf(args[0]))
  return { exit: EXIT.ok, data: null, text: harmlessLine(`${args[0] ?? ''}: removed`) }
}

export async function runTemplatePreview(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const path = `${pathOf(args[0])}/preview`
  const filled = await context.client.call<Filled>('POST', path, fillingOf(options))
  const text = `${filled.title}\n\n${filled.text}\n\n${filled.contentHash}; nothing was sent`
  return { exit: EXIT.ok, data: filled, text: harmlessText(text) }
}

/** What a template is filled with. @throws NOTIFICATION_TEMPLATE_REFUSED */
export function fillingOf({ release, set, urgency }: OptionValues): object {
  if (typeof release !== 'string')
    throw notificationFault('NOTIFICATION_TEMPLATE_REFUSED', 'expected --release SERVICE@VERSION')
  const rows = (Array.isArray(set) ? (set as readonly string[]) : []).map((word) => {
    const at = word.indexOf('=')
    if (at < 1)
      throw notificationFault('NOTIFICATION_TEMPLATE_REFUSED', 'expected --set NAME=VALUE')
    return [word.slice(0, at), word.slice(at + 1)] as const
  })
  return {
    release,
    given: Object.fromEntries(rows),
    ...(typeof urgency === 'string' ? { urgency } : {}),
  }
}

function lineOf({ name, title, contentHash, changedAt }: StoredTemplate): string {
  return `${name}  ${title}  ${changedAt}  ${contentHash}`
}

function pathOf(name: string | undefined): string {
  return `/v1/templates/${encodeURIComponent(name ?? '')}`
}
