// What commands do where the control plane wants a preview: they ask for it, and say how it is carried out.
import { SeaworthyError } from '../kernel/index.ts'
import { previewAction } from '../client/index.ts'
import type { CommandContext, CommandOutcome } from '../client/index.ts'

/** @param params of the action, where they are not the body @returns what was answered, or the outcome of a command that only showed */
export async function callOrPreview<Data extends object>(
  context: CommandContext,
  path: string,
  body: object,
  action: string,
  params = body,
): Promise<Data | CommandOutcome> {
  try {
    return await context.client.call<Data>('POST', path, body)
  } catch (error) {
    if (!(error instanceof SeaworthyError) || error.code !== 'IDENTITY_CONFIRMATION_REQUIRED')
      throw error
    return previewAction(context, action, params)
  }
}
