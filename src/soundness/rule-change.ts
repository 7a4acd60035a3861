// Rules about changes: production touched by a check, work started and not awaited, sleeping instead of watching.
import type { Finding } from './block.ts'
import type { LintContext } from './lint-context.ts'
import { makeFinding } from './lint-context.ts'
import { environmentNamed, findMutation } from './mutation.ts'
import type { PlacedCommand } from './shell-view.ts'
import { operandsOf } from './shell-view.ts'

export function findProductionChanges(context: LintContext): readonly Finding[] {
  const findings: Finding[] = []
  for (const placed of context.commands) {
    const mutation = findMutation(placed)
    if (mutation === undefined || !mutation.isRemote) continue
    const environment = environmentNamed(placed.argv)
    if (environment === 'staging') continue
    const message =
      environment === 'production'
        ? `${mutation.verb} changes production each time the evidence is gathered`
        : `${mutation.verb} changes an environment that the block does not name`
    const level = environment === 'production' ? 'error' : 'warning'
    findings.push(
      makeFinding(context.block, 'prod-mutation-in-check', placed.command.offset, message, level),
    )
  }
  return findings
}

interface AsyncStart {
  readonly started: RegExp
  /** Words of the same command that make it wait. */
  readonly waits?: RegExp
  /** A later command that waits. */
  readonly awaited: RegExp
  readonly what: string
}

const STARTS: readonly AsyncStart[] = [
  {
    started: /^gh (?:workflow run|run rerun) /,
    awaited: /^gh run watch .*--exit-status|^gh run watch --exit-status/,
    what: 'the workflow run',
  },
  {
    started:
      /^(?:kubectl|oc) (?:\S+ ){0,4}(?:apply|patch|set|replace|scale|rollout restart|rollout undo) /,
    awaited: /^(?:kubectl|oc) (?:\S+ ){0,4}(?:rollout status|wait) /,
    what: 'the rollout',
  },
  {
    started: /^helm (?:\S+ ){0,4}(?:upgrade|install) /,
    waits: /^--(?:wait|atomic|rollback-on-failure|dry-run)/,
    awaited: /^kubectl (?:\S+ ){0,4}(?:rollout status|wait) |^helm test /,
    what: 'the release',
  },
  { started: /^argocd app sync /, awaited: /^argocd app wait /, what: 'the sync' },
  {
    started: /^docker compose (?:\S+ )*up /,
    waits: /^--(?:wait|exit-code-from|abort-on-container-exit)/,
    awaited: /^docker compose (?:\S+ )*wait /,
    what: 'the containers',
  },
  {
    started: /^aws cloudformation (?:create|update)-stack /,
    awaited: /^aws cloudformation wait /,
    what: 'the stack',
  },
  {
    started: /^(?:az|gcloud) .*--(?:no-wait|async)(?: |$)/,
    awaited: /^(?:az|gcloud) .*\bwait\b/,
    what: 'the operation',
  },
]

export function findUnawaitedStarts(context: LintContext): readonly Finding[] {
  const findings: Finding[] = []
  const lines = context.commands.map(({ argv }) => `${argv.join(' ')} `)
  for (const [i, placed] of context.commands.entries()) {
    const start = STARTS.find(({ started }) => started.test(lines[i]!))
    if (start === undefined || placed.argv.some((word) => word.startsWith('--dry-run'))) continue
    if (start.waits !== undefined && placed.argv.some((word) => start.waits!.test(word))) continue
    if (lines.slice(i + 1).some((line) => start.awaited.test(line))) continue
    findings.push(
      makeFinding(
        context.block,
        'async-without-wait',
        placed.command.offset,
        `the command returns before ${start.what} has ended, and nothing waits for it`,
      ),
    )
  }
  return findings
}

/** From here on a sleep is a soak, seconds. */
const SOAK_MINIMUM_S = 300
/** Shorter pauses pass without a word, seconds. */
const PAUSE_MINIMUM_S = 5
const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

export function findSleeps(context: LintContext): readonly Finding[] {
  const findings: Finding[] = []
  for (const placed of context.commands) {
    if (placed.argv[0] !== 'sleep' || placed.isInLoop) continue
    const seconds = sleepSeconds(placed)
    if (seconds === undefined || seconds < PAUSE_MINIMUM_S) continue
    const isSoak = seconds >= SOAK_MINIMUM_S
    const message = isSoak
      ? `${seconds} seconds pass and nothing is observed`
      : `${seconds} seconds are a guess at how long something takes`
    findings.push(
      makeFinding(
        context.block,
        'sleep-as-soak',
        placed.command.offset,
        message,
        isSoak ? 'error' : 'warning',
      ),
    )
  }
  return findings
}

function sleepSeconds({ argv }: PlacedCommand): number | undefined {
  let total = 0
  for (const word of operandsOf(argv)) {
    const match = /^(\d{1,9}(?:\.\d{1,3})?)([smhd]?)$/.exec(word)
    if (match === null) return undefined
    total += Number(match[1]) * (UNIT_S[match[2] === '' ? 's' : match[2]!] ?? 1)
  }
  return total
}
