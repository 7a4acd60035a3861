// First part: a checklist nobody has reviewed is read, planned, and only what is proven to read is run.
import { EXIT } from '../../kernel/index.ts'
import type { CommandContext } from '../../client/index.ts'
import { runImport, planChecklist } from '../../gates/index.ts'
import { runDecide } from '../../release/index.ts'
import { runRunCommand } from '../cli/run.ts'

/** Reasons shown; the report has all of them. */
const REASON_LINES_SHOWN = 12

export async function showChecklist(
  context: CommandContext,
  file: string,
  say: (text: string) => void,
): Promise<void> {
  say(`\n1 of 3: a checklist as people wrote it\n${file}\n\n`)
  say(`${(await runImport(context, [file])).text}\n\n`)
  const planned = await planChecklist(context, [file], { force: true })
  say(`${planned.text}\n\n`)
  say(
    'Nobody has reviewed it, so only what is proven to read runs, in an empty folder without credentials:\n',
  )
  const ran = await runRunCommand(context, [file], { fresh: true })
  const { release } = ran.data as { release: string }
  const decided = await runDecide(context, [release])
  say(`\n${decided.text.split('\n').slice(0, REASON_LINES_SHOWN).join('\n')}\n`)
  say(`  (all reasons: seaworthy decide ${release}, or the report)\n`)
  if (decided.exit === EXIT.ok)
    say('This checklist asks for nothing that a person must do, so it may go.\n')
}
