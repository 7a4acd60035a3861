// The position automaton of a pattern (Glushkov 1961): one state per character of the pattern, edges with how often they are there.
import { doOverlap, EVERY_POINT } from './code-points.ts'
import type { CodePoints } from './code-points.ts'
import type { PatternTree } from './pattern-syntax.ts'

/** A count of one place is written out up to here; above, it is taken for a loop. */
const WRITTEN_OUT_COUNT = 16

export interface Automaton {
  readonly stateCount: number
  /** The states that can follow a state. */
  readonly next: readonly (readonly number[])[]
  /** Edges that exist twice, as `from * stateCount + to`: two ways of going the same step. */
  readonly doubled: ReadonlySet<number>
  /** Whether two states can be entered by the same character, as `a * stateCount + b`. */
  readonly overlap: Uint8Array
  /** How often the loops around a state can turn; Infinity when there is no end. 1 outside of loops. */
  readonly turns: readonly number[]
  /** The state of everything before an unanchored match; undefined when the pattern begins with `^`. */
  readonly lead: number | undefined
  /** Something that may match nothing is counted, as in `(a?){30}`. */
  readonly countsNothing: boolean
}

interface Piece {
  readonly first: readonly number[]
  readonly last: readonly number[]
  readonly canBeEmpty: boolean
}

/** @returns undefined when it would have more states than that */
export function automatonOf(tree: PatternTree, stateLimit: number): Automaton | undefined {
  const builder = new AutomatonBuilder(stateLimit)
  return builder.finish(tree)
}

class AutomatonBuilder {
  readonly #limit: number
  readonly #points: CodePoints[] = []
  readonly #turns: number[] = []
  readonly #next: Set<number>[] = []
  readonly #doubled: (readonly [number, number])[] = []
  #countsNothing = false
  /** A loop has to turn more than once before it may end; the states do not say so. */
  #countsUp = false

  constructor(limit: number) {
    this.#limit = limit
  }

  finish(tree: PatternTree): Automaton | undefined {
    const isAnchored = beginsAtStart(tree)
    const start = this.#state([], 1)
    const lead = isAnchored ? undefined : this.#state(EVERY_POINT, Number.POSITIVE_INFINITY)
    const piece = this.#build(tree, 1)
    if (this.#points.length >= this.#limit) return undefined
    // What ends everywhere: a state of its own, so that two ways to the end meet.
    const end = this.#state([], 1)
    for (const from of [start, ...(lead === undefined ? [] : [lead])]) {
      for (const to of piece.first) this.#edge(from, to)
      if (lead !== undefined) this.#edge(from, lead)
    }
    for (const from of piece.last) this.#edge(from, end)
    const overlap = this.#overlaps(end)
    if (!hasAssertion(tree) && !this.#countsUp) this.#dropSafe(piece.last, end)
    const { length } = this.#points
    return {
      stateCount: length,
      next: this.#next.map((each) => [...each]),
      doubled: new Set(this.#doubled.map(([from, to]) => from * length + to)),
      overlap,
      turns: this.#turns,
      lead,
      countsNothing: this.#countsNothing,
    }
  }

  #state(points: CodePoints, turns: number): number {
    this.#points.push(points)
    this.#turns.push(turns)
    this.#next.push(new Set())
    return this.#points.length - 1
  }

  #edge(from: number, to: number): void {
    if (this.#next[from]!.has(to)) this.#doubled.push([from, to])
    else this.#next[from]!.add(to)
  }

  #build(tree: PatternTree, turns: number): Piece {
    if (this.#points.length >= this.#limit || tree.kind === 'empty')
      return { first: [], last: [], canBeEmpty: true }
    if (tree.kind === 'points') {
      const state = this.#state(tree.points, turns)
      return { first: [state], last: [state], canBeEmpty: false }
    }
    if (tree.kind === 'repeat') return this.#buildRepeat(tree, turns)
    const pieces = tree.parts.map((part) => this.#build(part, turns))
    if (tree.kind === 'sequence') return this.#join(pieces)
    return {
      first: pieces.flatMap(({ first }) => first),
      last: pieces.flatMap(({ last }) => last),
      canBeEmpty: pieces.some(({ canBeEmpty }) => canBeEmpty),
    }
  }

  #join(pieces: readonly Piece[]): Piece {
    let whole: Piece = { first: [], last: [], canBeEmpty: true }
    for (const piece of pieces) {
      for (const from of whole.last) for (const to of piece.first) this.#edge(from, to)
      whole = {
        first: whole.canBeEmpty ? [...whole.first, ...piece.first] : whole.first,
        last: piece.canBeEmpty ? [...whole.last, ...piece.last] : piece.last,
        canBeEmpty: whole.canBeEmpty && piece.canBeEmpty,
      }
    }
    return whole
  }

  #buildRepeat({ body, min, max }: PatternTree & { kind: 'repeat' }, turns: number): Piece {
    if (max === 0) return { first: [], last: [], canBeEmpty: true }
    if (max === 1) {
      const once = this.#build(body, turns)
      return { ...once, canBeEmpty: once.canBeEmpty || min === 0 }
    }
    if (body.kind === 'points' && min > 1 && min <= WRITTEN_OUT_COUNT) {
      const pieces = Array.from({ length: min }, () => this.#build(body, turns))
      const rest = this.#buildRepeat({ kind: 'repeat', body, min: 0, max: max - min }, turns)
      return this.#join([...pieces, rest])
    }
    if (min > 1) this.#countsUp = true
    const piece = this.#build(body, turns * max)
    const isCounted = min > 1 || max !== Number.POSITIVE_INFINITY
    if (piece.canBeEmpty && isCounted) this.#countsNothing = true
    for (const from of piece.last) for (const to of piece.first) this.#edge(from, to)
    return { ...piece, canBeEmpty: piece.canBeEmpty || min === 0 }
  }

  #overlaps(end: number): Uint8Array {
    const { length } = this.#points
    const overlap = new Uint8Array(length * length)
    for (let a = 0; a < length; a++)
      for (let b = 0; b <= a; b++) {
        const both = a === end ? b === end : doOverlap(this.#points[a]!, this.#points[b]!)
        overlap[a * length + b] = overlap[b * length + a] = both ? 1 : 0
      }
    return overlap
  }

  /** From a state after which every way ends well nothing is ever tried again; its loops cost nothing. */
  #dropSafe(accepting: readonly number[], end: number): void {
    const unsafe = new Set(this.#next.keys())
    for (const state of accepting) unsafe.delete(state)
    unsafe.delete(end)
    let before = -1
    while (before !== unsafe.size) {
      before = unsafe.size
      for (const [state, next] of this.#next.entries())
        if ([...next].some((each) => unsafe.has(each))) unsafe.add(state)
    }
    for (const [state, next] of this.#next.entries()) if (!unsafe.has(state)) next.clear()
  }
}

function beginsAtStart(tree: PatternTree): boolean {
  if (tree.kind === 'empty') return tree.assertion === 'start'
  if (tree.kind === 'choice') return tree.parts.every(beginsAtStart)
  if (tree.kind === 'sequence') return tree.parts[0] !== undefined && beginsAtStart(tree.parts[0])
  return tree.kind === 'repeat' && tree.min > 0 && beginsAtStart(tree.body)
}

/** Whether a match can still fail after its last character: `$`, `\b`, or a `^` that is not at the very beginning. */
function hasAssertion(tree: PatternTree, isFirst = true): boolean {
  if (tree.kind === 'empty')
    return tree.assertion === 'other' || (tree.assertion === 'start' && !isFirst)
  if (tree.kind === 'points') return false
  if (tree.kind === 'repeat') return hasAssertion(tree.body, false)
  return tree.parts.some((part, index) =>
    hasAssertion(part, isFirst && (tree.kind === 'choice' || index === 0)),
  )
}
