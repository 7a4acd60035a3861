// Reads the YAML front matter of a document, guarded against documents that want to exhaust the reader.
import { isMap, parseDocument } from 'yaml'
import { messageOf } from '../kernel/index.ts'
import { singleLine } from './inline.ts'

/** Longest front matter that is parsed, in UTF-16 units. */
export const FRONT_MATTER_LIMIT_UNITS = 65_536

export interface FrontMatter {
  /** Top-level keys with their values as short text; nested values are left out. */
  readonly entries: Readonly<Record<string, string>>
  /** Why it could not be read; the rest of the document is read all the same. */
  readonly problem?: string
  /** Where the document's own text starts. */
  readonly end: number
  readonly nextLine: number
}

const OPENING = /^---[ \t]*(?:\r\n|\n|\r)/
const CLOSING = /(?:^|\r\n|\n|\r)(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|$)/g

/** The front matter at the very start of the text, if there is any. */
export function readFrontMatter(text: string): FrontMatter | undefined {
  const opening = OPENING.exec(text)
  if (opening === null) return undefined
  CLOSING.lastIndex = opening[0].length
  const closing = CLOSING.exec(text)
  if (closing === null) return undefined
  const source = text.slice(opening[0].length, closing.index)
  // A thematic break at the start of an ordinary document must not swallow everything up to the next one.
  if (source.trim() !== '' && !/^\s*(?:#|[\w"'-][^\n\r]{0,200}:(?:\s|$))/.test(source))
    return undefined
  const end = closing.index + closing[0].length
  const nextLine = text.slice(0, end).split(/\r\n|\n|\r/).length
  return { ...readEntries(source), end, nextLine }
}

function readEntries(source: string): { entries: Record<string, string>; problem?: string } {
  if (source.length > FRONT_MATTER_LIMIT_UNITS) {
    return { entries: {}, problem: `it is longer than ${FRONT_MATTER_LIMIT_UNITS} characters` }
  }
  const parsed = parseGuarded(source)
  if ('problem' in parsed) return { entries: {}, problem: parsed.problem }
  const error = parsed.errors[0]
  if (error !== undefined) return { entries: {}, problem: error.code }
  // Only scalars of the top level are taken, so aliases are never expanded.
  const entries: Record<string, string> = Object.create(null)
  if (!isMap(parsed.contents)) return { entries }
  for (const pair of parsed.contents.items) {
    const key: unknown = pair.key === null ? undefined : Reflect.get(Object(pair.key), 'value')
    const value: unknown =
      pair.value === null ? undefined : Reflect.get(Object(pair.value), 'value')
    if (typeof key !== 'string') continue
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      entries[key] = String(value)
  }
  return { entries: { ...entries } }
}

// The YAML reader recurses, so a text of nested brackets ends in a RangeError of its own making.
function parseGuarded(
  source: string,
): ReturnType<typeof parseDocument> | { readonly problem: string } {
  try {
    return parseDocument(source, { merge: false, uniqueKeys: true, prettyErrors: false })
  } catch (cause) {
    return { problem: singleLine(messageOf(cause)) }
  }
}
