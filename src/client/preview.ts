// Previews an action for a command that may not do it at once, and says how it is carried out.
import { EXIT, harmlessText } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome } from './command.ts'

interface IssuedPreview {
  readonly summary: string
  readonly risk: string
  readonly token: string
  readonly expiresAt: string
  readonly asksSecondPerson?: boolean
}

export async function previewAction(
  context: Pick<CommandContext, 'client' | 'placeWords'>,
  name: string,
  params: object,
): Promise<CommandOutcome> {
  const preview = await context.client.call<IssuedPreview>('POST', `/v1/actions/${name}/previews`, {
    params,
  })
  const who =
    preview.asksSecondPerson === true
      ? 'Somebody else has to look at it (confirm --show) and carry it out'
      : 'Carry it out'
  return {
    exit: EXIT.confirmationRequired,
    data: { preview },
    text: harmlessText(
      `Would ${preview.summary} (risk ${preview.risk}). Nothing happened yet.\n${who}: seaworthy confirm ${preview.token}${context.placeWords}`,
    ),
  }
}
