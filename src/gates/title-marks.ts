// What an item's own words say about how much it matters: `(optional)` at its end, or a title that is struck out.
import type { MarkdownDocument, Span } from '../document/index.ts'
import { loweringIn } from './heading-words.ts'

/** Words in brackets at the end, with nothing but marks behind. */
const LAST_BRACKET = /[([]\s*([^()[\]]{3,40}?)\s*[)\]][^\p{L}\p{N}]*$/u

/** The word in brackets at the end of a title that makes an item advisory: `(optional)`, `[empfohlen]`. */
export function loweringWord(title: string): string | undefined {
  const words = LAST_BRACKET.exec(title)?.[1]
  return words === undefined ? undefined : loweringIn(words)
}

/** Whether the whole title is struck through (GFM section 6.5); a part that is struck out changes nothing. */
export function isStruckOut(document: MarkdownDocument, titleSpans: readonly Span[]): boolean {
  const first = titleSpans[0]
  const last = titleSpans.at(-1)
  if (first === undefined || last === undefined) return false
  // Spans of code and of further lines lie between; comments belong to no span and stay in the slice.
  const raw = document.reading.text.slice(first.start, last.end).trim()
  const bare = raw.replace(/^[*_]{1,3}(?=~)/, '').replace(/(?<=~)[*_]{1,3}$/, '')
  return /^(~~?)(?![\s~])(?:(?!\1)[^])*[^\s~]\1[.;:,]?$/.test(bare)
}
