// The path language into JSON: `$.a.b[0]['x']`, nothing more, so that every path has one cheap meaning.
import type { Json } from '../kernel/index.ts'
import { verdictFault } from './errors.ts'

/** Longest path, in characters. */
export const JSON_PATH_LENGTH_LIMIT = 512

const STEP = /\.([\p{L}_][\p{L}\p{N}_-]*)|\[(0|[1-9]\d{0,8})\]|\['([^'\\]*)'\]|\["([^"\\]*)"\]/uy

/**
 * The steps of a path: texts for keys, numbers for positions.
 * @throws VERDICT_PLAN_PATH_REFUSED for anything but `$` followed by such steps.
 */
export function parseJsonPath(path: string): readonly (string | number)[] {
  const steps: (string | number)[] = []
  if (path.length <= JSON_PATH_LENGTH_LIMIT && path.startsWith('$')) {
    STEP.lastIndex = 1
    let at = 1
    while (at < path.length) {
      const found = STEP.exec(path)
      if (found === null) break
      steps.push(
        found[2] === undefined ? (found[1] ?? found[3] ?? found[4] ?? '') : Number(found[2]),
      )
      at = STEP.lastIndex
    }
    if (at === path.length) return steps
  }
  const shown = JSON.stringify(path.slice(0, JSON_PATH_LENGTH_LIMIT).toWellFormed())
  throw verdictFault(
    'VERDICT_PLAN_PATH_REFUSED',
    `expected a path such as $.a.b[0]['x'], got ${shown}`,
  )
}

/** The value at the path, or undefined when there is none. Only own keys count. */
export function valueAtPath(root: Json, path: string): Json | undefined {
  let value: Json | undefined = root
  for (const step of parseJsonPath(path)) {
    if (typeof value !== 'object' || value === null) return undefined
    if (Array.isArray(value)) {
      value = typeof step === 'number' ? (value as readonly Json[])[step] : undefined
    } else {
      const key = String(step)
      const record = value as { readonly [key: string]: Json }
      value = typeof step === 'string' && Object.hasOwn(record, key) ? record[key] : undefined
    }
  }
  return value
}
