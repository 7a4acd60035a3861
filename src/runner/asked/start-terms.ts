// What a runner that waits was started with: what it takes, and on what terms it runs.
import type { CommandContext, OptionValues } from '../../client/index.ts'
import type { RunnerOffer } from '../../dispatch/index.ts'
import { runnerFault } from '../errors.ts'
import { listOption, splitPair } from '../parameters.ts'
import { parallelOf } from '../run-request.ts'

export interface StartTerms {
  readonly offer: RunnerOffer
  /** Ids of the people whose review this runner believes; empty = anybody's who is registered. */
  readonly reviewers: readonly string[]
  /** Gates that are more than reads are not run, whoever confirmed them. */
  readonly isReadsOnly: boolean
  /** Values of secret parameters by name. */
  readonly secrets: Readonly<Record<string, string>>
  /** Each run gets a folder of its own in it. */
  readonly workFolder: string
  /** Copied into the folder of each run; undefined = it begins empty. */
  readonly filesFolder: string | undefined
  readonly parallelLimit: number
  /** Ends after one run. */
  readonly isOnce: boolean
}

const LABEL = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,62}$/

/** @throws RUNNER_OPTION_REFUSED, RUNNER_PARAMETER_REFUSED */
export function readStartTerms(context: CommandContext, options: OptionValues): StartTerms {
  const { files } = context
  const folderOf = (name: string): string | undefined => {
    const value = options[name]
    return typeof value === 'string' ? files.resolve(value) : undefined
  }
  const environments = [...new Set(listOption(options, 'environment'))]
  if (environments.length === 0)
    throw runnerFault(
      'RUNNER_OPTION_REFUSED',
      'expected --environment NAME: a runner takes runs only of the environments it is started for',
    )
  const services = [...new Set(listOption(options, 'service'))]
  const labels = [...new Set(listOption(options, 'label'))].sort()
  const odd = labels.find((label) => !LABEL.test(label))
  if (odd !== undefined)
    throw runnerFault(
      'RUNNER_OPTION_REFUSED',
      `expected a label of letters, digits and . _ : / -, got ${JSON.stringify(odd.slice(0, 80))}`,
    )
  return {
    offer: { services: services.length === 0 ? null : services, environments, labels },
    reviewers: listOption(options, 'reviewer'),
    isReadsOnly: options['readsOnly'] === true,
    secrets: readSecrets(context, listOption(options, 'secret')),
    workFolder: folderOf('work') ?? files.resolve(files.outputFolder, 'work'),
    filesFolder: folderOf('files'),
    parallelLimit: parallelOf(options),
    isOnce: options['once'] === true,
  }
}

function readSecrets(
  context: CommandContext,
  given: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((text) => {
      const [name, value] = splitPair(text)
      const found = value ?? context.environmentValue(name)
      if (found !== undefined) return [name, found] as const
      throw runnerFault(
        'RUNNER_PARAMETER_REFUSED',
        `expected a value for ${name}: set ${name} in the environment`,
      )
    }),
  )
}
