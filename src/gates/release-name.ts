// A release's name on the command line, in statements and in ledger subjects: SERVICE@VERSION.
import { gatesFault } from './errors.ts'

interface NamedRelease {
  readonly service: string
  readonly version: string
}

/** Longest service or version name. */
export const RELEASE_PART_LIMIT_CHARACTERS = 200

/** Longest environment name; those that keys and accounts are limited to are no longer either. */
export const ENVIRONMENT_LIMIT_CHARACTERS = 100

/**
 * Why nothing can be recorded under this name; undefined when it can. Names stand in indexes of the database and in subjects of
 * the ledger, where the last `@` divides: a version with one would make two releases one.
 */
export function nameProblem({
  service,
  version,
  environment,
}: NamedRelease & { readonly environment: string }): string | undefined {
  const part = 'without control characters'
  if (!isPlainPart(service))
    return `expected a service of 1 to ${RELEASE_PART_LIMIT_CHARACTERS} characters ${part}, got ${service.length}`
  if (!isPlainPart(version) || version.includes('@'))
    return `expected a version of 1 to ${RELEASE_PART_LIMIT_CHARACTERS} characters without @ and ${part}, got ${version.length}`
  return isEnvironmentName(environment)
    ? undefined
    : `expected an environment of 1 to ${ENVIRONMENT_LIMIT_CHARACTERS} characters ${part}, got ${environment.length}`
}

/** Whether the text may name a service or, but for its `@`, a version. */
function isPlainPart(part: string): boolean {
  return part.trim() !== '' && part.length <= RELEASE_PART_LIMIT_CHARACTERS && !/\p{Cc}/u.test(part)
}

function isEnvironmentName(text: string): boolean {
  return text.trim() !== '' && text.length <= ENVIRONMENT_LIMIT_CHARACTERS && !/\p{Cc}/u.test(text)
}

export function formatReleaseName(release: NamedRelease): string {
  return `${release.service}@${release.version}`
}

/** The last `@` divides, so that a scoped service name keeps its own. @throws GATES_RELEASE_NAME_MALFORMED */
export function parseReleaseName(text: string): NamedRelease {
  const at = text.lastIndexOf('@')
  const service = text.slice(0, Math.max(at, 0))
  const version = text.slice(at + 1)
  if (!isPlainPart(service) || !isPlainPart(version)) {
    throw gatesFault(
      'GATES_RELEASE_NAME_MALFORMED',
      `expected SERVICE@VERSION, got ${JSON.stringify(text.slice(0, 100))}`,
    )
  }
  return { service, version }
}
