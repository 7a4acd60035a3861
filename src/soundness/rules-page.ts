// The rules page of the documentation, generated from the rule table.
import { LINT_RULES } from './rules.ts'
import type { LintRule } from './rules.ts'

/** Markdown of `docs/lint-rules.md`. */
export function renderRulesPage(rules: readonly LintRule[] = LINT_RULES): string {
  const rows = rules.map(
    (rule) => `| [${rule.id}](#${rule.id}) | ${rule.level} | ${escapeCell(rule.title)} |`,
  )
  const sections = rules.map(
    (rule) =>
      `## ${rule.id}\n\n${rule.title}. Highest level: ${rule.level}.\n\n${rule.why}\n\n**Fix.** ${rule.fix}\n`,
  )
  return [
    '# Lint rules\n',
    'The soundness lint reads the code blocks of a checklist before anything runs. Level error: the block can exit 0',
    'while the claim of its gate is false, or running it can harm. Everything else is a warning or a note.\n',
    'This page is generated from `src/soundness/rules.ts`; a test compares both.\n',
    '| rule | highest level | what it finds |\n| --- | --- | --- |',
    ...rows,
    '',
    ...sections,
  ].join('\n')
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|')
}
