// Which release a command means, and where the API has it.
import { firstRow } from '../client/index.ts'
import type { CommandContext, OptionValues } from '../client/index.ts'
import { parseReleaseName } from '../gates/index.ts'
import { releaseFault } from './errors.ts'
import { pathOf } from './files.ts'
import type { ReleaseReview } from './model.ts'
import type { ReleaseKey } from './store.ts'

export async function readReview(
  context: CommandContext,
  release: ReleaseKey,
  options: OptionValues = {},
): Promise<ReleaseReview> {
  return context.client.call<ReleaseReview>('GET', `${pathOf(release)}${phaseQuery(options)}`)
}

/** `?phase=` as `--phase` says; nothing without it. */
export function phaseQuery(options: OptionValues): string {
  const phase = options['phase']
  return typeof phase === 'string' ? `?phase=${encodeURIComponent(phase)}` : ''
}

/** The named release, or that of the newest run. */
export async function chooseRelease(
  context: CommandContext,
  name: string | undefined,
): Promise<ReleaseKey> {
  if (name !== undefined) return parseReleaseName(name)
  const newest = await firstRow<ReleaseKey>(context.client, '/v1/runs')
  if (newest === undefined)
    throw releaseFault('RELEASE_RUN_MISSING', 'expected a release with a run, found none')
  return { service: newest.service, version: newest.version }
}

export function requireOption(options: OptionValues, name: string): string {
  const value = options[name]
  if (typeof value === 'string' && value !== '') return value
  throw releaseFault('RELEASE_OPTION_MISSING', `expected --${name}`)
}
