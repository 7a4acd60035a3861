// The rules page of the documentation, generated from the rule table.
import { LINT_RULES } from './rules.ts'
import type { LintRule } from './rules.ts'

/** What the runner does to every block, for readers who wonder why a pasted block and a gate end differently. */
const STRICT_MODE = `## Strict mode

A block runs in bash as it was written, under these rules. They are the reason why a gate can fail where pasting the same block
into a terminal seems to succeed:

| rule | what it changes |
| --- | --- |
| \`set -e\`, \`inherit_errexit\` | the first command that fails ends the block, inside \`$(…)\` too |
| \`set -o pipefail\` | a pipeline fails when any part of it does, not only the last |
| \`set -u\` | a variable that nobody set is a failure, not an empty text |
| \`set -E\` and a trace | line and exit code of each simple command become evidence |
| \`curl\` without a fail flag gets \`--fail-with-body\` | HTTP 400 and above are failures |
| \`psql\` gets \`-X -v ON_ERROR_STOP=1\` | a script ends at its first failed statement |

Strict mode closes holes; it proves no claim. It cannot help where bash itself drops a failure (\`! command\`, the left side of
\`&&\` and \`||\`, the condition of \`if\`), where nothing is compared (a query that only prints), or where a tool is called past
the wrappers (\`/usr/bin/curl\`, \`xargs curl\`). That is what the rules below look for; they judge a block as anybody who pastes
it would run it, and say so where strict mode softens a finding. \`|| true\` is how a block says that a step may fail.
`

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
    'This page is generated from `src/soundness/rules.ts`; a test compares both. Blocks run in [strict mode](#strict-mode), which\nexplains some of the levels.\n',
    '| rule | highest level | what it finds |\n| --- | --- | --- |',
    ...rows,
    '',
    STRICT_MODE,
    ...sections,
  ].join('\n')
}

/** One rule for a person at a terminal: what it finds, why it matters, what to do; undefined for a name that is none. */
export function explainRule(id: string): string | undefined {
  const rule = LINT_RULES.find((each) => each.id === id)
  return rule === undefined
    ? undefined
    : `${rule.id}: ${rule.title}. Highest level: ${rule.level}.\n\n${rule.why}\n\nFix: ${rule.fix}`
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|')
}
