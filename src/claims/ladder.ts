// The maturity ladder: which rung the words of a sentence reach.
import type { Mark } from './language.ts'
import type { LadderLevel } from './model.ts'

const LEVELS: Readonly<Record<string, LadderLevel>> = {
  level0: 0,
  level1: 1,
  level2: 2,
  level3: 3,
  level4: 4,
  level5: 5,
  level6: 6,
}

/** The highest rung named; "ready to import" caps at implemented, whatever else is said. */
export function levelOf(marks: readonly Mark[]): LadderLevel | null {
  let best: LadderLevel | null = null
  for (const { tag } of marks) {
    const level = LEVELS[tag]
    if (level !== undefined && (best === null || level > best)) best = level
  }
  if (best !== null && best > 2 && marks.some(({ tag }) => tag === 'readying')) return 2
  return best
}

/** Whether a status admits that less was done than its item claims. */
export function isLowStatus(value: string, marks: readonly Mark[]): boolean {
  if (marks.some(({ tag }) => tag === 'readying')) return true
  const level = levelOf(marks)
  return level !== null && level <= 1 && !/\d/.test(value)
}
