// Reads a YAML file that people write by hand against a strict shape; what is wrong is said where it stands.
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Node } from 'yaml'
import type { z } from 'zod'
import { messageOf } from '../kernel/index.ts'
import { singleLine } from './inline.ts'
import { mistakeIn } from './yaml-mistake.ts'
import type { PlaceAt } from './yaml-mistake.ts'

/** How often aliases may be followed; files of ours need none, and each could multiply the size. */
const ALIAS_LIMIT_COUNT = 100

export interface YamlShape<T> {
  readonly schema: z.ZodType<T>
  /** For "did you mean": which keys may stand where. */
  readonly placeAt: PlaceAt
}

export interface YamlRefusal {
  readonly ok: false
  /** Whether the text is no YAML, multiplies itself, or holds the wrong things. */
  readonly stage: 'syntax' | 'aliases' | 'shape'
  readonly detail: string
  /** Counted from 1; absent where the reader broke down as a whole. */
  readonly place?: { readonly line: number; readonly col: number }
  readonly cause?: unknown
}

export type YamlRead<T> = { readonly ok: true; readonly value: T } | YamlRefusal

/** Values of a YAML or JSON text, when they have the shape. Tags, merge keys and doubled keys are refused. */
export function readYamlText<T>(text: string, shape: YamlShape<T>): YamlRead<T> {
  const lines = new LineCounter()
  const document = parseGuarded(text, lines)
  if ('ok' in document) return document
  // An unknown tag is only a warning to the reader; here it would silently become a text.
  const cause = document.errors[0] ?? document.warnings[0]
  if (cause !== undefined) {
    const place = lines.linePos(cause.pos[0])
    return { ok: false, stage: 'syntax', detail: singleLine(cause.message), place, cause }
  }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: ALIAS_LIMIT_COUNT })
  } catch (thrown) {
    const detail = `expected YAML without multiplying aliases, got: ${singleLine(messageOf(thrown))}`
    return { ok: false, stage: 'aliases', detail, cause: thrown }
  }
  const checked = shape.schema.safeParse(value)
  if (checked.success) return { ok: true, value: checked.data }
  const { path, message } = mistakeIn(value, checked.error.issues, shape.placeAt)
  const place = lines.linePos(offsetOf(document, path))
  return { ok: false, stage: 'shape', detail: singleLine(message), place }
}

// The YAML reader recurses, so a text of nested brackets ends in a RangeError of its own making.
function parseGuarded(
  text: string,
  lines: LineCounter,
): ReturnType<typeof parseDocument> | YamlRefusal {
  try {
    return parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: true,
      merge: false,
      stringKeys: true,
    })
  } catch (cause) {
    const detail = `expected YAML, got ${singleLine(messageOf(cause))}`
    return { ok: false, stage: 'syntax', detail, cause }
  }
}

/** Where the deepest part of a path that exists stands; the key itself for a key that should not be there. */
function offsetOf(
  document: ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
): number {
  let node: unknown = document.contents
  let offset = rangeStart(node) ?? 0
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step)
      if (pair === undefined) return offset
      offset = rangeStart(pair.key) ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step]
      offset = rangeStart(node) ?? offset
    } else return offset
  }
  return offset
}

function rangeStart(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) ? (node as Node).range?.[0] : undefined
}
