// Finds `✅❌`: pairs of status glyphs of which one has to go.
import { labelBefore } from './labels.ts'
import type { Span } from './inline.ts'

/** An undecided pair, glyphs in either order, with nothing or a slash between them. */
export interface Toggle {
  /** Offsets of the pair. */
  readonly start: number
  readonly end: number
  readonly label: string
  /** Offsets of the two glyphs, variation selectors included. */
  readonly yes: { readonly start: number; readonly end: number }
  readonly no: { readonly start: number; readonly end: number }
}

const PAIR = /(✅\ufe0f?)([ \t]*\/[ \t]*)?(❌\ufe0f?)|(❌\ufe0f?)([ \t]*\/[ \t]*)?(✅\ufe0f?)/gu

export function findToggles(text: string, spans: readonly Span[]): Toggle[] {
  const toggles: Toggle[] = []
  for (const span of spans) {
    if (span.kind === 'html') continue
    const piece = text.slice(span.start, span.end)
    if (!piece.includes('✅')) continue
    for (const match of piece.matchAll(PAIR)) {
      const start = span.start + match.index
      const end = start + match[0].length
      const first = { start, end: start + (match[1] ?? match[4] ?? '').length }
      const second = { start: end - (match[3] ?? match[6] ?? '').length, end }
      const isYesFirst = match[1] !== undefined
      toggles.push({
        start,
        end,
        label: labelBefore(text, span, start),
        yes: isYesFirst ? first : second,
        no: isYesFirst ? second : first,
      })
    }
  }
  return toggles
}
