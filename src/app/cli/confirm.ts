// The confirm command: carries out what a token was shown for; a run where it was previewed, all else in the control plane.
import { EXIT, harmlessText, MASK } from '../../kernel/index.ts'
import type { ActionPreview } from '../../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import type { RunCall } from '../../gates/index.ts'
import { runRunCommand } from './run.ts'

interface ShownAction {
  readonly action: string
  readonly preview: ActionPreview
  readonly previewedBy: string
  readonly asksSecondPerson: boolean
  readonly expiresAt: string
  readonly params: {
    readonly call?: RunCall
    readonly parameters?: Readonly<Record<string, string>>
  }
}

export async function runConfirm(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const token = args[0] ?? ''
  const shown = await context.client.call<ShownAction>('POST', '/v1/action-tokens/read', { token })
  if (options['show'] === true)
    return { exit: EXIT.ok, data: shown, text: harmlessText(describeShown(shown)) }
  const { call, parameters } = shown.params
  if (call === undefined) {
    const result = await context.client.call<unknown>('POST', '/v1/action-tokens/confirm', {
      token,
    })
    return {
      exit: EXIT.ok,
      data: { action: shown.action, result },
      text: harmlessText(`Done: ${shown.preview.summary}.${keyLine(result)}`),
    }
  }
  const given = Array.isArray(options['secret']) ? (options['secret'] as readonly string[]) : []
  return runRunCommand(context, [call.file], {
    ...call.options,
    param: openValues(parameters ?? {}),
    secret: [...secretNames(parameters ?? {}, given), ...given],
    confirm: token,
  })
}

/** The text of a key that was made, which is told this once. */
function keyLine(result: unknown): string {
  const made = typeof result === 'object' && result !== null && 'key' in result ? result.key : null
  return typeof made === 'string' ? `\nIts key is shown this once:\n\n  ${made}` : ''
}

function describeShown({ preview, previewedBy, asksSecondPerson, expiresAt }: ShownAction): string {
  const who = asksSecondPerson ? `somebody else than ${previewedBy}` : previewedBy
  return [
    `Would ${preview.summary} (risk ${preview.risk}).`,
    ...preview.changes.map(({ of, effect, what }) => `  ${of}: ${what} (${effect})`),
    `Asked for by ${previewedBy}; can be confirmed by ${who} until ${expiresAt}.`,
  ].join('\n')
}

function openValues(parameters: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(parameters).flatMap(([name, value]) =>
    value === MASK ? [] : [`${name}=${value}`],
  )
}

/** The names of secrets whose values have to come from the environment. */
function secretNames(
  parameters: Readonly<Record<string, string>>,
  given: readonly string[],
): readonly string[] {
  const named = new Set(given.map((text) => text.split('=', 1)[0]))
  return Object.entries(parameters).flatMap(([name, value]) =>
    value === MASK && !named.has(name) ? [name] : [],
  )
}
