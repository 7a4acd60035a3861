// Counts the tokens and bracket depth of a GraphQL text before anybody parses it; a parser recurses as deep as it is asked to.
import type { GraphExcess, GraphLimits } from './graph-terms.ts'

const QUOTE = 34
const HASH = 35
const BACKSLASH = 92
const BYTES_PER_UNIT = 3

/** Letters, digits and `_`: a run of them is one token. */
const IS_WORD = new Uint8Array(128)
for (const sign of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_')
  IS_WORD[sign.charCodeAt(0)] = 1

/** Tab, newline, return, space, comma: what the language skips. */
const IS_SKIPPED = new Uint8Array(128)
for (const sign of '\t\n\r ,') IS_SKIPPED[sign.charCodeAt(0)] = 1

/**
 * What of the text is too much; undefined = nothing. One pass without memory. Never counts fewer tokens than a parser of
 * the October 2021 specification; a number with a sign or a fraction counts as two or more.
 */
export function scanGraphSource(
  source: string,
  limits: Pick<GraphLimits, 'sizeBytes' | 'tokens' | 'nesting'>,
): GraphExcess | undefined {
  if (source.length > limits.sizeBytes || isOverSize(source, limits.sizeBytes))
    return {
      reason: 'size',
      got: Math.max(source.length, limits.sizeBytes + 1),
      most: limits.sizeBytes,
    }
  let tokenCount = 0
  let nesting = 0
  let at = 0
  while (at < source.length) {
    const sign = source.charCodeAt(at)
    if (sign < 128 && IS_SKIPPED[sign] === 1) {
      at++
      continue
    }
    if (sign === HASH) {
      at = endOfLine(source, at)
      continue
    }
    if (++tokenCount > limits.tokens)
      return { reason: 'tokens', got: tokenCount, most: limits.tokens }
    if (sign < 128 && IS_WORD[sign] === 1) at = endOfWord(source, at)
    else if (sign === QUOTE) at = endOfString(source, at)
    else {
      if (isOpening(sign) && ++nesting > limits.nesting)
        return { reason: 'nesting', got: nesting, most: limits.nesting }
      if (isClosing(sign)) nesting--
      at += source.startsWith('...', at) ? 3 : 1
    }
  }
  return undefined
}

function isOpening(sign: number): boolean {
  return sign === 123 || sign === 40 || sign === 91
}

function isClosing(sign: number): boolean {
  return sign === 125 || sign === 41 || sign === 93
}

/** Exact where it matters: a text of few characters cannot be over. */
function isOverSize(source: string, limitBytes: number): boolean {
  if (source.length * BYTES_PER_UNIT <= limitBytes) return false
  return new TextEncoder().encode(source).length > limitBytes
}

function endOfWord(source: string, from: number): number {
  let at = from + 1
  while (at < source.length) {
    const sign = source.charCodeAt(at)
    if (sign >= 128 || IS_WORD[sign] !== 1) break
    at++
  }
  return at
}

/** Both `\n` and `\r` end a comment. */
function endOfLine(source: string, from: number): number {
  let at = from + 1
  while (at < source.length) {
    const sign = source.charCodeAt(at)
    if (sign === 10 || sign === 13) break
    at++
  }
  return at
}

/** A string ends at its quote or, broken, at its line; a block string at three quotes that no backslash takes back. */
function endOfString(source: string, from: number): number {
  if (source.startsWith('"""', from)) {
    let end = source.indexOf('"""', from + 3)
    while (end !== -1 && source.charCodeAt(end - 1) === BACKSLASH)
      end = source.indexOf('"""', end + 3)
    return end === -1 ? source.length : end + 3
  }
  let at = from + 1
  while (at < source.length) {
    const sign = source.charCodeAt(at)
    if (sign === QUOTE) return at + 1
    if (sign === 10 || sign === 13) return at
    at += sign === BACKSLASH ? 2 : 1
  }
  return source.length
}
