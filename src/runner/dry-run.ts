// The dry run: the plan explained as a person would, with nothing run and nothing stored.
import { EXIT, harmlessText } from '../kernel/index.ts'
import { findRow } from '../client/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { chooseFile, describeCheck, draftPlan } from '../gates/index.ts'
import type { RecordedPlan, RunView, StoredRun } from '../gates/index.ts'
import type { PlanGate, StoredStatus } from '../verdict/index.ts'
import { choiceOf, resumeOf } from './cli.ts'
import { forecastRun } from './forecast.ts'
import type { Forecast, GateForecast, Prospect } from './forecast.ts'
import { durationText } from './run-tree.ts'
import { readParameters } from './parameters.ts'
import { assertParametersTaken, parallelOf } from './run-request.ts'

/** Gates of a turn shown by name, and of the longest path; the rest is counted. */
const TURN_LIMIT_COUNT = 8
/** Names of a list shown in a line; the rest is counted. */
const NAMES_LIMIT_COUNT = 3
/** Turns shown; the rest is counted. */
const TURNS_LIMIT_COUNT = 40
/** Longest line of what a gate would do, in characters. */
const LINE_LIMIT_CHARACTERS = 100

export async function runDryRun(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const file = chooseFile(context, args[0])
  const parallelLimit = parallelOf(options)
  const parameters = readParameters(context, context.ports.digest, options)
  const recorded = await draftPlan(context, file, options)
  const { plan, planHash, reviewers } = recorded
  assertParametersTaken(plan, parameters)
  const choice = choiceOf(recorded, options)
  const open = await findOpenRun(context, recorded, choice.gates !== undefined, options)
  const reviewed = plan.gates.filter(({ effect }) => reviewers.length > 0 && effect === 'read')
  const confirmed = [...reviewed.map(({ id }) => id), ...(open?.view.run.terms.confirmed ?? [])]
  const forecast = forecastRun({
    plan,
    terms: { ...open?.view.run.terms, parameters: parameters.shown, confirmed },
    choice,
    kept: open?.kept ?? new Map<string, StoredStatus>(),
    parallelLimit,
  })
  const { service, version, environment } = plan
  const goesOn = open === undefined ? null : open.view.run.runId
  const head = `${service}@${version} for ${environment}: ${forecast.gates.length} of ${plan.gates.length} gates. A dry run: nothing runs, nothing is stored.`
  return {
    exit: EXIT.ok,
    data: {
      release: `${service}@${version}`,
      environment,
      plan: planHash,
      reviewers,
      run: goesOn,
      parallel: parallelLimit,
      ...forecast,
    },
    text: harmlessText(
      [
        head,
        ...(goesOn === null ? [] : [`It would go on with the run ${goesOn}.`]),
        ...explain(forecast, plan.gates, parallelLimit),
      ].join('\n'),
    ),
  }
}

/** The run that the same command would go on with, by plan and release; values and folder are compared when it starts. */
async function findOpenRun(
  { client }: CommandContext,
  { plan, planHash }: RecordedPlan,
  isPart: boolean,
  options: OptionValues,
): Promise<{ view: RunView; kept: ReadonlyMap<string, StoredStatus> } | undefined> {
  const resume = resumeOf(options)
  if (resume === 'none') return undefined
  const newest = await findRow<StoredRun>(
    client,
    '/v1/runs',
    ({ service, version }) => service === plan.service && version === plan.version,
  )
  const isOpen = newest?.finishedAt === null && newest.planHash === planHash
  if (!isOpen || (newest.isWaiting && !isPart && resume === undefined)) return undefined
  const view = await client.call<RunView>('GET', `/v1/runs/${newest.runId}`)
  const kept = new Map(
    view.results.flatMap(({ gate, status, statement }) =>
      statement === undefined ? [] : [[gate, status] as const],
    ),
  )
  return { view, kept }
}

const SECTIONS: readonly (readonly [Prospect, string])[] = [
  ['asks', 'Asks first, with what it would do; a run shows the token:'],
  ['person', 'A person answers:'],
  ['blocked', 'Blocked:'],
  ['waits', 'Waits in vain:'],
  ['kept', 'Has a result already and is kept:'],
]

function explain(
  forecast: Forecast,
  gates: readonly PlanGate[],
  parallelLimit: number,
): readonly string[] {
  const byId = new Map(gates.map((gate) => [gate.id, gate]))
  const of = (prospect: Prospect): readonly GateForecast[] =>
    forecast.gates.filter((each) => each.prospect === prospect)
  return [
    ...turnLines(`Runs at once, at most ${parallelLimit} together:`, forecast.atOnce, 1),
    ...turnLines(
      'Follows when people said yes, and what ran before passed:',
      forecast.afterWord,
      forecast.atOnce.length + 1,
    ),
    ...SECTIONS.flatMap(([prospect, title]) =>
      sectionLines(title, of(prospect), byId, prospect === 'asks'),
    ),
    ...orderLines(forecast.gates),
    ...parameterLines(forecast.gates),
    ...pathLines(forecast),
  ]
}

function turnLines(
  title: string,
  turns: readonly (readonly string[])[],
  first: number,
): readonly string[] {
  if (turns.length === 0) return []
  const shown = turns.slice(0, TURNS_LIMIT_COUNT).flatMap((ids, at) => {
    const number = `  ${String(first + at).padStart(3)}. `
    const names = ids.slice(0, TURN_LIMIT_COUNT)
    const rest = ids.length - names.length
    const all = rest > 0 ? [...names, `and ${rest} more`] : names
    return all.map((name, row) => `${row === 0 ? number : ' '.repeat(number.length)}${name}`)
  })
  const rest = turns.length - TURNS_LIMIT_COUNT
  return ['', title, ...shown, ...(rest > 0 ? [`       and ${rest} more turns`] : [])]
}

function sectionLines(
  title: string,
  forecasts: readonly GateForecast[],
  byId: ReadonlyMap<string, PlanGate>,
  isChange: boolean,
): readonly string[] {
  if (forecasts.length === 0) return []
  const lines = forecasts.flatMap(({ gate, reason, effect }) => {
    const known = byId.get(gate)
    if (!isChange || known === undefined) return [`  ${gate}: ${reason}`]
    return [`  ${gate} (${effect}): ${firstLine(describeCheck(known))}`]
  })
  return ['', title, ...lines]
}

/** Who waits for whom, beside the order in which the plan stands. */
function orderLines(forecasts: readonly GateForecast[]): readonly string[] {
  const needs = forecasts
    .filter((each) => each.needs.length > 0)
    .map(({ gate, needs: ids }) => `  ${gate} waits for ${namesText(ids)}`)
  const phases = [
    ...new Set(forecasts.flatMap(({ phase }) => (phase === undefined ? [] : [phase]))),
  ]
  const resources = [...new Set(forecasts.flatMap(({ exclusive }) => exclusive ?? []))].map(
    (name) =>
      `  one at a time on ${name}: ${namesText(
        forecasts.filter(({ exclusive }) => exclusive === name).map(({ gate }) => gate),
      )}`,
  )
  const order =
    phases.length > 1
      ? [`  phases, each after the required gates of the one before: ${phases.join(' → ')}`]
      : []
  const lines = [...order, ...needs, ...resources]
  return lines.length === 0 ? [] : ['', 'Order:', ...lines]
}

const SOURCES = {
  given: 'given',
  secret: 'given, secret, never stored',
  missing: 'MISSING: --param NAME=VALUE',
} as const

function parameterLines(forecasts: readonly GateForecast[]): readonly string[] {
  const users = new Map<string, { readonly from: keyof typeof SOURCES; readonly gates: string[] }>()
  const taken: string[] = []
  for (const { gate, parameters } of forecasts) {
    for (const { name, from, edge } of parameters) {
      if (from === 'gate') {
        taken.push(`  ${name} from ${edge ?? 'another gate'} for ${gate}`)
        continue
      }
      const known = users.get(name)
      if (known === undefined) users.set(name, { from, gates: [gate] })
      else known.gates.push(gate)
    }
  }
  const lines = [...users].map(
    ([name, { from, gates }]) =>
      `  ${name} (${SOURCES[from].replace('NAME', name)}) for ${namesText(gates)}`,
  )
  return lines.length + taken.length === 0 ? [] : ['', 'Values:', ...lines, ...taken]
}

function pathLines({ longestPath, longestPathLimitMs }: Forecast): readonly string[] {
  if (longestPath.length < 2) return []
  const shown =
    longestPath.length > TURN_LIMIT_COUNT
      ? `${longestPath.slice(0, 3).join(' → ')} → … → ${longestPath.at(-1) ?? ''}`
      : longestPath.join(' → ')
  return [
    '',
    `Longest path: ${longestPath.length} gates, ${durationText(longestPathLimitMs)} at most by their time limits: ${shown}`,
  ]
}

function namesText(names: readonly string[]): string {
  const rest = names.length - NAMES_LIMIT_COUNT
  return `${names.slice(0, NAMES_LIMIT_COUNT).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

function firstLine(text: string): string {
  const line = text.split('\n').find((each) => each.trim() !== '' && !each.trim().startsWith('#'))
  const shown = (line ?? '').trim()
  return shown.length > LINE_LIMIT_CHARACTERS ? `${shown.slice(0, LINE_LIMIT_CHARACTERS)}…` : shown
}
