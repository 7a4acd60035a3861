// Rules about the exit code: who decides it, and what gets lost before.
import type { Finding } from './block.ts'
import type { LintContext } from './lint-context.ts'
import { makeFinding } from './lint-context.ts'
import { findMutation } from './mutation.ts'
import { outcomeOfList } from './outcome.ts'
import type { AndOrList, Pipeline } from './shell-model.ts'
import { pipelinesOf } from './shell-view.ts'

export function findUndecidedEnding(context: LintContext): readonly Finding[] {
  const { telling, offset } = context.outcome
  if (telling.kind === 'vacuous') {
    return [
      makeFinding(
        context.block,
        'always-true-tail',
        offset,
        `the exit code comes from ${telling.what}, which says nothing about the claim`,
      ),
    ]
  }
  if (telling.kind === 'query') {
    return [
      makeFinding(
        context.block,
        'query-without-assertion',
        offset,
        `${telling.what} only prints; nothing tests what it prints`,
      ),
    ]
  }
  return []
}

/** One warning for a plain sequence, one finding for each failure that even strict mode ignores. */
export function findLostFailures(context: LintContext): readonly Finding[] {
  const { block, script, modes } = context
  const findings: Finding[] = []
  let isToldOnce = modes.isErrexit
  for (const list of script.lists.slice(0, -1)) {
    const lost = lostInList(context, list)
    findings.push(...lost)
    if (lost.length > 0 || isToldOnce || outcomeOfList(list, modes).telling.kind === 'vacuous')
      continue
    const message =
      'pasted into a shell, only the last command decides; a failure here would be lost'
    findings.push(makeFinding(block, 'last-command-only', list.offset, message, 'warning'))
    isToldOnce = true
  }
  return findings
}

function lostInList(context: LintContext, list: AndOrList): readonly Finding[] {
  const { block, modes } = context
  const kindOf = (pipeline: Pipeline): string => outcomeOfList(listOf(pipeline), modes).telling.kind
  const pipelines = pipelinesOf(list)
  const last = pipelines.at(-1)!
  if (last.isNegated && kindOf(last) === 'checks') {
    return [
      makeFinding(
        block,
        'last-command-only',
        last.offset,
        'even strict mode ignores what a negated command before the last one says',
        undefined,
        `Keep the exit code and test it on a line of its own: code=0; ... || code=$?; test "$code" -eq 1`,
      ),
    ]
  }
  // What stands before || is handled by what follows it, unless that cannot fail.
  const hides =
    list.rest.at(-1)?.operator === '||' &&
    kindOf(last) === 'vacuous' &&
    !keepsExitCode(context, last)
  const joins = list.rest.length > 0 && list.rest.every(({ operator }) => operator === '&&')
  if (!hides && !joins) return []
  const lost = pipelines.slice(0, -1).find((pipeline) => kindOf(pipeline) === 'checks')
  if (lost !== undefined) {
    const message = hides
      ? 'the failure of this check is hidden by what follows ||'
      : 'strict mode ignores a failure before && inside the block'
    const fix = hides
      ? 'Remove what follows ||, or let it fail: || { echo failed; exit 1; }'
      : 'Give each check a line of its own instead of joining them with &&.'
    return [makeFinding(block, 'last-command-only', lost.offset, message, undefined, fix)]
  }
  const changes = context.commands.some(
    (placed) => pipelines.includes(placed.pipeline) && findMutation(placed) !== undefined,
  )
  return hides && !changes
    ? [
        makeFinding(
          block,
          'last-command-only',
          list.offset,
          'a failure here is hidden by what follows ||',
          'warning',
        ),
      ]
    : []
}

/** `|| code=$?` hides nothing when a later command looks at `$code`. */
function keepsExitCode(context: LintContext, pipeline: Pipeline): boolean {
  const [command, ...others] = pipeline.commands
  if (command?.kind !== 'simple' || others.length > 0 || command.words.length > 0) return false
  const [kept, ...more] = command.assignments
  const [part, ...parts] = kept?.value.parts ?? []
  if (kept === undefined || more.length > 0 || parts.length > 0 || kept.appends) return false
  if (part?.kind !== 'parameter' || part.name !== '?') return false
  return context.commands.some(
    (later) =>
      later.command.offset > command.offset &&
      later.command.words.some((word) =>
        word.parts.some((piece) => piece.kind === 'parameter' && piece.name === kept.name),
      ),
  )
}

function listOf(pipeline: Pipeline): AndOrList {
  return { first: pipeline, rest: [], isBackground: false, offset: pipeline.offset }
}
