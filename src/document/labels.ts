// Finds the name that a line gives to a slot or toggle on it.
import { plainText } from './inline.ts'
import type { Span } from './inline.ts'

/** Longest label, in UTF-16 units. */
const LABEL_LIMIT_UNITS = 120
/** How much of a line is read for a label, in UTF-16 units; keeps lines of many spots cheap. */
const CONTEXT_LIMIT_UNITS = 400

// A key such as `queue_depth{tenant="a"}:` inside the code span is what a command prints, so it names the value best.
const PRINTED_KEY = /([A-Za-z_][\w.:]{0,100}(?:\{[^{}]{0,200}\})?)\s*[:=]\s*$/

/**
 * The label of a spot at `start`: a printed key right before it, else what stands before the line's colon, else
 * whatever stands before it.
 */
export function labelBefore(text: string, span: Span, start: number): string {
  const context = text.slice(
    span.contextStart,
    Math.min(start, span.contextStart + CONTEXT_LIMIT_UNITS),
  )
  if (span.kind === 'code') {
    const key = PRINTED_KEY.exec(
      text.slice(Math.max(span.start, start - CONTEXT_LIMIT_UNITS), start),
    )?.[1]
    if (key !== undefined && /[_.{]/.test(key)) return key
  }
  const before = readable(context.replace(/`[^`]*$/, ''))
  const colon = /^([^:]{1,120}):/.exec(before)?.[1]
  if (colon !== undefined) return tidyLabel(colon)
  return tidyLabel(before.replace(/(?:____+|✅\s*\/?\s*❌).*$/su, ''))
}

function readable(markdown: string): string {
  const span = {
    kind: 'text' as const,
    start: 0,
    end: markdown.length,
    line: 1,
    contextStart: 0,
    contextEnd: 0,
  }
  return plainText(markdown, [span])
}

function tidyLabel(label: string): string {
  return label
    .replace(/`/g, '')
    .replace(/^\[[ xX]\]\s*/, '')
    .replace(/[\s:=(—–-]+$/u, '')
    .trim()
    .slice(0, LABEL_LIMIT_UNITS)
}
