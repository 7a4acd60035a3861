// Says what is wrong with the shape of a YAML file: which value, or which key and where it would belong.
import type { z } from 'zod'
import { nearestName } from '../kernel/index.ts'

/** The shape at a place of a file. */
export interface YamlPlace {
  /** Keys that may stand there, in the order of the file. */
  readonly keys: readonly string[]
  /** For shapes that come in kinds: the key that names the kind, and the keys of each. */
  readonly kinds?: { readonly by: string; readonly keys: ReadonlyMap<string, readonly string[]> }
}

/** What may stand at a path; undefined where the keys are free. */
export type PlaceAt = (path: readonly PropertyKey[]) => YamlPlace | undefined

export interface YamlMistake {
  /** To the value, or to the key that should not be there. */
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** The mistake to show of all issues: a mistyped key is also a missing one, and the typing mistake is the better answer. */
export function mistakeIn(
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
  placeAt: PlaceAt,
): YamlMistake {
  const issue = issues.find((candidate) => candidate.code === 'unrecognized_keys') ?? issues[0]!
  const key = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  if (key === undefined)
    return { path: issue.path, message: `${shownPath(issue.path)}: ${issue.message}` }
  return {
    path: [...issue.path, key],
    message: `unknown key "${key}" at ${shownPath(issue.path)}${hintFor(key, issue.path, value, placeAt)}`,
  }
}

function hintFor(
  key: string,
  path: readonly PropertyKey[],
  value: unknown,
  placeAt: PlaceAt,
): string {
  const place = placeAt(path)
  if (place === undefined) return ''
  const kind = kindAt(place, path, value)
  if (kind === undefined) return suggestion(key, place.keys)
  const { by, name, keys, owners } = { ...kind, owners: ownersOf(key, place) }
  const allowed = keys.filter((each) => each !== by).join(', ') || 'no other key'
  return owners.length > 0
    ? `: ${by} ${name} takes ${allowed}; "${key}" belongs to ${by} ${owners.join(' or ')}`
    : suggestion(key, keys)
}

function suggestion(key: string, keys: readonly string[]): string {
  const nearest = nearestName(key, keys)
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`
}

/** The kinds whose records have this key. */
function ownersOf(key: string, place: YamlPlace): string[] {
  return [...(place.kinds?.keys ?? [])]
    .filter(([, keys]) => keys.includes(key))
    .map(([kind]) => kind)
}

function kindAt(
  place: YamlPlace,
  path: readonly PropertyKey[],
  value: unknown,
): { by: string; name: string; keys: readonly string[] } | undefined {
  if (place.kinds === undefined) return undefined
  let record: unknown = value
  for (const step of path) record = ownValue(record, step)
  const name = ownValue(record, place.kinds.by)
  if (typeof name !== 'string') return undefined
  const keys = place.kinds.keys.get(name)
  return keys === undefined ? undefined : { by: place.kinds.by, name, keys }
}

function ownValue(record: unknown, key: PropertyKey): unknown {
  return typeof record === 'object' && record !== null && Object.hasOwn(record, key)
    ? Reflect.get(record, key)
    : undefined
}

function shownPath(path: readonly PropertyKey[]): string {
  return path.length === 0
    ? 'the top'
    : path
        .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
        .join('')
        .replace(/^\./, '')
}
