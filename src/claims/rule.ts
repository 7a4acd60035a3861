// What a contradiction rule is, and how its findings are made.
import { ALSO_LIMIT_QUOTES } from './model.ts'
import type { ClaimFinding, ClaimVerdict, RuleId } from './model.ts'
import type { GitFact } from './git-names.ts'
import type { LedgerIndex } from './ledger-match.ts'
import type { Passage } from './passages.ts'
import { quoteOf } from './place.ts'
import type { Scene } from './scene.ts'
import type { TestReport } from './test-figures.ts'

/** What is known beside the report itself. */
export interface Asides {
  /** The checklist that the report is held against. */
  readonly checklist?: Scene
  /** What a repository says of the files that the report names, by path; null where the file is missing. */
  readonly files?: ReadonlyMap<string, FileFacts | null>
  /** Test reports of the working copy. */
  readonly tests?: readonly TestReport[]
  /** What the files of git say of the branches, tags and commits that the report names, by `keyOf`. */
  readonly git?: ReadonlyMap<string, GitFact>
  /** Names of the CI workflows of the working copy, as `workflowNamesOf` gives them. */
  readonly workflows?: ReadonlySet<string>
  /** What the ledger says of the release that the report is about. */
  readonly ledger?: LedgerIndex
}

export interface FileFacts {
  /** Null for a file that is no text, or too large to count. */
  readonly lines: number | null
}

export type FindContradictions = (scene: Scene, asides: Asides) => ClaimFinding[]

type Place = Pick<Passage, 'line' | 'text'>

export interface Contradiction {
  readonly rule: RuleId
  readonly level?: ClaimFinding['level']
  readonly verdict: ClaimVerdict
  readonly claim: Passage
  /** At least one; the first is quoted, the others are listed. */
  readonly against: readonly Place[]
  readonly message: string
  /** Name of the document in which `against` stands, when it is not the report. */
  readonly document?: string
}

export function findingOf(contradiction: Contradiction): ClaimFinding {
  const { rule, verdict, claim, against, message, document } = contradiction
  const [lead, ...rest] = against.slice(0, ALSO_LIMIT_QUOTES + 1).map((passage) => ({
    ...quoteOf(passage),
    ...(document === undefined ? {} : { document }),
  }))
  if (lead === undefined) throw new TypeError(`${rule}: a finding quotes both sides`)
  return {
    rule,
    level: contradiction.level ?? 'error',
    claim: quoteOf(claim),
    against: lead,
    also: rest,
    verdict,
    message,
  }
}
