// Looks through JSON bytes before they are parsed, for everything a parser would silently change or that would hurt later.

/** Limits of one body; each is a count or a size that a contract can raise. */
export interface ScanLimits {
  readonly sizeBytes: number
  readonly depth: number
  /** Keys of all objects together. */
  readonly keyCount: number
  /** Values, keys not counted. */
  readonly valueCount: number
}

export const SCAN_LIMITS: ScanLimits = {
  sizeBytes: 1_048_576,
  depth: 32,
  keyCount: 10_000,
  valueCount: 100_000,
}

/** Why a body is refused; stable, for counters and audits. */
export type ScanReason =
  | 'too-large'
  | 'empty'
  | 'byte-order-mark'
  | 'not-utf-8'
  | 'not-json'
  | 'too-deep'
  | 'too-many-keys'
  | 'too-many-values'
  | 'duplicate-key'
  | 'forbidden-key'
  | 'lone-surrogate'
  | 'null-character'
  | 'inexact-number'

export interface ScanRefusal {
  readonly ok: false
  readonly reason: ScanReason
  /** UTF-16 offset into the decoded text, where there is one. */
  readonly at?: number
}

export type ScanResult = { readonly ok: true; readonly value: unknown } | ScanRefusal

/** Keys that reach into prototypes in code that copies objects by assignment. */
const FORBIDDEN_KEY = '__proto__'

/** Objects with more keys are searched through a set, smaller ones one by one. */
const SMALL_OBJECT_KEY_COUNT = 12

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const COMMA = 0x2c
const COLON = 0x3a
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39
const POINT = 0x2e
const PLUS = 0x2b
const LOWER_E = 0x65
/** Set in lower-case ASCII letters only. */
const CASE_BIT = 0x20

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The value of a JSON body, or why it is refused. Depth and counts are checked before anything is built, so that a body of
 * brackets costs one pass and no memory. Numbers must be what their text says: none that overflows or vanishes, none of
 * which a double would round a digit away; 9007199254740993 is refused, 1e51 is not.
 */
export function scanJson(bytes: Uint8Array, limits: ScanLimits = SCAN_LIMITS): ScanResult {
  if (bytes.length > limits.sizeBytes) return { ok: false, reason: 'too-large' }
  if (bytes.length === 0) return { ok: false, reason: 'empty' }
  let text: string
  try {
    text = decoder.decode(bytes)
  } catch {
    // The decoder says no more than that the bytes are no UTF-8.
    return { ok: false, reason: 'not-utf-8' }
  }
  if (text.charCodeAt(0) === 0xfeff) return { ok: false, reason: 'byte-order-mark', at: 0 }
  const refusal = new Scan(text, limits).run()
  if (refusal !== undefined) return refusal
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    // Grammar is the parser's business: the scan looks for what the parser lets through.
    return { ok: false, reason: 'not-json' }
  }
}

/** One pass over a text. Reads tokens loosely: whatever is no JSON at all is refused by the parser afterwards. */
class Scan {
  readonly #text: string
  readonly #limits: ScanLimits
  /** Keys of all open objects, one after the other. */
  readonly #keys: string[] = []
  /** For each open bracket where its keys begin, or -1 for an array. */
  readonly #starts: number[] = []
  readonly #sets: (Set<string> | undefined)[] = []
  #keyCount = 0
  #valueCount = 0
  #at = 0

  constructor(text: string, limits: ScanLimits) {
    this.#text = text
    this.#limits = limits
  }

  run(): ScanRefusal | undefined {
    const text = this.#text
    const { length } = text
    // After `{` or `,` inside an object the next string is a key.
    let isKeyNext = false
    while (this.#at < length) {
      const code = text.charCodeAt(this.#at)
      let refusal: ScanRefusal | undefined
      if (code === QUOTE) {
        refusal = this.#readString(isKeyNext)
        isKeyNext = false
      } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
        refusal = this.#open(code === OPEN_OBJECT)
        isKeyNext = code === OPEN_OBJECT
      } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
        this.#close()
        isKeyNext = false
      } else if (code === COMMA) {
        isKeyNext = (this.#starts.at(-1) ?? -1) >= 0
        this.#at++
      } else if (code === MINUS || (code >= ZERO && code <= NINE)) {
        refusal = this.#readNumber()
      } else {
        if (code === COLON) isKeyNext = false
        this.#at++
      }
      if (refusal !== undefined) return refusal
    }
    return undefined
  }

  #refuse(reason: ScanReason, at = this.#at): ScanRefusal {
    return { ok: false, reason, at }
  }

  #countValue(): ScanRefusal | undefined {
    return ++this.#valueCount > this.#limits.valueCount
      ? this.#refuse('too-many-values')
      : undefined
  }

  #open(isObject: boolean): ScanRefusal | undefined {
    if (this.#starts.length >= this.#limits.depth) return this.#refuse('too-deep')
    this.#starts.push(isObject ? this.#keys.length : -1)
    this.#sets.push(undefined)
    this.#at++
    return this.#countValue()
  }

  #close(): void {
    const start = this.#starts.pop()
    this.#sets.pop()
    if (start !== undefined && start >= 0) this.#keys.length = start
    this.#at++
  }

  #readString(isKey: boolean): ScanRefusal | undefined {
    const text = this.#text
    const start = this.#at + 1
    let at = start
    let hasEscape = false
    const { length } = text
    for (; at < length; at++) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) break
      if (code === BACKSLASH) {
        hasEscape = true
        at++
      }
    }
    if (at >= length) return this.#refuse('not-json', start - 1)
    this.#at = at + 1
    // UTF-8 that decodes has neither lone surrogates nor, unescaped, anything below a blank that the parser would take.
    if (!hasEscape && !isKey) return this.#countValue()
    const raw = text.slice(start, at)
    const refusal = hasEscape ? this.#judgeEscapes(raw, start) : undefined
    if (refusal !== undefined) return refusal
    return isKey ? this.#judgeKey(hasEscape ? unescape(raw) : raw, start) : this.#countValue()
  }

  #judgeEscapes(raw: string, start: number): ScanRefusal | undefined {
    const plain = unescape(raw)
    if (plain === undefined) return this.#refuse('not-json', start)
    if (plain.includes('\0')) return this.#refuse('null-character', start)
    return plain.isWellFormed() ? undefined : this.#refuse('lone-surrogate', start)
  }

  #judgeKey(key: string | undefined, at: number): ScanRefusal | undefined {
    if (key === undefined) return this.#refuse('not-json', at)
    if (key === FORBIDDEN_KEY) return this.#refuse('forbidden-key', at)
    if (++this.#keyCount > this.#limits.keyCount) return this.#refuse('too-many-keys', at)
    const start = this.#starts.at(-1) ?? 0
    if (this.#hasKey(key, start)) return this.#refuse('duplicate-key', at)
    this.#keys.push(key)
    return undefined
  }

  #hasKey(key: string, start: number): boolean {
    const count = this.#keys.length - start
    if (count < SMALL_OBJECT_KEY_COUNT) {
      for (let index = start; index < this.#keys.length; index++)
        if (this.#keys[index] === key) return true
      return false
    }
    const place = this.#sets.length - 1
    const set = (this.#sets[place] ??= new Set(this.#keys.slice(start)))
    if (set.has(key)) return true
    set.add(key)
    return false
  }

  #readNumber(): ScanRefusal | undefined {
    const text = this.#text
    const start = this.#at
    let at = start + 1
    let hasExponent = false
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code >= ZERO && code <= NINE) continue
      // Sign, point and exponent; the grammar is the parser's.
      if ((code | CASE_BIT) === LOWER_E) hasExponent = true
      else if (code !== POINT && code !== PLUS && code !== MINUS) break
    }
    this.#at = at
    // Up to fifteen digits every decimal survives the way into a double and back, unless its exponent is too large.
    if (at - start > 15 || hasExponent) {
      const piece = text.slice(start, at)
      if (!isExactNumber(piece))
        return this.#refuse(Number.isNaN(Number(piece)) ? 'not-json' : 'inexact-number', start)
    }
    return this.#countValue()
  }
}

function unescape(raw: string): string | undefined {
  try {
    return JSON.parse(`"${raw}"`) as string
  } catch {
    return undefined
  }
}

/** Whether the double nearest to a decimal text, written shortest, is that decimal again. */
function isExactNumber(text: string): boolean {
  const value = Number(text)
  if (!Number.isFinite(value)) return false
  const told = digitsOf(text)
  const kept = digitsOf(String(value))
  return told.digits === kept.digits && (told.digits === '' || told.exponent === kept.exponent)
}

/** Significant digits without zeros around them, and the power of ten of the last one. */
function digitsOf(text: string): { readonly digits: string; readonly exponent: number } {
  const [mantissa = '', power = '0'] = text.toLowerCase().replace(/^-/, '').split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = whole + fraction
  let [from, to] = [0, all.length]
  while (from < to && all.charCodeAt(from) === ZERO) from++
  // A loop: a pattern for "noughts, then the end" takes quadratic time on noughts that are followed by something else.
  while (to > from && all.charCodeAt(to - 1) === ZERO) to--
  return {
    digits: all.slice(from, to),
    exponent: Number(power) - fraction.length + all.length - to,
  }
}
