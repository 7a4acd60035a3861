// Sets of code points as sorted ranges: what one place of a pattern can match.

/** Inclusive, sorted, not touching. */
export type CodePoints = readonly (readonly [from: number, to: number])[]

const LAST = 0x10ffff

export const EVERY_POINT: CodePoints = [[0, LAST]]

export const DIGITS: CodePoints = [[0x30, 0x39]]

export const WORD_POINTS: CodePoints = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]

/** What `\s` is (ECMA-262, WhiteSpace and LineTerminator). */
export const WHITE_POINTS: CodePoints = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]

export const LINE_ENDS: CodePoints = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]

export function unionOf(parts: readonly CodePoints[]): CodePoints {
  const sorted = parts.flat().toSorted(([a], [b]) => a - b)
  const merged: [number, number][] = []
  for (const [from, to] of sorted) {
    const last = merged.at(-1)
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

export function complementOf(points: CodePoints): CodePoints {
  const rest: [number, number][] = []
  let next = 0
  for (const [from, to] of points) {
    if (from > next) rest.push([next, from - 1])
    next = to + 1
  }
  if (next <= LAST) rest.push([next, LAST])
  return rest
}

export function doOverlap(some: CodePoints, others: CodePoints): boolean {
  let index = 0
  for (const [from, to] of some) {
    while (index < others.length && others[index]![1] < from) index++
    if (index < others.length && others[index]![0] <= to) return true
  }
  return false
}
