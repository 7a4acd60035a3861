// The gate soundness lint: what a block's exit code cannot prove, and what running it could harm.
import type { CodeBlock, Finding } from './block.ts'
import type { LintContext } from './lint-context.ts'
import { makeFinding } from './lint-context.ts'
import { modesOf, outcomeOf } from './outcome.ts'
import { findProductionChanges, findSleeps, findUnawaitedStarts } from './rule-change.ts'
import { findCommentSteps } from './rule-comment.ts'
import {
  findPsqlWithoutStop,
  findUntestedSelections,
  findUntestedStatement,
} from './rule-database.ts'
import { findLostFailures, findUndecidedEnding } from './rule-ending.ts'
import { findLiteralVariables, findSelfAssertedResults } from './rule-heredoc.ts'
import { findUnpinnedImages, findWildcardIdentities } from './rule-identity.ts'
import { findNegatedExits } from './rule-negation.ts'
import { findCurlWithoutFail } from './rule-network.ts'
import { findSecrets } from './secrets.ts'
import { parseShell } from './shell.ts'
import type { ShellReading } from './shell-model.ts'
import { listCommands } from './shell-view.ts'

/** Languages read as bash. `console` has its prompts blanked first. */
const SHELLS = new Set(['bash', 'sh', 'shell', 'zsh', 'console', ''])

const SHELL_RULES: readonly ((context: LintContext) => readonly Finding[])[] = [
  findCurlWithoutFail,
  findPsqlWithoutStop,
  findLostFailures,
  findNegatedExits,
  findUndecidedEnding,
  findUntestedSelections,
  findWildcardIdentities,
  findSelfAssertedResults,
  findLiteralVariables,
  findUnawaitedStarts,
  findCommentSteps,
  findProductionChanges,
  findUnpinnedImages,
  findSleeps,
]

/**
 * Findings on one block, in document order. A sample, which never runs, is only searched for secrets.
 * Finding none means that no rule applied, not that the claim is proven.
 * @param known the block's text as the shell reads it, when somebody has read it already
 */
export function lintBlock(block: CodeBlock, known?: ShellReading): Finding[] {
  const findings = [...findSecretsInBlock(block)]
  if (block.kind === 'runnable') findings.push(...lintRunnable(block, known))
  return findings.sort(
    (a, b) => a.line - b.line || a.column - b.column || a.rule.localeCompare(b.rule, 'en'),
  )
}

function lintRunnable(block: CodeBlock, known?: ShellReading): readonly Finding[] {
  if (block.language === 'sql') return findUntestedStatement(block)
  const source = shellText(block)
  if (source === undefined) return []
  const reading = known ?? parseShell(source)
  if (!reading.isParsed) {
    return [
      makeFinding(
        block,
        'unreadable-shell',
        reading.offset,
        `the lint does not read this: ${reading.reason}`,
      ),
    ]
  }
  const context = contextOf(block, source, reading)
  return SHELL_RULES.flatMap((rule) => rule(context))
}

function contextOf(
  block: CodeBlock,
  source: string,
  reading: ShellReading & { isParsed: true },
): LintContext {
  const { script, comments } = reading
  const modes = modesOf(script)
  return {
    block,
    source,
    script,
    comments,
    commands: listCommands(script),
    modes,
    outcome: outcomeOf(script, modes),
  }
}

/** The block's text as shell, same length and line breaks; undefined when it is another language. */
export function shellText(block: CodeBlock): string | undefined {
  if (!SHELLS.has(block.language)) return undefined
  if (block.language !== 'console') return block.source
  const lines = block.source.split('\n')
  if (!lines.some((line) => /^\s*\$ /.test(line))) return block.source
  let continues = false
  return lines
    .map((line) => {
      const isCommand = continues || /^\s*\$ /.test(line)
      const shown = isCommand
        ? continues
          ? line.replace(/^> /, '  ')
          : line.replace('$ ', '  ')
        : ' '.repeat(line.length)
      continues = isCommand && line.endsWith('\\')
      return shown
    })
    .join('\n')
}

function findSecretsInBlock(block: CodeBlock): readonly Finding[] {
  return findSecrets(block.source).map(({ what, offset }) =>
    makeFinding(block, 'secret-in-text', offset, `what looks like ${what} stands here in the open`),
  )
}
