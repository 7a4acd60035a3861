// Reads a strangers' in-toto statement: its predicate, its subjects, and which of them is the artefact.
import { messageOf, parseStrictJson, utf8Text } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'

const STATEMENT_TYPES: ReadonlySet<unknown> = new Set([
  'https://in-toto.io/Statement/v0.1',
  'https://in-toto.io/Statement/v1',
])
/** Digests that nobody can make a second artefact for. */
export const STRONG_DIGESTS = ['sha256', 'sha384', 'sha512'] as const

type JsonMap = Readonly<Record<string, Json>>

/** What a statement says of an artefact. */
export interface ForeignStatement {
  readonly predicateType: string
  readonly builder: string | null
  readonly subjects: readonly {
    readonly name: string
    readonly digests: Readonly<Record<string, string>>
  }[]
}

export type ReadForeign =
  | { readonly ok: true; readonly value: ForeignStatement }
  | { readonly ok: false; readonly reason: string }

export function readForeignStatement(payload: Uint8Array): ReadForeign {
  let value: Json
  try {
    value = parseStrictJson(utf8Text(payload))
  } catch (thrown) {
    return { ok: false, reason: `its statement is not plain JSON: ${messageOf(thrown)}` }
  }
  const statement = mapOf(value)
  if (!STATEMENT_TYPES.has(statement['_type']))
    return { ok: false, reason: 'what it signs is no in-toto statement' }
  const predicateType = statement['predicateType']
  const subject = statement['subject']
  if (typeof predicateType !== 'string' || !Array.isArray(subject) || subject.length === 0)
    return { ok: false, reason: 'its statement names no predicate or no subject' }
  return {
    ok: true,
    value: {
      predicateType,
      builder: builderOf(mapOf(statement['predicate'])),
      subjects: subject.map(subjectOf),
    },
  }
}

/** Name of the subject that is the artefact: one strong digest equals, and none contradicts. */
export function matchSubject(
  { subjects }: ForeignStatement,
  digests: Readonly<Record<string, string>>,
): string | undefined {
  const found = subjects.find((subject) => {
    const shared = STRONG_DIGESTS.filter(
      (name) => digests[name] !== undefined && subject.digests[name] !== undefined,
    )
    return shared.length > 0 && shared.every((name) => digests[name] === subject.digests[name])
  })
  return found?.name
}

function subjectOf(value: Json): ForeignStatement['subjects'][number] {
  const { name, digest } = mapOf(value)
  const digests = Object.entries(mapOf(digest)).filter(
    (each): each is [string, string] => typeof each[1] === 'string',
  )
  return { name: typeof name === 'string' ? name : '', digests: Object.fromEntries(digests) }
}

/** SLSA v0.2 has the builder in the predicate, v1 under the details of the run. */
function builderOf(predicate: JsonMap): string | null {
  const builder = mapOf(predicate['builder'] ?? mapOf(predicate['runDetails'])['builder'])
  return typeof builder['id'] === 'string' ? builder['id'] : null
}

function mapOf(value: Json | undefined): JsonMap {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as JsonMap)
    : {}
}
