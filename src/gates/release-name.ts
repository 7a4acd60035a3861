// A release's name on the command line, in statements and in ledger subjects: SERVICE@VERSION.
import { gatesFault } from './errors.ts'
import type { ReleaseName } from './run-model.ts'

/** Longest service or version name. */
export const RELEASE_PART_LIMIT_CHARACTERS = 200

export function formatReleaseName(release: ReleaseName): string {
  return `${release.service}@${release.version}`
}

/** The last `@` divides, so that a scoped service name keeps its own. @throws GATES_RELEASE_NAME_MALFORMED */
export function parseReleaseName(text: string): ReleaseName {
  const at = text.lastIndexOf('@')
  const service = text.slice(0, Math.max(at, 0))
  const version = text.slice(at + 1)
  const isPlain = (part: string): boolean =>
    part.length > 0 && part.length <= RELEASE_PART_LIMIT_CHARACTERS && !/\p{Cc}/u.test(part)
  if (!isPlain(service) || !isPlain(version)) {
    throw gatesFault(
      'GATES_RELEASE_NAME_MALFORMED',
      `expected SERVICE@VERSION, got ${JSON.stringify(text.slice(0, 100))}`,
    )
  }
  return { service, version }
}
