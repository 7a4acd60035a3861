// What headings say about the gates below them: how much they matter, and in which phase they are due.
import type { Heading } from '../document/index.ts'
import type { Phase, Severity } from '../verdict/index.ts'
import { foreignPhase, isAdvisory, isForeignRollout, isMetrics } from './heading-words.ts'
import { loweringWord } from './title-marks.ts'

/** An item's severity and what lowered it: its own words, those of an item around it, or a heading. */
export interface ItemSeverity {
  readonly severity: Severity
  readonly heading?: Heading
  /** The word in brackets that ends the title, or the title of an item around it. */
  readonly word?: string
}

/** Most items around one whose words count for it, from the nearest outwards. */
const AROUND_LIMIT_COUNT = 32

/** Words at the end of a title make an item advisory where the headings leave it required. */
export function severityOf(
  item: Readonly<{ headings: readonly Heading[]; parents: readonly string[]; title: string }>,
): ItemSeverity {
  const byHeading = severityUnder(item.headings)
  if (byHeading.heading !== undefined) return byHeading
  const word = [item.title, ...item.parents.slice(-AROUND_LIMIT_COUNT).toReversed()]
    .map(loweringWord)
    .find((found) => found !== undefined)
  return word === undefined ? byHeading : { severity: 'advisory', word }
}

/** Severity by the innermost heading that speaks about it; required when none does. */
function severityUnder(headings: readonly Heading[]): ItemSeverity {
  for (let index = headings.length - 1; index >= 0; index--) {
    const { lowers: severity } = wordsOf(headings[index]!)
    if (severity !== undefined) return { severity, heading: headings[index]! }
  }
  return { severity: 'required' }
}

/** What a heading's words say, whatever stands below it. */
interface HeadingWords {
  readonly lowers: 'advisory' | 'informational' | undefined
  readonly phase: Phase | undefined
  readonly isRollout: boolean
}

// Every gate asks for all headings above it; their words are looked at once.
const WORDS = new WeakMap<Heading, HeadingWords>()

function wordsOf(heading: Heading): HeadingWords {
  const known = WORDS.get(heading)
  if (known !== undefined) return known
  const { title } = heading
  const words: HeadingWords = {
    lowers: isAdvisory(title) ? 'advisory' : isMetrics(title) ? 'informational' : undefined,
    phase: phaseOfHeading(title),
    isRollout: isRollout(title),
  }
  WORDS.set(heading, words)
  return words
}

const SIGNS: readonly (readonly [Phase, RegExp])[] = [
  ['pre-deploy', /\bpre-?(?:deploy(?:ment)?|release|launch)\b/i],
  ['post-deploy', /\bpost-?(?:deploy(?:ment)?|release|launch)\b/i],
  ['canary-25', /(?<![\d.])25 ?%/],
  ['canary-100', /(?<![\d.])100 ?%|\bfull roll-?out\b/i],
  ['canary-5', /\bcanary\b/i],
]

const ROLLOUT = /\b(?:canary|roll-?out|deployment|deploy)\b/i

/** The phase that a heading declares. A percentage counts only where a rollout is spoken of. */
function phaseOfHeading(title: string): Phase | undefined {
  for (const [phase, sign] of SIGNS) {
    if (sign.test(title) && (!title.includes('%') || isRollout(title))) return phase
  }
  return foreignPhase(title)
}

function isRollout(title: string): boolean {
  return ROLLOUT.test(title) || isForeignRollout(title)
}

/**
 * The phase of each gate, in order. Without a heading that declares a rollout phase there are none; with one, all that
 * stands before it is due before deploy, and what declares nothing is due with what stands before it.
 */
export function phasesOf(
  gates: readonly { headings: readonly Heading[]; title: string }[],
): (Phase | undefined)[] {
  const declared = gates.map(({ headings, title }) => {
    const isUnderRollout = headings.some(
      (heading) => wordsOf(heading).isRollout && wordsOf(heading).phase !== 'pre-deploy',
    )
    const named = headings
      .toReversed()
      .map((heading) => wordsOf(heading).phase)
      .find((phase) => phase !== undefined)
    const own =
      isUnderRollout && /%|\bfull roll-?out\b/i.test(title)
        ? phaseOfHeading(`rollout ${title}`)
        : undefined
    return own ?? named
  })
  if (!declared.some((phase) => phase !== undefined && phase !== 'pre-deploy')) return declared
  let current: Phase = 'pre-deploy'
  return declared.map((phase) => {
    current = phase ?? current
    return current
  })
}
