// What a person reads of a release on a terminal: the answer first, then why, then what would flip it.
import { harmlessLine } from '../kernel/index.ts'
import type { Verdict } from '../verdict/index.ts'
import type { ReleaseReview } from './model.ts'

/** Reasons shown before the rest is only counted; the report has all of them. */
const REASONS_SHOWN_COUNT = 12

export function renderVerdict(release: string, verdict: Verdict): string {
  const lines = [`${release}: ${verdict.value}`]
  if (verdict.raw !== verdict.value) lines.push(`without waivers: ${verdict.raw}`)
  for (const reason of verdict.reasons.slice(0, REASONS_SHOWN_COUNT)) {
    const where = reason.gate === undefined ? '' : `${reason.gate}: `
    lines.push(`  [${reason.rule}] ${where}${reason.text}`, `      to flip it: ${reason.flip}`)
  }
  const hidden = verdict.reasons.length - REASONS_SHOWN_COUNT
  if (hidden > 0) lines.push(`  and ${hidden} more reasons; the report lists them all`)
  for (const note of verdict.notes) lines.push(`  note: ${note}`)
  if (verdict.expiresAtMs !== undefined)
    lines.push(`  holds until ${new Date(verdict.expiresAtMs).toISOString()}`)
  return lines.map(harmlessLine).join('\n')
}

export function renderStatus(review: ReleaseReview): string {
  const titles = new Map(review.plan.gates.map((gate) => [gate.id, gate.title]))
  const lines = [`${review.release}, run ${review.runId}`]
  for (const result of review.results) {
    lines.push(
      `  ${result.status.padEnd(14)} ${titles.get(result.gate) ?? result.gate}: ${result.reason}  [${result.gate}]`,
    )
  }
  for (const { role, minimum } of review.plan.signOffs) {
    const given = review.signOffs.filter(
      (one) => one.role === role && one.reviewHash === review.reviewHash,
    )
    lines.push(
      `  sign-off ${role}: ${given.length} (${minimum} needed)${given.some((one) => one.decision === 'REJECT') ? ', rejected' : ''}`,
    )
  }
  lines.push(`  to sign: ${review.reviewHash}`)
  return lines.map(harmlessLine).join('\n')
}
