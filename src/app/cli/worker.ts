// Runs background work until interrupted, without serving anything.
import { EXIT } from '../../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import { openLog, systemClock } from '../../platform/index.ts'
import { composeApp } from '../compose.ts'
import { readConfig } from '../config.ts'
import { readLogForm } from './log-form.ts'
import { aborted } from './serve.ts'

export async function runWorkerCommand(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const text = (name: string): string | undefined => {
    const value = options[name]
    return typeof value === 'string' ? value : undefined
  }
  const config = await readConfig({ data: text('data'), tenant: text('tenant'), isServer: true })
  const app = await composeApp(
    config,
    context.version,
    openLog({ level: 'info', clock: systemClock, form: readLogForm(options) }),
  )
  try {
    await app.work.start()
    context.notify(
      'Working. Ctrl-C ends it: what runs may finish, the rest goes to other workers.\n',
    )
    await aborted(context.signal)
    await app.work.stop()
  } finally {
    await app.close()
  }
  return { exit: EXIT.ok, data: null, text: '' }
}
