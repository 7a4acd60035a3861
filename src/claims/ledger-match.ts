// Which gates of a release speak of the same thing as a claim, and what they say of it; narrow, because a wrong match costs trust.
import { titleOf } from './place.ts'
import type { Passage } from './passages.ts'
import { environmentsOf, isWithin, stemsOf } from './subject.ts'

/** A gate as the ledger has it at the time of the audit. */
export interface LedgerGate {
  readonly id: string
  readonly title: string
  readonly section: string
  /** Where the checklist or plan has it. */
  readonly line: number
  /** STALE by age, place or definition is worked out already. */
  readonly status: string
  readonly reason: string
  /** Digest of the signed gate run, or of the evidence itself; absent when the status rests on nothing recorded. */
  readonly evidence?: string
}

/** The newest decision about the release. */
export interface LedgerDecision {
  readonly value: string
  /** Why it does not hold any more or never did; absent when it holds. */
  readonly flaw?: string
  readonly statement: string
}

/** What a ledger says of the release that the report is about. */
export interface LedgerLook {
  /** SERVICE@VERSION. */
  readonly release: string
  /** Where that release goes. */
  readonly environment: string
  readonly gates: readonly LedgerGate[]
  readonly decision?: LedgerDecision
}

/** Gates that are compared with one claim. */
const NEAR_LIMIT_GATES = 200
/** Fewer stems name no subject that could be told from another. */
const SUBJECT_MINIMUM_STEMS = 2
/** Words that say how it went, not what it was. */
const OUTCOMES = stemsOf(
  'pass passed passes passing success successful successfully succeeded green',
)
const DEPLOYED_TO: ReadonlySet<string> = new Set(['production', 'staging', 'dev', 'development'])

interface Subject {
  readonly gate: LedgerGate
  /** Of its title. */
  readonly own: ReadonlySet<string>
  /** Of its title and section. */
  readonly all: ReadonlySet<string>
}

/** The gates of a release by what they are about. */
export class LedgerIndex {
  readonly look: LedgerLook
  readonly #byStem = new Map<string, Subject[]>()

  constructor(look: LedgerLook) {
    this.look = look
    for (const gate of look.gates) {
      const own = stemsWithoutOutcome(gate.title)
      const all = new Set([...own, ...stemsWithoutOutcome(gate.section)])
      for (const stem of all) {
        const known = this.#byStem.get(stem)
        if (known === undefined) this.#byStem.set(stem, [{ gate, own, all }])
        else known.push({ gate, own, all })
      }
    }
  }

  /**
   * Gates whose title and section hold every stem of the claim, and whose title says nothing else, or holds at least two of the
   * stems and little more. A claim that says more than a gate is not about that gate: "penetration tests" are not "tests".
   *
   * @param context stems of the headings above the claim
   */
  gatesAbout(passage: Passage, title: string, context: ReadonlySet<string>): LedgerGate[] {
    if (!this.isAboutHere(passage)) return []
    const claim = subjectOf(passage, title)
    if (claim.size < SUBJECT_MINIMUM_STEMS) return []
    const lists = [...claim].map((stem) => this.#byStem.get(stem) ?? [])
    const rarest = lists.reduce((best, list) => (list.length < best.length ? list : best))
    return rarest
      .slice(0, NEAR_LIMIT_GATES)
      .filter(({ own, all }) => {
        if (!isWithin(claim, all)) return false
        const shared = [...own].filter((stem) => claim.has(stem)).length
        const surplus = [...own].filter((stem) => !claim.has(stem) && !context.has(stem)).length
        if (surplus === 0) return shared > 0
        return shared >= SUBJECT_MINIMUM_STEMS && surplus * 3 <= claim.size
      })
      .map(({ gate }) => gate)
  }

  /** A claim about staging is not about a release to production. */
  isAboutHere({ words }: Passage): boolean {
    const here = this.look.environment === 'prod' ? 'production' : this.look.environment
    return [...environmentsOf(words)].every((name) => !DEPLOYED_TO.has(name) || name === here)
  }
}

/** A passing gate with recorded evidence; NOT_APPLICABLE shows nothing. */
export function isShown({ status, evidence }: LedgerGate): boolean {
  return (status === 'PASS' || status === 'WARN') && evidence !== undefined
}

/** Whether the ledger knows that less was reached than done. */
export function isOpen({ status }: LedgerGate): boolean {
  return status !== 'PASS' && status !== 'WARN' && status !== 'NOT_APPLICABLE'
}

/** Its label where that names a subject, else its title without asides. */
function subjectOf(passage: Passage, title: string): ReadonlySet<string> {
  const label = passage.kind === 'row' ? undefined : passage.label
  const texts = [label ?? '', title.replace(/\([^()]*\)/g, ' ').replace(/\s[—–]\s.*$/, ''), title]
  for (const text of texts) {
    const stems = stemsWithoutOutcome(text)
    if (stems.size >= SUBJECT_MINIMUM_STEMS) return stems
  }
  return stemsWithoutOutcome(titleOf(passage))
}

function stemsWithoutOutcome(text: string): ReadonlySet<string> {
  return new Set([...stemsOf(text)].filter((stem) => !OUTCOMES.has(stem)))
}
