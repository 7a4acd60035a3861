// The slot convention: how a labelled value is found in what a check printed or answered.
import { slugOf } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'

/** A label longer than this is not looked for, in UTF-16 code units. */
export const SLOT_LABEL_LENGTH_LIMIT = 200
/** A value longer than this is not taken, in UTF-16 code units. */
export const SLOT_VALUE_LENGTH_LIMIT = 1_000
/** Separators tried per line, because labels may hold `:` and `=` themselves. */
export const SLOT_SEPARATOR_LIMIT = 8
/** Lines read per text. */
export const SLOT_LINE_LIMIT = 200_000

/** Values by the slug of their label; the first in document order wins. */
export type LabelledValues = ReadonlyMap<string, string>

/** Every scalar under a key, in document order, at any depth. */
export function labelledValuesOfJson(root: Json): LabelledValues {
  const out = new Map<string, string>()
  collectKeys(root, out)
  return out
}

/** Every `label: value` and `label=value` line; a line that is a JSON object gives its keys instead. */
export function labelledValuesOfLines(
  text: string,
  parseLine: (line: string) => Json | undefined,
): LabelledValues {
  const out = new Map<string, string>()
  let start = 0
  for (let count = 0; start < text.length && count < SLOT_LINE_LIMIT; count++) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    collectLine(text.slice(start, end).trim(), out, parseLine)
    start = end + 1
  }
  return out
}

/** The value for a label, by its slug; undefined for a label without letters or digits. */
export function valueForLabel(values: LabelledValues, label: string): string | undefined {
  const slug = slugOf(label)
  return slug === '' ? undefined : values.get(slug)
}

// The depth of parsed JSON is bounded by the parser, so recursion is too.
function collectKeys(value: Json, out: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const each of value as readonly Json[]) collectKeys(each, out)
    return
  }
  for (const [key, each] of Object.entries(value)) {
    if (typeof each === 'object') collectKeys(each, out)
    else remember(key, String(each), out)
  }
}

function collectLine(
  line: string,
  out: Map<string, string>,
  parseLine: (line: string) => Json | undefined,
): void {
  if (line.startsWith('{')) {
    const parsed = parseLine(line)
    if (parsed !== undefined) {
      collectKeys(parsed, out)
      return
    }
  }
  let tried = 0
  for (
    let at = 0;
    at < line.length && at <= SLOT_LABEL_LENGTH_LIMIT && tried < SLOT_SEPARATOR_LIMIT;
    at++
  ) {
    const mark = line[at]
    if (mark !== ':' && mark !== '=') continue
    tried++
    remember(line.slice(0, at), withoutQuotes(line.slice(at + 1)), out)
  }
}

function remember(label: string, value: string, out: Map<string, string>): void {
  if (
    label.length > SLOT_LABEL_LENGTH_LIMIT ||
    value.length > SLOT_VALUE_LENGTH_LIMIT ||
    value === ''
  )
    return
  const slug = slugOf(label)
  if (slug !== '' && !out.has(slug)) out.set(slug, value)
}

/** `**Label:** value` leaves the closing emphasis before the value. */
function withoutEmphasis(text: string): string {
  return text.startsWith('**') ? text.slice(2).trim() : text
}

function withoutQuotes(text: string): string {
  const value = withoutEmphasis(text.trim())
  const first = value[0]
  const isQuoted =
    first !== undefined && '"\'`'.includes(first) && value.length >= 2 && value.endsWith(first)
  return isQuoted ? value.slice(1, -1).trim() : value
}
