// The contradiction rules as data: the page for people, the SARIF rules and the audit all come from this table.
import type { RuleId } from './model.ts'
import type { FindContradictions } from './rule.ts'
import { findApprovalFaults } from './rule-approval.ts'
import { findArtefactGaps } from './rule-artefact.ts'
import { findChecklistGaps } from './rule-checklist.ts'
import { findDateFaults } from './rule-dates.ts'
import { findEvidenceMismatch } from './rule-evidence-type.ts'
import { findExceptions } from './rule-exceptions.ts'
import { findLadderGaps } from './rule-ladder.ts'
import { findNumberFaults } from './rule-numbers.ts'
import { findOpenWork } from './rule-open-work.ts'
import { findScoreJumps } from './rule-score.ts'
import { findSeverityFaults } from './rule-severity.ts'
import { findTwoStatuses } from './rule-two-statuses.ts'
import { findWindowGaps } from './rule-window.ts'

export interface ClaimRule {
  readonly id: RuleId
  readonly title: string
  /** What trips it. */
  readonly why: string
  /** What it leaves alone on purpose. */
  readonly silent: string
  readonly fix: string
  /** Unset where another rule's search finds it too. */
  readonly find?: FindContradictions
}

export const CLAIM_RULES: readonly ClaimRule[] = [
  {
    id: 'R1',
    title: 'Everything is complete or ready, and items are open',
    why: 'A sentence that speaks for the whole document (all tasks complete, everything is done, 100 % complete, ready for production, 10/10, approved for launch) stands beside an open box, an “ACTION REQUIRED”, a step under “Required before launch” or a “Next step: run …”.',
    silent:
      'Verdicts with a condition that names the open item, or points at the list of them; work under headings such as Deferred, Roadmap, Out of scope or Post-launch; another sprint or phase. A conditional verdict that leaves out a required action, or an item under Known limits, gives a note.',
    fix: 'Finish the item, move it out of the stated scope, or say in the verdict what it waits for.',
    find: findOpenWork,
  },
  {
    id: 'R2',
    title: 'An item is ticked, and its own status is lower',
    why: 'A ticked heading or a risk marked CLOSED says of itself “ready to activate”, “documented” or “action required”; or a ticked item is a required step elsewhere in a report that declares itself ready.',
    silent:
      'Items about documents; items that claim no more than “ready” or “documented”; a step that comes round again.',
    fix: 'State the rung that was reached: documented, implemented, configured, deployed, operating, verified.',
    find: findLadderGaps,
  },
  {
    id: 'R3',
    title: 'Figures do not add up',
    why: 'A total or average differs from its rows, “18 of 20 (95 %)” is another share, a heading counts other items than its list has, or one figure is given twice with two values. A total of tests beside named suites is a note.',
    silent: 'Right arithmetic; percentages and durations in a Total row; tables with subtotals.',
    fix: 'Correct the figure, or say what it counts.',
    find: findNumberFaults,
  },
  {
    id: 'R4',
    title: 'All of something, with exceptions',
    why: '“All tests passing” or “full test coverage” beside tests that were skipped, failed, disabled or put off.',
    silent:
      '“0 failed”; failures that the sentence calls fixed or earlier; suites in other sections, unless the claim speaks for the document.',
    fix: 'Name the exceptions in the claim.',
    find: findExceptions,
  },
  {
    id: 'R5',
    title: 'Something happened, and is still to come',
    why: 'A drill, test or validation is said to be done, proven or closed, while a next step or open box still lists it.',
    silent:
      'The next round of something that comes round again; another environment than the one that was tested.',
    fix: 'Run it and name the run, or say that it is still to come.',
  },
  {
    id: 'R6',
    title: 'A window or environment that proves less',
    why: 'Figures of 24 hours are held up against a target over 30 days, or a measurement in staging stands for production.',
    silent: 'Sentences that call the window short, preliminary or not sufficient.',
    fix: 'Measure over the window of the target, or say that it is too early.',
    find: findWindowGaps,
  },
  {
    id: 'R7',
    title: 'Evidence of the wrong kind',
    why: 'Unit tests are the evidence for headers, hardening, performance, failover or restore, which only a deployment shows.',
    silent: 'Claims about code (logic, middleware, parsers); other evidence beside the unit tests.',
    fix: 'Name a scan, a load test, a probe or a drill.',
    find: findEvidenceMismatch,
  },
  {
    id: 'R8',
    title: 'Ready, with risks of weight remaining',
    why: 'An unreserved verdict beside remaining risks of P0 to P2 (or high to medium) that nobody owns or accepted. Items labelled P2 or lower in a section of critical risks are a note.',
    silent:
      'Risks with an owner or an acceptance, closed ones, P3 and low ones; verdicts that speak of the remaining risks.',
    fix: 'Have the risk accepted by a named person until a date, or reserve the verdict.',
    find: findSeverityFaults,
  },
  {
    id: 'R9',
    title: 'Approved by nobody in particular',
    why: 'The approver is a team or board, several roles are ticked without a name, or the author of the change approves it alone.',
    silent: 'A named person of a team; a second approver beside the author.',
    fix: 'Name who approved, in which role, and when.',
    find: findApprovalFaults,
  },
  {
    id: 'R10',
    title: 'Dates that cannot be',
    why: 'Something reported as done happened after the date of the report. An approval in a document whose only dates name a month is a note.',
    silent:
      'Deadlines, expiry dates and other days that are meant to lie ahead; dates in forms that can be read two ways.',
    fix: 'Correct the date, or report the event as planned.',
    find: findDateFaults,
  },
  {
    id: 'R11',
    title: 'One item with two statuses',
    why: 'The same item is done in a box, table or list and open in another, or a step is ticked whose status line says that it has not begun.',
    silent:
      'Items of one name under headings for different services or environments; rows that another column tells apart.',
    fix: 'Keep one place for the status of an item.',
    find: findTwoStatuses,
  },
  {
    id: 'R12',
    title: 'The checklist or the ledger says otherwise',
    why: 'With --checklist: an item is done in the report and open in the checklist, or the report speaks for everything while boxes of the checklist are open. With --ledger: an item is done in the report, and the gate about the same thing failed, went stale, waits or is undecided; or the report declares the release ready, and its newest decision is no Go, has expired or was never taken.',
    silent:
      'Conditional verdicts; items that only resemble each other: a gate has to hold every word of the claim’s subject. Claims about another environment than the one that the release goes to.',
    fix: 'Complete the checklist or the gate, or report what is open.',
    find: findChecklistGaps,
  },
  {
    id: 'R13',
    title: 'A score rises and nothing was measured',
    why: 'A score goes up to its maximum (9.5/10 → 10/10) and its table has words such as “Documented” and no column for evidence.',
    silent: 'Scores below their maximum; tables with evidence.',
    fix: 'Name what was measured, per category.',
    find: findScoreJumps,
  },
  {
    id: 'R14',
    title: 'A file, branch, tag or workflow that is not there, or not as said',
    why: 'With --repo: a file that the report names does not exist in the repository, or has another number of lines than stated; or the number of tests that passed, failed or were skipped is not that of the test report that the sentence names, or of the only one in the working copy; or the branch that something was merged to, or the tag, does not exist; or no CI workflow has the name in quotes.',
    silent:
      'Files named in open items, conditions and plans; names without an extension, which may be branches or routes. Figures of one suite where no report is named; test reports that contradict themselves, and those among fixtures and samples. Branches and tags in shallow or detached checkouts, and every commit. Workflows of which the sentence does not say that they are of CI or GitHub Actions.',
    fix: 'Correct the path or the figure, or add the file.',
    find: findArtefactGaps,
  },
]
