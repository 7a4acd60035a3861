// The Markdown that a CI system shows of a decision: may it go, why, what would flip it.
import { escapeMarkdown } from '../report/index.ts'
import type { Verdict } from '../verdict/index.ts'
import type { DecidedRelease } from './model.ts'

/** Reasons listed at most; the report has all. A job summary may have 1 MiB. */
const REASON_LIMIT_COUNT = 100
const TEXT_LIMIT_CHARACTERS = 300

export function renderDecisionSummary(
  decided: Pick<DecidedRelease, 'release' | 'statement' | 'verdict'> &
    Partial<Pick<DecidedRelease, 'locks'>>,
): string {
  const { release, verdict, statement } = decided
  const hiddenCount = verdict.reasons.length - REASON_LIMIT_COUNT
  const lines = [
    `## ${escapeMarkdown(release)}: ${verdict.value}`,
    '',
    ...(verdict.raw === verdict.value ? [] : [`Without waivers: ${verdict.raw}.`, '']),
    ...lockLines(decided.locks ?? []),
    ...reasonLines(verdict),
    ...(hiddenCount > 0 ? [`… and ${hiddenCount} more reasons in the report.`, ''] : []),
    ...(verdict.expiresAtMs === undefined
      ? []
      : [`Holds until ${new Date(verdict.expiresAtMs).toISOString()}.`, '']),
    `Decided ${new Date(verdict.asOfMs).toISOString()}, statement \`${statement}\`.`,
    '',
  ]
  return lines.join('\n')
}

function reasonLines({ reasons }: Verdict): readonly string[] {
  if (reasons.length === 0) return ['Nothing stands against it.', '']
  const rows = reasons.slice(0, REASON_LIMIT_COUNT).map(({ rule, gate, text, flip }) => {
    const cells = [rule, gate ?? '', text, flip].map((cell) => escapeMarkdown(shortened(cell)))
    return `| ${cells.join(' | ')} |`
  })
  const head = ['| rule | gate | why | what would flip it |', '| --- | --- | --- | --- |']
  return [...head, ...rows, '']
}

function lockLines(locks: NonNullable<DecidedRelease['locks']>): readonly string[] {
  const held = locks.filter(({ condition }) => condition !== undefined)
  if (held.length === 0) return []
  const rows = held
    .slice(0, REASON_LIMIT_COUNT)
    .map(({ stage, text }) => `- Locked: **${stage}**. ${escapeMarkdown(shortened(text))}`)
  return [...rows, '']
}

function shortened(text: string): string {
  return Array.from(text).slice(0, TEXT_LIMIT_CHARACTERS).join('')
}
