// Says how much work a pattern of a contract can cost on hostile text, before it ever meets one.
import { automatonOf } from './pattern-automaton.ts'
import type { Automaton } from './pattern-automaton.ts'
import { PatternUnread, readPattern } from './pattern-syntax.ts'
import type { PatternTree } from './pattern-syntax.ts'
import { componentsOf, reachOf } from './reach.ts'

export type PatternReason =
  | 'invalid'
  | 'too-long'
  | 'too-many-places'
  | 'lookaround'
  | 'back-reference'
  | 'modifier'
  | 'counted-nothing'
  | 'exponential'
  | 'polynomial'

export type PatternJudgement =
  | {
      readonly ok: true
      /** Steps per character of text, at most, for texts of that length. */
      readonly factor: number
    }
  | { readonly ok: false; readonly reason: PatternReason; readonly detail: string }

/** Longest pattern that is looked at, in UTF-16 units. */
const PATTERN_LIMIT = 1_000
/** Most states of its automaton. */
const STATE_LIMIT = 120
/** Most edges of its automaton; pairs of edges are what the check looks at. */
const EDGE_LIMIT_COUNT = 1_500
/** Most steps of the check itself; a pattern that needs more is not understood, and refused. */
const WORK_LIMIT_STEPS = 2_000_000
/** Places where the same text can go two ways and meet again, loops apart; each can double the work. */
const FORK_LIMIT_COUNT = 6
/** Steps that one body may cost in one pattern. A step of V8's matcher takes about a nanosecond. */
const STEP_LIMIT = 300_000_000

/**
 * Judges a pattern by the ambiguity of its position automaton: two ways round a loop on the same text are exponential
 * (Weber and Seidl 1991, criterion EDA), a way from one loop into the next on the same text is one more power of the length
 * (IDA); see Weideman et al., Analyzing Matching Time Behavior of Backtracking Regular Expression Matchers, 2016. A pattern
 * without `^` is tried from every place, which counts as a loop before it.
 *
 * Lookarounds and back references are refused, because the criterion does not cover them. Refuses some harmless patterns:
 * properties such as `\p{L}` count as every character, a counted group as a loop without end. Does not find what costs much
 * without being ambiguous, such as a match of a megabyte by a slow but linear pattern.
 * @param lengthLimit longest text it can meet, in characters
 * @param bodyLimit most characters of all texts together that it can meet in one body
 */
export function judgePattern(
  pattern: string,
  lengthLimit: number,
  bodyLimit: number,
): PatternJudgement {
  if (pattern.length > PATTERN_LIMIT) return refuse('too-long', `at most ${PATTERN_LIMIT} units`)
  const tree = treeOf(pattern)
  if ('ok' in tree) return tree
  const automaton = automatonOf(tree, STATE_LIMIT)
  if (automaton === undefined)
    return refuse('too-many-places', `at most ${STATE_LIMIT} characters and classes`)
  if (automaton.next.reduce((sum, each) => sum + each.length, 0) > EDGE_LIMIT_COUNT)
    return refuse('too-many-places', 'fewer optional parts in a row')
  if (automaton.countsNothing)
    return refuse('counted-nothing', 'nothing counted that can match nothing, as in (a?){9}')
  const forks = countForks(automaton)
  if (forks === 'loop' || forks > FORK_LIMIT_COUNT)
    return refuse(
      'exponential',
      'one way only to match a text; here each character can double the work',
    )
  const perCharacter = chainOf(automaton, lengthLimit)
  if (perCharacter === undefined)
    return refuse('too-many-places', 'a pattern simple enough to be judged')
  const factor = perCharacter.cost * 2 ** forks
  if (factor * bodyLimit <= STEP_LIMIT) return { ok: true, factor }
  const room = STEP_LIMIT / (bodyLimit * 2 ** forks)
  const longest = Math.floor(room ** (1 / Math.max(1, perCharacter.degree)))
  return refuse(
    'polynomial',
    `a maxLength of at most ${longest} beside it, or one way only to match a text${automaton.lead === undefined ? '' : ' and ^ at its start'}`,
  )
}

function refuse(reason: PatternReason, expected: string): PatternJudgement {
  return { ok: false, reason, detail: `expected ${expected}` }
}

function treeOf(pattern: string): PatternTree | PatternJudgement {
  try {
    // Only asked whether it is one.
    void new RegExp(pattern, 'u')
  } catch {
    return refuse('invalid', 'a regular expression (ECMA-262, u mode)')
  }
  try {
    return readPattern(pattern)
  } catch (error) {
    if (!(error instanceof PatternUnread)) throw error
    const reason = error.message as PatternReason
    return refuse(reason, `no ${reason}: what it costs cannot be told`)
  }
}

/**
 * Pairs of states that the same text can lead to. Going apart and meeting again inside one loop is `loop`; outside of loops the
 * states where it happens are counted.
 */
function countForks(automaton: Automaton): number | 'loop' {
  const { stateCount, next, doubled, overlap, lead } = automaton
  const loopOf = componentsOf(stateCount, (state) => next[state]!)
  for (const edge of doubled) {
    const [from, to] = [Math.floor(edge / stateCount), edge % stateCount]
    if (loopOf[from] === loopOf[to]) return 'loop'
  }
  const nextPairs = (pair: number): number[] => {
    const pairs: number[] = []
    for (const a of next[Math.floor(pair / stateCount)]!)
      for (const b of next[pair % stateCount]!)
        if (overlap[a * stateCount + b] === 1) pairs.push(a * stateCount + b)
    return pairs
  }
  const pairCount = stateCount * stateCount
  const ringOf = componentsOf(pairCount, nextPairs)
  const onDiagonal = new Set<number>()
  for (let state = 0; state < stateCount; state++)
    onDiagonal.add(ringOf[state * stateCount + state]!)
  for (let pair = 0; pair < pairCount; pair++)
    if (pair % (stateCount + 1) !== 0 && onDiagonal.has(ringOf[pair]!)) return 'loop'
  let forks = doubled.size
  const meets = meetingPairs(pairCount, stateCount, nextPairs)
  for (let state = 0; state < stateCount; state++) {
    if (state === lead) continue
    const isFork = nextPairs(state * stateCount + state).some((pair) => {
      const [a, b] = [Math.floor(pair / stateCount), pair % stateCount]
      // Into a loop and on in it is the loops' business; where to begin is the lead's.
      return a !== b && a !== lead && b !== lead && meets[pair] === 1 && a !== state && b !== state
    })
    if (isFork) forks++
  }
  return forks
}

/** Which pairs can come together in one state. */
function meetingPairs(
  pairCount: number,
  stateCount: number,
  nextPairs: (pair: number) => number[],
): Uint8Array {
  const before: number[][] = Array.from({ length: pairCount }, () => [])
  for (let pair = 0; pair < pairCount; pair++)
    for (const next of nextPairs(pair)) before[next]!.push(pair)
  const diagonal = Array.from({ length: stateCount }, (_, state) => state * (stateCount + 1))
  return reachOf(pairCount, diagonal, (pair) => before[pair]!)
}

interface Chain {
  /** Steps per character. */
  readonly cost: number
  /** How often the length of the text is a factor in it. */
  readonly degree: number
}

/** The dearest chain of loops in which the same text can stay in one or go on to the next; undefined = too much work to tell. */
function chainOf(automaton: Automaton, lengthLimit: number): Chain | undefined {
  const { stateCount, next, turns } = automaton
  const componentOf = componentsOf(stateCount, (state) => next[state]!)
  const loops = new Map<number, number[]>()
  for (let state = 0; state < stateCount; state++) {
    const isInLoop =
      next[state]!.includes(state) ||
      next[state]!.some((to) => componentOf[to] === componentOf[state])
    if (!isInLoop) continue
    const members = loops.get(componentOf[state]!) ?? []
    members.push(state)
    loops.set(componentOf[state]!, members)
  }
  const work = { steps: 0 }
  const done = new Map<number, Chain>()
  // Components are numbered from the ends backwards, so that what comes after a loop is known before it.
  for (const component of [...loops.keys()].toSorted((a, b) => a - b)) {
    const members = loops.get(component)!
    const most = Math.min(lengthLimit, Math.max(...members.map((state) => turns[state]!)))
    const isEndless = members.some((state) => turns[state]! >= lengthLimit)
    let best: Chain = { cost: 1, degree: 0 }
    for (const [later, chain] of done) {
      if (chain.cost * most <= best.cost) continue
      if (!canSlip(automaton, members, loops.get(later)!, work)) continue
      best = { cost: chain.cost * most, degree: chain.degree + (isEndless ? 1 : 0) }
    }
    if (work.steps > WORK_LIMIT_STEPS) return undefined
    done.set(component, best)
  }
  let dearest: Chain = { cost: 1, degree: 0 }
  for (const chain of done.values()) if (chain.cost > dearest.cost) dearest = chain
  return dearest
}

/** Whether some text goes round in the one loop, round in the other, and from the one to the other. */
function canSlip(
  { stateCount, next, overlap }: Automaton,
  some: readonly number[],
  others: readonly number[],
  work: { steps: number },
): boolean {
  const inSome = new Set(some)
  const inOthers = new Set(others)
  const fits = (a: number, b: number): boolean => overlap[a * stateCount + b] === 1
  for (const p of some)
    for (const q of others) {
      const goal = (p * stateCount + q) * stateCount + q
      const seen = new Set<number>()
      const open = [(p * stateCount + p) * stateCount + q]
      while (open.length > 0) {
        const triple = open.pop()!
        const c = triple % stateCount
        const b = Math.floor(triple / stateCount) % stateCount
        const a = Math.floor(triple / stateCount / stateCount)
        for (const a2 of next[a]!) {
          if (!inSome.has(a2)) continue
          for (const b2 of next[b]!) {
            if (!fits(a2, b2)) continue
            for (const c2 of next[c]!) {
              if (++work.steps > WORK_LIMIT_STEPS) return true
              if (!inOthers.has(c2) || !fits(b2, c2) || !fits(a2, c2)) continue
              const to = (a2 * stateCount + b2) * stateCount + c2
              if (to === goal) return true
              if (seen.has(to)) continue
              seen.add(to)
              open.push(to)
            }
          }
        }
      }
    }
  return false
}
