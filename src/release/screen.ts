// What a person reads of a release on a terminal: the answer first, then why, then what would flip it.
import { harmlessLine } from '../kernel/index.ts'
import { describeMoment } from '../register/index.ts'
import { withNames } from '../report/index.ts'
import { currentResults, STAGES } from '../verdict/index.ts'
import type { Lock, Reason, Verdict } from '../verdict/index.ts'
import type { ReleaseReview } from './model.ts'

/** Reasons shown before the rest is only counted; the report has all of them. */
const REASONS_SHOWN_COUNT = 12

/** Rules whose number alone says nothing. */
const RULE_NAMES: Readonly<Record<string, string>> = {
  '7.1': 'integrity',
  '7.2': 'gate',
  '7.3': 'risk',
  '7.6': 'gate',
  '7.7': 'condition',
  '7.8': 'waiver',
}

export function renderVerdict(
  release: string,
  verdict: Verdict,
  names: Readonly<Record<string, string>> = {},
  zone = 'UTC',
): string {
  const lines = [headline(release, verdict)]
  if (verdict.raw !== verdict.value) lines.push(`without waivers: ${verdict.raw}`)
  lines.push(...reasonLines(verdict.reasons))
  for (const note of verdict.notes) lines.push(`  note: ${note}`)
  if (verdict.notYetDue !== undefined)
    lines.push(`  not yet due in this phase: ${verdict.notYetDue.join(', ')}`)
  lines.push(...horizonLines(verdict, zone))
  return lines.map((line) => harmlessLine(withNames(line, names))).join('\n')
}

/** Until when a Go holds, and what ends first, in the release time zone. */
function horizonLines({ horizons = [] }: Verdict, zone: string): string[] {
  return horizons.map(({ what, atMs }, index) => {
    const until = describeMoment(atMs, zone)
    return index === 0 ? `  holds until ${until}: ${what} ends first` : `    ${until}: ${what} ends`
  })
}

function headline(release: string, verdict: Verdict): string {
  const glass = verdict.breakGlass
  return glass === undefined
    ? `${release}: ${verdict.value}`
    : `${release}: ${verdict.value} BY BREAK-GLASS of ${glass.principal} (else ${verdict.raw})`
}

function reasonLines(reasons: readonly Reason[]): string[] {
  const lines = reasons.slice(0, REASONS_SHOWN_COUNT).flatMap((reason) => {
    const where = reason.gate === undefined ? '' : `${reason.gate}: `
    const name = RULE_NAMES[reason.rule]
    const rule = name === undefined ? reason.rule.replace('-', ' ') : `${reason.rule} ${name}`
    return [`  [${rule}] ${where}${reason.text}`, `      to flip it: ${reason.flip}`]
  })
  const hidden = reasons.length - REASONS_SHOWN_COUNT
  return hidden > 0 ? [...lines, `  and ${hidden} more reasons; the report lists them all`] : lines
}

/** What each stage waits for. A verdict that is no Go is on the first line already and is not said again. */
export function renderLocks(locks: readonly Lock[]): readonly string[] {
  return STAGES.flatMap((stage) => {
    const held = locks.filter((lock) => lock.stage === stage && lock.condition !== undefined)
    if (held.length === 0) return []
    const after = STAGES.slice(STAGES.indexOf(stage) + 1)
    const rest = after.length === 0 ? '' : ` (and what comes after: ${after.join(', ')})`
    return [harmlessLine(`  LOCKED ${stage}${rest}: ${held.map(({ text }) => text).join('; ')}`)]
  })
}

/** What was recorded last: the headline is only how things stand now. */
function recordedLine({ latestDecision, runId, timezone }: ReleaseReview): string {
  if (latestDecision === null) return '  recorded: no decision yet'
  const { verdict, decidedAtMs, statementId } = latestDecision
  const run = latestDecision.runId === runId ? '' : `, on the earlier run ${latestDecision.runId}`
  return `  recorded: ${verdict} at ${describeMoment(decidedAtMs, timezone)}${run} (${statementId})`
}

export function renderStatus(review: ReleaseReview): string {
  const titles = new Map(review.plan.gates.map((gate) => [gate.id, gate.title]))
  const later = new Set(review.verdict.notYetDue)
  const lines = [`${headline(review.release, review.verdict)} as things stand, run ${review.runId}`]
  if (review.verdict.raw !== review.verdict.value)
    lines.push(`without waivers: ${review.verdict.raw}`)
  lines.push(...reasonLines(review.verdict.reasons))
  lines.push('gates')
  for (const result of currentResults(review.plan.gates, review.results)) {
    const due = later.has(result.gate) ? '(not yet due) ' : ''
    lines.push(
      `  ${result.status.padEnd(14)} ${due}${titles.get(result.gate) ?? result.gate}: ${result.reason}  [${result.gate}]`,
    )
  }
  for (const { role, minimum, anyOf } of review.plan.signOffs) {
    const roles = [role, ...(anyOf ?? [])]
    const given = review.signOffs.filter(
      (one) => roles.includes(one.role) && one.reviewHash === review.reviewHash,
    )
    const people = given.map((one) => `${one.principal} ${one.decision}`).join(', ')
    lines.push(`  sign-off ${roles.join(' or ')}: ${people || 'nobody yet'} (${minimum} needed)`)
  }
  lines.push(...renderLocks(review.locks))
  for (const note of review.verdict.notes) lines.push(`  note: ${note}`)
  lines.push(...horizonLines(review.verdict, review.timezone))
  lines.push(recordedLine(review))
  lines.push(`  to sign: ${review.reviewHash}`)
  return lines.map((line) => harmlessLine(withNames(line, review.names))).join('\n')
}
