// Rules about fetching: curl that succeeds on errors.
import type { Finding } from './block.ts'
import type { LintContext } from './lint-context.ts'
import { makeFinding } from './lint-context.ts'
import { argvOfCommand } from './shell-view.ts'
import type { PlacedCommand } from './shell-view.ts'
import { hasFailFlag, tellOf } from './telling.ts'

export function findCurlWithoutFail(context: LintContext): readonly Finding[] {
  const findings: Finding[] = []
  for (const placed of context.commands) {
    if (
      placed.argv[0] !== 'curl' ||
      hasFailFlag(placed.argv) ||
      placed.argv.some((word) => word === '--version' || word === '--help')
    )
      continue
    const asksStatus = placed.argv.some((word) => /%\{(?:http_code|response_code)\}/.test(word))
    if (placed.isSubstituted && asksStatus) continue
    const isTested = placed.isSubstituted || isAnswerTested(placed)
    const message = isTested
      ? 'curl succeeds on HTTP errors; only the test of its answer can notice'
      : 'curl exits 0 on HTTP errors such as 500, so this step cannot fail by them'
    findings.push(
      makeFinding(
        context.block,
        'no-fail-curl',
        placed.command.offset,
        message,
        isTested ? 'warning' : 'error',
      ),
    )
  }
  return findings
}

function isAnswerTested({ pipeline, feeds }: PlacedCommand): boolean {
  const last = pipeline.commands.at(-1)
  return (
    feeds !== undefined &&
    last?.kind === 'simple' &&
    tellOf(last, argvOfCommand(last)).kind === 'checks'
  )
}
