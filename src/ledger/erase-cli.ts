// The command that erases somebody: shows what would go and what stays, under a token that a second person confirms.
import { previewAction } from '../client/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { ledgerFault } from './errors.ts'

export async function runLedgerErase(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { subject, reason, policy } = options
  if (typeof subject !== 'string' || typeof reason !== 'string')
    throw ledgerFault(
      'LEDGER_ERASURE_REFUSED',
      'expected --subject to say whose payloads, and --reason to say why',
    )
  const params = { subject, reason, ...(typeof policy === 'string' ? { policy } : {}) }
  return previewAction(context, 'ledger.erase', params)
}
