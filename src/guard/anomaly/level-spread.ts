// How a tenant's rate is spread, as a histogram over logarithmic levels that forgets; kept in a stretch of a flat array.

const LEVELS_PER_OCTAVE = 4
/** Levels up to 2^20 = a million requests a second; whatever is above counts as that. */
export const LEVEL_COUNT = 80

const SMALL_COUNT = 1_024
const SMALL_LOGARITHMS = Float64Array.from({ length: SMALL_COUNT }, (_, count) =>
  Math.log2(1 + count),
)

/** Binary logarithm of one more than the rate, which is 0 for nothing. */
export function logarithmOf(perS: number): number {
  return SMALL_LOGARITHMS[perS] ?? Math.log2(1 + perS)
}

/** Level of a rate given by its logarithm. */
export function spreadLevelOf(logarithm: number): number {
  const level = Math.floor(logarithm * LEVELS_PER_OCTAVE)
  return level < LEVEL_COUNT ? level : LEVEL_COUNT - 1
}

function rateAt(level: number): number {
  return 2 ** (level / LEVELS_PER_OCTAVE) - 1
}

/** The rate that only `share` of the weight lies above, from `at` on; inside a level the weight is taken to be even. */
export function rateExceededBy(
  cells: Float32Array,
  at: number,
  totalWeight: number,
  share: number,
): number {
  const target = totalWeight * share
  let above = 0
  for (let level = LEVEL_COUNT - 1; level >= 0; level--) {
    const weight = cells[at + level]!
    if (above + weight > target) return rateAt(level + 1 - (target - above) / weight)
    above += weight
  }
  return 0
}

/** Moves the whole spread by some levels, its form unchanged; what would leave the range gathers at its edge. */
export function moveSpread(cells: Float32Array, at: number, levels: number): void {
  const before = cells.slice(at, at + LEVEL_COUNT)
  cells.fill(0, at, at + LEVEL_COUNT)
  for (let level = 0; level < LEVEL_COUNT; level++) {
    const target = Math.min(LEVEL_COUNT - 1, Math.max(0, level + levels))
    cells[at + target]! += before[level]!
  }
}

/** Levels between two rates, rounded up. */
export function levelsBetween(fromPerS: number, toPerS: number): number {
  return Math.ceil(Math.log2((1 + toPerS) / (1 + fromPerS)) * LEVELS_PER_OCTAVE)
}
