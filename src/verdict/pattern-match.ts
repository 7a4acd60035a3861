// Runs a compiled pattern over a text, all its states side by side, so that no text makes it slow.
import type { Pattern } from './pattern-program.ts'

/** Most state visits one match may take; beyond it the answer is "cannot tell". */
export const PATTERN_STEP_LIMIT = 10_000_000

/**
 * True when the pattern occurs in the text; `^` and `$` are the ends of the whole text.
 * Undefined when the work passed PATTERN_STEP_LIMIT, which depends on pattern and text alone.
 */
export function matchesPattern(pattern: Pattern, text: string): boolean | undefined {
  const seenAt = new Int32Array(pattern.steps.length).fill(-1)
  let current: number[] = []
  let visits = 0
  for (let at = 0; at <= text.length;) {
    // A match may begin anywhere, so the first state joins at every position.
    const states = closure(pattern, [...current, 0], at, text.length, seenAt)
    if (states === 'accepted') return true
    visits += states.length + 1
    if (visits > PATTERN_STEP_LIMIT) return undefined
    const codePoint = text.codePointAt(at)
    if (codePoint === undefined) return false
    current = []
    for (const state of states) {
      const step = pattern.steps[state]!
      if (step.op === 'one' && step.test(codePoint)) current.push(state + 1)
    }
    at += codePoint > 0xffff ? 2 : 1
  }
  return false
}

/** The states that consume a character, reachable from `from` without consuming one. */
function closure(
  pattern: Pattern,
  from: readonly number[],
  at: number,
  end: number,
  seenAt: Int32Array,
): number[] | 'accepted' {
  const out: number[] = []
  const open = [...from]
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (seenAt[state] === at) continue
    seenAt[state] = at
    const step = pattern.steps[state]!
    switch (step.op) {
      case 'accept':
        return 'accepted'
      case 'one':
        out.push(state)
        break
      case 'start':
        if (at === 0) open.push(state + 1)
        break
      case 'end':
        if (at === end) open.push(state + 1)
        break
      case 'jump':
        open.push(step.to)
        break
      case 'fork':
        open.push(step.a, step.b)
    }
  }
  return out
}
