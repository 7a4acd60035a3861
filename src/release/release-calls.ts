// Which release a command means, and where the API has it.
import { firstRow } from '../client/index.ts'
import type { CommandContext, OptionValues } from '../client/index.ts'
import { parseReleaseName } from '../gates/index.ts'
import type { StoredRun } from '../gates/index.ts'
import { releaseFault } from './errors.ts'
import { routeOf } from './files.ts'
import type { ReleaseReview } from './model.ts'
import type { ReleaseKey } from './store.ts'

export async function readReview(
  context: CommandContext,
  release: ReleaseKey,
  options: OptionValues = {},
): Promise<ReleaseReview> {
  return context.client.call<ReleaseReview>('GET', routeOf(release, '', phaseTerms(options)))
}

/** `phase` as `--phase` says; nothing without it. */
export function phaseTerms(options: OptionValues): { readonly phase?: string } {
  const { phase } = options
  return typeof phase === 'string' ? { phase } : {}
}

/** The named release, or that of the newest run where it was run; `--environment` says where else. */
export async function chooseRelease(
  context: CommandContext,
  name: string | undefined,
  options: OptionValues = {},
): Promise<ReleaseKey> {
  const said = options['environment']
  const named = typeof said === 'string' ? { environment: said } : {}
  if (name !== undefined) return { ...parseReleaseName(name), ...named }
  const newest = await firstRow<StoredRun>(context.client, '/v1/runs')
  if (newest === undefined)
    throw releaseFault('RELEASE_RUN_MISSING', 'expected a release with a run, found none')
  const { service, version, subject } = newest
  return { service, version, environment: subject.environment, ...named }
}

export function requireOption(options: OptionValues, name: string): string {
  const value = options[name]
  if (typeof value === 'string' && value !== '') return value
  throw releaseFault('RELEASE_OPTION_MISSING', `expected --${name}`)
}
