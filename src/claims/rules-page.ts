// The page of contradiction rules in the documentation, generated from the rule table.
import { CLAIM_RULES } from './rules.ts'
import { LADDER } from './model.ts'

/** Markdown of `docs/claims-rules.md`. */
export function renderClaimRulesPage(): string {
  const rows = CLAIM_RULES.map(
    ({ id, title }) => `| [${id}](#${id.toLowerCase()}) | ${title.replaceAll('|', '\\|')} |`,
  )
  const sections = CLAIM_RULES.map(
    ({ id, title, why, silent, fix }) =>
      `## ${id}\n\n${title}. ${why}\n\n**Left alone.** ${silent}\n\n**Fix.** ${fix}\n`,
  )
  return [
    '# Rules of the claims audit\n',
    '`seaworthy claims REPORT.md` holds a finished report against itself. Each finding quotes both sides with their lines. The same',
    'bytes give the same findings; nothing is guessed, scored or sent anywhere.\n',
    'Written by `npm run docs` from `src/claims/rules.ts`; do not edit.\n',
    '| rule | what it finds |\n| --- | --- |',
    ...rows,
    '',
    '## What a claim is worth\n',
    `A claim stands on a rung of the maturity ladder: ${LADDER.join(' < ')}. Its support is S0 (bare assertion), S1 (a figure or detail),`,
    'S2 (a pointer that is not resolved here), S3 (a pointer resolved now, with `--repo`) or S4 (fresh evidence in Seaworthy, with',
    '`--ledger`). From both follows one word: SUPPORTED, WEAK, UNSUPPORTED, OVERSTATED, CONTRADICTED or UNVERIFIABLE. They are counted and',
    'never folded into one figure.\n',
    ...sections,
  ].join('\n')
}
