// Holds what somebody tells of an entry against the proven bytes of it, field by field.
import { canonicalize, SeaworthyError } from '../kernel/index.ts'
import type { EntryProofReport } from './entry-proof.ts'

/** An entry as a server shows it: nothing of it is to be believed before it was compared. */
export interface ToldEntry {
  readonly seq: number
  readonly time: string
  readonly leafHash: string
  readonly prev: string | null
  /** What the server calls the body; a forger may leave members out, and add some. */
  readonly body: object
}

/** Names of the fields of which the proven bytes say something else; `entry` when no entry of the house was proven. */
export function fieldsToldOtherwise(report: EntryProofReport, told: ToldEntry): readonly string[] {
  const { entry, leafHash } = report
  if (entry === null || leafHash === null) return ['entry']
  const { seq, time, prev } = told
  const shown = flatten({ seq, time, prev, leafHash: told.leafHash }, told.body)
  const { body, ...head } = entry
  const proven = flatten({ ...head, leafHash }, body)
  return [...new Set([...proven.keys(), ...shown.keys()])].filter(
    (name) => proven.get(name) !== shown.get(name),
  )
}

/** `body.type` and the like to the exact text of the value. */
function flatten(head: object, body: object): ReadonlyMap<string, string> {
  return new Map([
    ...Object.entries(head).map(([name, value]) => [name, exactText(value)] as const),
    ...Object.entries(body).map(([name, value]) => [`body.${name}`, exactText(value)] as const),
  ])
}

function exactText(value: unknown): string {
  try {
    return canonicalize(value)
  } catch (thrown) {
    if (!(thrown instanceof SeaworthyError)) throw thrown
    // What JSON cannot say exactly is in no entry, so it equals nothing that was proven.
    return ''
  }
}
