// What every rule family is given, and how a finding gets its place in the document.
import type { CodeBlock, DocumentPosition, Finding } from './block.ts'
import type { Outcome, ShellModes } from './outcome.ts'
import { lintRule } from './rules.ts'
import type { LintRuleId } from './rules.ts'
import type { Script, ShellComment } from './shell-model.ts'
import type { PlacedCommand } from './shell-view.ts'

/** A block whose shell text was understood. */
export interface LintContext {
  readonly block: CodeBlock
  /** The text the offsets refer to: the block's source, with prompts blanked. */
  readonly source: string
  readonly script: Script
  readonly comments: readonly ShellComment[]
  readonly commands: readonly PlacedCommand[]
  readonly modes: ShellModes
  readonly outcome: Outcome
}

/** The document position of an offset in the block's source. */
export function positionIn(block: CodeBlock, offset: number): DocumentPosition {
  const before = block.source.slice(0, offset)
  const index = before.split('\n').length - 1
  const column = offset - (before.lastIndexOf('\n') + 1)
  const start = block.lines[index] ?? {
    line: block.line + index,
    column: index === 0 ? block.column : 1,
  }
  return { line: start.line, column: start.column + column }
}

/**
 * @param level lower than the rule's own where the finding is milder
 * @param fix instead of the rule's own, where that would not help
 */
export function makeFinding(
  block: CodeBlock,
  rule: LintRuleId,
  offset: number,
  message: string,
  level?: Finding['level'],
  fix?: string,
): Finding {
  const { line, column } = positionIn(block, offset)
  const row = lintRule(rule)
  return { rule, line, column, level: level ?? row.level, message, fix: fix ?? row.fix }
}
