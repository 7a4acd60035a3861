// Reads a regular expression of JSON Schema (ECMA-262, `u` mode) into a tree; what is no regular language is named, not read.
import {
  complementOf,
  DIGITS,
  EVERY_POINT,
  LINE_ENDS,
  unionOf,
  WHITE_POINTS,
  WORD_POINTS,
} from './code-points.ts'
import type { CodePoints } from './code-points.ts'

export type PatternTree =
  | { readonly kind: 'points'; readonly points: CodePoints }
  /** Matches nothing wide: `^`, `$`, `\b`, an empty branch. `start` is `^`. */
  | { readonly kind: 'empty'; readonly assertion?: 'start' | 'other' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly PatternTree[] }
  | {
      readonly kind: 'repeat'
      readonly body: PatternTree
      readonly min: number
      /** Infinity = no end. */
      readonly max: number
    }

/** What keeps a pattern from being read: `lookaround`, `back-reference`, `modifier`. */
export class PatternUnread extends Error {}

/** @throws PatternUnread; the pattern must be one that `new RegExp(pattern, 'u')` takes */
export function readPattern(pattern: string): PatternTree {
  return new PatternReader(pattern).readChoice()
}

const CLASSES: Readonly<Record<string, CodePoints>> = {
  d: DIGITS,
  D: complementOf(DIGITS),
  w: WORD_POINTS,
  W: complementOf(WORD_POINTS),
  s: WHITE_POINTS,
  S: complementOf(WHITE_POINTS),
}

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, '0': 0 }

const EMPTY: PatternTree = { kind: 'empty' }

class PatternReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  readChoice(): PatternTree {
    const parts = [this.#readSequence()]
    while (this.#take('|')) parts.push(this.#readSequence())
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts }
  }

  #take(piece: string): boolean {
    if (!this.#text.startsWith(piece, this.#at)) return false
    this.#at += piece.length
    return true
  }

  #readSequence(): PatternTree {
    const parts: PatternTree[] = []
    while (this.#at < this.#text.length && !/[|)]/.test(this.#text[this.#at]!))
      parts.push(this.#readTerm())
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts }
  }

  #readTerm(): PatternTree {
    if (this.#take('^')) return { kind: 'empty', assertion: 'start' }
    for (const piece of ['$', String.raw`\b`, String.raw`\B`])
      if (this.#take(piece)) return { kind: 'empty', assertion: 'other' }
    return this.#readQuantifier(this.#readAtom())
  }

  #readQuantifier(body: PatternTree): PatternTree {
    const found = /^(?:([*+?])|\{(\d+)(,(\d*))?\})/.exec(this.#text.slice(this.#at, this.#at + 40))
    if (found === null) return body
    this.#at += found[0].length
    // Lazy or greedy, what has to be tried before a match fails is the same.
    this.#take('?')
    const [, sign, low, comma, high] = found
    if (sign !== undefined)
      return { kind: 'repeat', body, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Infinity }
    const min = Number(low)
    const max = comma === undefined ? min : high === '' ? Infinity : Number(high)
    return { kind: 'repeat', body, min, max }
  }

  #readAtom(): PatternTree {
    if (this.#take('.')) return { kind: 'points', points: complementOf(LINE_ENDS) }
    if (this.#take('[')) return { kind: 'points', points: this.#readClass() }
    if (this.#take('(')) return this.#readGroup()
    return { kind: 'points', points: this.#readPoint() }
  }

  #readGroup(): PatternTree {
    if (this.#take('?')) {
      if (/^(?:=|!|<=|<!)/.test(this.#text.slice(this.#at, this.#at + 2)))
        throw new PatternUnread('lookaround')
      if (!this.#take(':') && !this.#takeName()) throw new PatternUnread('modifier')
    }
    const body = this.readChoice()
    this.#take(')')
    // A group is one thing for what follows, also when it is empty.
    return body.kind === 'sequence' && body.parts.length === 0 ? EMPTY : body
  }

  #takeName(): boolean {
    if (!this.#take('<')) return false
    this.#at = this.#text.indexOf('>', this.#at) + 1
    return true
  }

  #readClass(): CodePoints {
    const isNegated = this.#take('^')
    const parts: CodePoints[] = []
    while (this.#at < this.#text.length && !this.#take(']')) {
      const from = this.#readPoint()
      const isRange =
        this.#text[this.#at] === '-' && this.#text[this.#at + 1] !== ']' && from.length === 1
      if (isRange) {
        this.#at++
        parts.push([[from[0]![0], this.#readPoint()[0]![1]]])
      } else parts.push(from)
    }
    const points = unionOf(parts)
    return isNegated ? complementOf(points) : points
  }

  /** One character or escape, inside or outside of a class. */
  #readPoint(): CodePoints {
    if (!this.#take('\\')) {
      const point = this.#text.codePointAt(this.#at) ?? 0
      this.#at += point > 0xffff ? 2 : 1
      return [[point, point]]
    }
    const rest = this.#text.slice(this.#at, this.#at + 200)
    // Which characters a property names is a matter of tables; to be on the safe side it is taken to be all of them.
    const property = /^[pP]\{[^}]*\}/.exec(rest)
    if (property !== null) {
      this.#at += property[0].length
      return EVERY_POINT
    }
    if (/^(?:[1-9]|k<)/.test(rest)) throw new PatternUnread('back-reference')
    const known = CLASSES[rest[0] ?? '']
    if (known !== undefined) {
      this.#at++
      return known
    }
    const point = this.#readEscapedPoint(rest)
    return [[point, point]]
  }

  #readEscapedPoint(rest: string): number {
    const hex = /^u\{([0-9a-f]+)\}/i.exec(rest) ?? /^x([0-9a-f]{2})/i.exec(rest) ?? pairOrUnit(rest)
    if (hex !== null) {
      this.#at += hex[0].length
      return Number.parseInt(hex[1], 16)
    }
    const control = /^c([a-z])/i.exec(rest)
    if (control !== null) {
      this.#at += 2
      return control[1]!.charCodeAt(0) % 32
    }
    this.#at++
    const letter = rest[0] ?? ''
    // `\b` inside a class is a backspace; outside it was read before.
    return CONTROLS[letter] ?? (letter === 'b' ? 8 : letter.charCodeAt(0))
  }
}

/** `\uD83D\uDE00` is one character, `\u0041` another. */
function pairOrUnit(rest: string): readonly [string, string] | null {
  const pair = /^u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})/i.exec(rest)
  if (pair !== null) {
    const [all, high, low] = pair
    const point = String.fromCharCode(Number.parseInt(high!, 16), Number.parseInt(low!, 16))
    return [all, point.codePointAt(0)!.toString(16)]
  }
  const unit = /^u([0-9a-f]{4})/i.exec(rest)
  return unit === null ? null : [unit[0], unit[1]!]
}
