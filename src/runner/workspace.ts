// Where the gates of a run stand: the folder their commands start in, and the user they run as.
import type { CommandContext, OptionValues } from '../client/index.ts'
import type { RecordedPlan } from '../gates/index.ts'
import { chooseGateUser } from './gate-user.ts'
import type { GateUser } from './gate-user.ts'
import type { RunTerms } from '../verdict/index.ts'

/** The folder that a confirm token pins. */
export function agreedFolder(context: CommandContext, file: string, options: OptionValues): string {
  const { files } = context
  return typeof options['workspace'] === 'string'
    ? files.resolve(options['workspace'])
    : files.folderOf(files.resolve(file))
}

// Where nobody has agreed to what the commands may see, they get an empty folder.
export function workspaceOf(
  context: CommandContext,
  file: string,
  recorded: RecordedPlan,
  terms: RunTerms,
  options: OptionValues,
): 'none' | (string & {}) {
  const isAgreed = recorded.reviewers.length > 0 || terms.confirmed.length > 0
  return isAgreed || options['workspace'] !== undefined
    ? agreedFolder(context, file, options)
    : 'none'
}

export async function gateUserOf(
  context: CommandContext,
  workspace: string,
  options: OptionValues,
): Promise<GateUser> {
  const { ports } = context
  const named = options['user'] ?? context.defaults.gateUser
  return chooseGateUser({
    choice: typeof named === 'string' ? named : 'none',
    workspace,
    keyFolder: context.keys.folder,
    random: ports.random,
    ownUid: context.userId,
  })
}
