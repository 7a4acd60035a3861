// Rules about SQL: scripts that go on after errors, selections that nobody compares.
import type { CodeBlock, Finding } from './block.ts'
import type { LintContext } from './lint-context.ts'
import { makeFinding } from './lint-context.ts'
import { isBareSelect, psqlTexts, tellOf } from './telling.ts'

export function findPsqlWithoutStop(context: LintContext): readonly Finding[] {
  const findings: Finding[] = []
  for (const { argv, command } of context.commands) {
    if (argv[0] !== 'psql' || argv.some((word) => /ON_ERROR_STOP/.test(word))) continue
    const inputs = command.redirections.filter(
      ({ operator }) => operator.startsWith('<') && operator !== '<&',
    )
    if (inputs.some(({ body }) => body !== undefined && /ON_ERROR_STOP/.test(body.text))) continue
    const files = argv.filter((word) => /^(?:-[a-zA-Z]*f|--file)/.test(word)).length
    const actions = files + psqlTexts(argv).length
    if (files === 0 && inputs.length === 0 && actions < 2) continue
    findings.push(
      makeFinding(
        context.block,
        'psql-no-stop',
        command.offset,
        'psql goes on after a failed statement and exits 0',
      ),
    )
  }
  return findings
}

/** Shell blocks: `psql -c SELECT` and `jq select(…)`; an error only where the exit code decides. */
export function findUntestedSelections(context: LintContext): readonly Finding[] {
  const findings: Finding[] = []
  for (const { argv, command, feeds, isSubstituted } of context.commands) {
    if (isSubstituted || feeds !== undefined || tellOf(command, argv).kind !== 'select') continue
    const decides = context.outcome.offset === command.offset
    const message =
      argv[0] === 'jq'
        ? 'jq exits 0 when select matches nothing'
        : 'the SELECT succeeds whatever it answers, false included'
    findings.push(
      makeFinding(
        context.block,
        'select-without-test',
        command.offset,
        message,
        decides ? 'error' : 'note',
      ),
    )
  }
  return findings
}

/** `sql` blocks. */
export function findUntestedStatement(block: CodeBlock): readonly Finding[] {
  const statements = block.source
    .replace(/--[^\n]*/g, '')
    .split(';')
    .filter((statement) => statement.trim() !== '')
  const last = statements.at(-1)
  if (last === undefined || !isBareSelect(last)) return []
  const offset = Math.max(0, block.source.indexOf(last.trim().slice(0, 20)))
  return [
    makeFinding(
      block,
      'select-without-test',
      offset,
      'the statement succeeds whatever it answers, false and no rows included',
    ),
  ]
}
