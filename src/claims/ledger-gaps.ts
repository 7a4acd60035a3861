// R12 with a ledger: what a release's gates and newest decision bear out of a claim, and what they speak against.
import type { Closure } from './closures.ts'
import { isOpen, isShown } from './ledger-match.ts'
import type { LedgerGate, LedgerIndex } from './ledger-match.ts'
import type { ClaimEvidence, ClaimFinding, ClaimType } from './model.ts'
import { sectionsAround, titleOf } from './place.ts'
import type { Passage } from './passages.ts'
import { findingOf } from './rule.ts'
import type { Scene } from './scene.ts'
import { stemsOf } from './subject.ts'
import type { WholeVerdict } from './verdicts.ts'

/** Decisions that let a release go. */
const LETS_GO: ReadonlySet<string> = new Set(['GO', 'GO_WITH_WAIVERS', 'CONDITIONAL_GO'])

/** A claim as the text makes it. */
export interface StatedClaim {
  readonly passage: Passage
  readonly type: ClaimType
  /** Set when it marks something as done. */
  readonly closure?: Closure
  /** Set when it speaks for the whole document. */
  readonly verdict?: WholeVerdict
}

/** Evidence of a claim that something was done, or that the release may go; undefined where any gate about it is open. */
export function bearOut(
  ledger: LedgerIndex,
  scene: Scene,
  stated: StatedClaim,
): ClaimEvidence | undefined {
  if (stated.type === 'T6') return decisionFor(ledger, stated)
  const gates = gatesFor(ledger, scene, stated)
  const shown = gates.find(isShown)
  if (shown?.evidence === undefined || gates.some(isOpen)) return undefined
  return { gate: shown.id, status: shown.status, digest: shown.evidence }
}

export function findLedgerGaps(
  ledger: LedgerIndex,
  scene: Scene,
  claims: readonly StatedClaim[],
): ClaimFinding[] {
  return claims.flatMap((stated) => {
    if (stated.type === 'T6') return decisionGap(ledger, stated)
    const open = gatesFor(ledger, scene, stated).filter(isOpen)
    const [first] = open
    if (first === undefined) return []
    return [
      findingOf({
        rule: 'R12',
        verdict: 'CONTRADICTED',
        claim: stated.passage,
        against: open.map(({ line, status, title, reason, id }) => ({
          line,
          text: `${status}: ${title} (gate ${id}): ${reason}`,
        })),
        document: ledger.look.release,
        message: `The report says that it is done, and the gate “${first.title}” of ${ledger.look.release} is ${first.status}`,
      }),
    ]
  })
}

/** Only what is said to be done: figures, approvals, files and abilities are not the business of one gate. */
function gatesFor(
  ledger: LedgerIndex,
  scene: Scene,
  { passage, type, closure }: StatedClaim,
): LedgerGate[] {
  if (type !== 'T1' && type !== 'T4') return []
  const around = sectionsAround(scene.outline, passage).map(({ title }) => title)
  return ledger.gatesAbout(passage, closure?.title ?? titleOf(passage), stemsOf(around.join(' ')))
}

function decisionFor(ledger: LedgerIndex, stated: StatedClaim): ClaimEvidence | undefined {
  const { decision } = ledger.look
  if (decision === undefined || decision.flaw !== undefined || !isLaunchVerdict(stated))
    return undefined
  const isGo = decision.value === 'GO' || decision.value === 'GO_WITH_WAIVERS'
  return isGo && ledger.isAboutHere(stated.passage)
    ? { status: decision.value, digest: decision.statement }
    : undefined
}

function decisionGap(ledger: LedgerIndex, stated: StatedClaim): ClaimFinding[] {
  const { release, decision } = ledger.look
  const { passage } = stated
  if (!isLaunchVerdict(stated) || !ledger.isAboutHere(passage)) return []
  if (decision !== undefined && decision.flaw === undefined && LETS_GO.has(decision.value))
    return []
  const text =
    decision === undefined
      ? `${release} has no decision`
      : `${decision.value}${decision.flaw === undefined ? '' : `, ${decision.flaw}`} (decision ${decision.statement})`
  return [
    findingOf({
      rule: 'R12',
      verdict: 'CONTRADICTED',
      claim: passage,
      // A decision stands in no document; its first line is as good as any.
      against: [{ line: 1, text }],
      document: release,
      message:
        decision === undefined
          ? `It is said to be ready, and nobody decided about ${release} yet`
          : `It is said to be ready, and the newest decision about ${release} does not let it go`,
    }),
  ]
}

/** Ready or approved without reserve; "all tasks complete" is no decision. */
function isLaunchVerdict({ verdict }: StatedClaim): boolean {
  return (
    verdict !== undefined &&
    !verdict.isQualified &&
    (verdict.kind === 'ready' || verdict.kind === 'approved')
  )
}
