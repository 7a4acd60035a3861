// Puts values in the places that a template leaves open, where the value cannot change what the text does.
import { gatesFault } from './errors.ts'
import { ENVIRONMENT_LIMIT_CHARACTERS, RELEASE_PART_LIMIT_CHARACTERS } from './release-name.ts'

export interface ProposalOptions {
  readonly service: string
  readonly version: string
  readonly environment: string
  /** Values for `<NAME>` placeholders; `$NAME` parameters keep their name and get their value when the plan runs. */
  readonly parameters?: Readonly<Record<string, string>>
}

/** Said of a document that names no version, so that two of its runs are still one release. Fills no hole. */
export const UNVERSIONED = 'unversioned'

// A value goes into shell text too, so it may hold nothing that a shell, a URL or SQL reads as syntax.
const HARMLESS = /^[A-Za-z0-9][\w.:/@+-]{0,199}$/

/** @throws GATES_PLAN_OPTION_REFUSED */
export function checkOptions(options: ProposalOptions): void {
  for (const key of ['service', 'version', 'environment'] as const) {
    const value = options[key]
    const limit =
      key === 'environment' ? ENVIRONMENT_LIMIT_CHARACTERS : RELEASE_PART_LIMIT_CHARACTERS
    if (value.trim() === '' || value.length > limit || /[\u0000-\u001f\u007f-\u009f]/.test(value)) {
      throw gatesFault(
        'GATES_PLAN_OPTION_REFUSED',
        `expected a ${key} of 1 to ${limit} characters without control characters, got ${value.length} characters`,
      )
    }
  }
}

/** Whether a hole stands for the version: `vX.Y.Z`, `<VERSION>`. */
export function isVersionHole(hole: string): boolean {
  return isVersionPattern(hole) || keyOf(hole) === 'VERSION'
}

function isVersionPattern(hole: string): boolean {
  return /^v?[X\d]+\.Y|^vx\.y\.z$/.test(hole)
}

/** The name of a `<NAME>` placeholder as a key of parameters. */
function keyOf(hole: string): string | undefined {
  return /^<(.+)>$/
    .exec(hole)?.[1]
    ?.toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
}

/** The value for a hole, if the options have one that is safe to write. */
export function valueForHole(hole: string, options: ProposalOptions): string | undefined {
  const value = statedValue(hole, options)
  return value !== undefined && HARMLESS.test(value) ? value : undefined
}

function statedValue(hole: string, options: ProposalOptions): string | undefined {
  const version = options.version === UNVERSIONED ? undefined : options.version
  if (isVersionPattern(hole)) {
    const bare = version?.replace(/^v(?=\d)/, '')
    return bare !== undefined && hole.startsWith('v') ? `v${bare}` : bare
  }
  const key = keyOf(hole)
  if (key === undefined) return undefined
  const parameters = options.parameters ?? {}
  if (Object.hasOwn(parameters, key)) return parameters[key]
  if (key === 'SERVICE' || key === 'SERVICE_NAME') return options.service
  if (key === 'VERSION') return version
  return key === 'ENVIRONMENT' || key === 'ENV' ? options.environment : undefined
}

/** The text with the given holes replaced, in one pass: a value is never searched for holes itself. */
export function fillHoles(text: string, values: ReadonlyMap<string, string>): string {
  if (values.size === 0) return text
  const holes = [...values.keys()].sort((a, b) => b.length - a.length)
  const pattern = new RegExp(
    holes.map((hole) => hole.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'),
    'g',
  )
  return text.replace(pattern, (hole) => values.get(hole) ?? hole)
}
