// Judges a user's JSON Schema before anything compiles it: limits, references, patterns, and what it can cost.
import type { PatternReason } from './pattern-check.ts'
import { judgePattern } from './pattern-check.ts'
import { costOfSchemas } from './schema-cost.ts'
import { isSchemaObject, walkSchema } from './schema-walk.ts'
import type { SchemaNode } from './schema-walk.ts'

export interface SchemaLimits {
  /** Of the schema as JSON text. */
  readonly sizeBytes: number
  /** Levels of the schema as a value. */
  readonly depth: number
  readonly schemaCount: number
  readonly patternCount: number
  /** Schemas asked along one path through a body. */
  readonly evaluations: number
  /** `maxItems` that `uniqueItems` over objects needs: it compares each with each. */
  readonly uniqueItems: number
}

export const SCHEMA_LIMITS: SchemaLimits = {
  sizeBytes: 262_144,
  depth: 64,
  schemaCount: 5_000,
  patternCount: 200,
  evaluations: 10_000,
  uniqueItems: 256,
}

export type SchemaReason =
  | 'not-a-schema'
  | 'too-large'
  | 'too-deep'
  | 'too-many-schemas'
  | 'too-many-patterns'
  | 'dialect'
  | 'remote-reference'
  | 'missing-reference'
  | 'unsupported-keyword'
  | 'unbounded-unique-items'
  | 'endless-recursion'
  | 'exponential-recursion'
  | 'too-costly'
  | `pattern-${PatternReason}`

export interface SchemaRefusal {
  readonly ok: false
  readonly reason: SchemaReason
  /** JSON Pointer to the schema it is about. */
  readonly at: string
  readonly detail: string
}

/** What bodies the contract will meet; the defaults of the scan are `{ sizeBytes: 1_048_576, depth: 32 }`. */
export interface BodyLimits {
  readonly sizeBytes: number
  readonly depth: number
}

const DIALECT = /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/
/**
 * `$dynamicRef` resolves by where a schema was reached from, which no bound here follows; `$async` makes a contract answer with
 * a promise, and a promise is true.
 */
const UNSUPPORTED = ['$dynamicRef', '$dynamicAnchor', '$recursiveRef', '$recursiveAnchor', '$async']

/** The schema as text, once it is known to be small: the part of the judgement that any thread can afford. */
export function writeSchema(
  schema: unknown,
  limits: SchemaLimits = SCHEMA_LIMITS,
): SchemaRefusal | { readonly ok: true; readonly text: string } {
  if (!isSchemaObject(schema)) return refuse('not-a-schema', '', 'a JSON object')
  // The plain value first: whatever recurses over it later must not meet a depth that ends it.
  if (depthOver(schema, limits.depth))
    return refuse('too-deep', '', `at most ${limits.depth} levels`)
  const text = JSON.stringify(schema)
  return new TextEncoder().encode(text).length > limits.sizeBytes
    ? refuse('too-large', '', `at most ${limits.sizeBytes} bytes`)
    : { ok: true, text }
}

/**
 * Refuses what could hurt the process that compiles a schema or asks it: no network reference, no pattern or recursion whose work
 * explodes. Its own work is bounded, and can still be a second for a hostile schema: call it where that does not matter.
 * @param schema as JSON.parse gives it
 */
export function judgeSchema(
  schema: unknown,
  body: BodyLimits,
  limits: SchemaLimits = SCHEMA_LIMITS,
): SchemaRefusal | { readonly ok: true; readonly evaluations: number } {
  const written = writeSchema(schema, limits)
  if (!written.ok) return written
  const walked = walkSchema(schema, limits)
  if (!walked.ok) return refuse(walked.reason, walked.at, `at most ${limits.schemaCount} schemas`)
  const { nodes } = walked
  const fault =
    findWordFault(nodes, limits) ?? linkReferences(nodes) ?? findPatternFault(nodes, body, limits)
  if (fault !== undefined) return fault
  const cost = costOfSchemas(nodes, body.depth)
  if (!cost.ok)
    return cost.reason === 'endless'
      ? refuse('endless-recursion', cost.at, 'no schema that asks itself about the same value')
      : refuse(
          'exponential-recursion',
          cost.at,
          'recursion by one way only for a value; tell branches apart by type',
        )
  if (cost.evaluations > limits.evaluations)
    return refuse('too-costly', '', `at most ${limits.evaluations} evaluations along one path`)
  return { ok: true, evaluations: cost.evaluations }
}

function refuse(reason: SchemaReason, at: string, expected: string): SchemaRefusal {
  return { ok: false, reason, at, detail: `expected ${expected}` }
}

function depthOver(root: object, limit: number): boolean {
  let level: readonly object[] = [root]
  let count = 0
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true
    level = level.flatMap((each) =>
      Object.values(each).filter(
        (value): value is object => typeof value === 'object' && value !== null,
      ),
    )
    count += level.length
    // A value that refers to itself in many places grows before it is deep.
    if (count > VALUE_LIMIT_COUNT) return true
  }
  return false
}

/** Objects and lists of a schema looked at before its size is known. */
const VALUE_LIMIT_COUNT = 200_000

function findWordFault(
  nodes: readonly SchemaNode[],
  limits: SchemaLimits,
): SchemaRefusal | undefined {
  for (const { at, keywords } of nodes) {
    const dialect = keywords['$schema']
    if (dialect !== undefined && !(typeof dialect === 'string' && DIALECT.test(dialect)))
      return refuse('dialect', at, 'JSON Schema 2020-12')
    const unsupported = UNSUPPORTED.find((word) => keywords[word] !== undefined)
    if (unsupported !== undefined) return refuse('unsupported-keyword', at, `no ${unsupported}`)
    if (at !== '' && keywords['$id'] !== undefined)
      return refuse('unsupported-keyword', at, '$id at the top only')
    if (keywords['uniqueItems'] === true && !isUniqueCheap(keywords, limits.uniqueItems))
      return refuse(
        'unbounded-unique-items',
        at,
        `beside uniqueItems a maxItems of at most ${limits.uniqueItems}, or items of scalar types`,
      )
  }
  return undefined
}

function isUniqueCheap(keywords: SchemaNode['keywords'], limit: number): boolean {
  const { maxItems, items } = keywords
  if (typeof maxItems === 'number' && maxItems <= limit) return true
  if (!isSchemaObject(items) || items['type'] === undefined) return false
  const types: readonly unknown[] = Array.isArray(items['type']) ? items['type'] : [items['type']]
  return !types.some((type) => type === 'object' || type === 'array')
}

/** Adds an edge for each `$ref`; refuses those that leave the document or lead nowhere in it. */
function linkReferences(nodes: readonly SchemaNode[]): SchemaRefusal | undefined {
  const places = new Map<string, number>()
  for (const [id, { at, keywords }] of nodes.entries()) {
    places.set(at, id)
    if (typeof keywords['$anchor'] === 'string') places.set(`#${keywords['$anchor']}`, id)
  }
  const own = nodes[0]?.keywords['$id']
  for (const { at, keywords, same } of nodes) {
    const reference = keywords['$ref']
    if (reference === undefined) continue
    const given = typeof reference === 'string' ? reference : ''
    const local =
      typeof own === 'string' && given.startsWith(`${own.replace(/#$/, '')}#`)
        ? given.slice(given.indexOf('#'))
        : given
    if (!local.startsWith('#'))
      return refuse('remote-reference', at, 'a $ref within this document (#/$defs/…)')
    const target = places.get(
      local === '#' ? '' : local.startsWith('#/') ? decodePointer(local.slice(1)) : local,
    )
    if (target === undefined)
      return refuse('missing-reference', at, 'a $ref to a schema of this document')
    same.push(target)
  }
  return undefined
}

function decodePointer(pointer: string): string {
  try {
    return decodeURIComponent(pointer)
  } catch {
    // What is no percent-encoding leads to no schema.
    return '#'
  }
}

function findPatternFault(
  nodes: readonly SchemaNode[],
  body: BodyLimits,
  limits: SchemaLimits,
): SchemaRefusal | undefined {
  let count = 0
  for (const { at, keywords } of nodes) {
    const names = isSchemaObject(keywords['propertyNames']) ? keywords['propertyNames'] : {}
    const patterns: (readonly [unknown, unknown])[] = [
      ...(keywords['pattern'] === undefined
        ? []
        : [[keywords['pattern'], keywords['maxLength']] as const]),
      ...Object.keys(
        isSchemaObject(keywords['patternProperties']) ? keywords['patternProperties'] : {},
      ).map((pattern) => [pattern, names['maxLength']] as const),
    ]
    for (const [pattern, maxLength] of patterns) {
      if (++count > limits.patternCount)
        return refuse('too-many-patterns', at, `at most ${limits.patternCount} patterns`)
      if (typeof pattern !== 'string') return refuse('not-a-schema', at, 'a pattern that is a text')
      const length =
        typeof maxLength === 'number' && maxLength >= 1
          ? Math.min(maxLength, body.sizeBytes)
          : body.sizeBytes
      const judged = judgePattern(pattern, length, body.sizeBytes)
      if (!judged.ok)
        return { ok: false, reason: `pattern-${judged.reason}`, at, detail: judged.detail }
    }
  }
  return undefined
}
