// Release metrics from the ledger's times. What nothing recorded supports says "no data", never 0.
import type { Cell, RecordedFact, ReportFacts, ReportPage, ReportTable } from './model.ts'
import { composePage, nameOf, titlesOf } from './page.ts'
import { textMemberOf } from './payload.ts'
import { gateTimings, humanWaits } from './waiting.ts'
import type { GateTiming, HumanWait } from './waiting.ts'
import { countOf, formatDuration, formatInstant, NO_DATA } from './words.ts'

export function composeMetrics(facts: ReportFacts): ReportPage {
  const waits = humanWaits(facts.facts, facts.plan)
  return composePage('metrics', facts, {
    tables: [
      figuresTable(facts, waits),
      waitsTable(facts, waits),
      slowestTable(facts, gateTimings(facts.facts)),
    ],
  })
}

function figuresTable(report: ReportFacts, waits: readonly HumanWait[]): ReportTable {
  const { facts } = report
  const timings = gateTimings(facts)
  const retriedCount = timings.filter(({ attempt }) => attempt > 1).length
  const rows: readonly (readonly [string, string, string])[] = [
    ['First run to first Go', leadTimeOf(facts), 'run.started to release.decided'],
    ['Human waiting time, longest', longestOf(waits), 'see the next table'],
    [
      'Human waiting time, all together',
      waits.length === 0 ? NO_DATA : formatDuration(sumOf(waits.map(lengthOf))),
      'waits may overlap',
    ],
    [
      'Gate time, all together',
      timings.length === 0
        ? NO_DATA
        : formatDuration(sumOf(timings.map((timing) => timing.durationMs))),
      'gate.intended to gate.recorded',
    ],
    [
      'Attempts at gates',
      timings.length === 0 ? NO_DATA : `${timings.length}, ${retriedCount} of them repeated`,
      'gate.recorded',
    ],
    ['Runs', countedOf(facts, 'run.started'), 'run.started'],
    ['Decisions', countedOf(facts, 'release.decided'), 'release.decided'],
    ['Rejections', rejectionsOf(facts), 'sign-off.recorded'],
    ['Deploy time', rolloutTimeOf(facts), 'rollout.started to rollout.finished'],
    ['Rollbacks', rollbacksOf(facts), 'rollout.rolled-back'],
    ['Error budget remaining', budgetOf(report), 'decision inputs'],
  ]
  return {
    title: 'Figures',
    lead: 'Times are those of the ledger when it recorded each fact.',
    columns: ['Metric', 'Value', 'Measured by'],
    rows,
    empty: '',
  }
}

function waitsTable(report: ReportFacts, waits: readonly HumanWait[]): ReportTable {
  return {
    title: 'How long the release waited for people',
    lead: 'A sign-off waits from the newest result it is about; an answer from the start of its run.',
    columns: ['Waited', 'For', 'On', 'Who', 'Until'],
    rows: waits.map((wait) => [
      formatDuration(lengthOf(wait)),
      wait.what,
      wait.on,
      nameOf(report, wait.actor),
      formatInstant(wait.untilMs),
    ]),
    empty: `${NO_DATA}: nobody has signed, answered or reviewed anything.`,
  }
}

const SLOWEST_SHOWN_COUNT = 10

function slowestTable({ plan }: ReportFacts, timings: readonly GateTiming[]): ReportTable {
  const titles = titlesOf(plan)
  return {
    title: `Slowest gates, at most ${SLOWEST_SHOWN_COUNT}`,
    columns: ['Took', 'Gate', 'Attempt'],
    rows: timings
      .toSorted((a, b) => b.durationMs - a.durationMs)
      .slice(0, SLOWEST_SHOWN_COUNT)
      .map(({ gate, attempt, durationMs }): Cell[] => [
        formatDuration(durationMs),
        titles.get(gate) ?? gate,
        String(attempt),
      ]),
    empty: `${NO_DATA}: no attempt is recorded.`,
  }
}

function leadTimeOf(facts: readonly RecordedFact[]): string {
  const started = facts.find(({ type }) => type === 'run.started')
  const went = facts.find(
    (fact) =>
      fact.type === 'release.decided' &&
      ['GO', 'GO_WITH_WAIVERS'].includes(textMemberOf(fact, 'verdict') ?? ''),
  )
  return started === undefined || went === undefined
    ? NO_DATA
    : formatDuration(went.atMs - started.atMs)
}

function longestOf(waits: readonly HumanWait[]): string {
  const longest = waits.toSorted((a, b) => lengthOf(b) - lengthOf(a))[0]
  return longest === undefined
    ? NO_DATA
    : `${formatDuration(lengthOf(longest))}, ${longest.what} on ${longest.on}`
}

function countedOf(facts: readonly RecordedFact[], type: string): string {
  const count = facts.filter((fact) => fact.type === type).length
  return count === 0 ? NO_DATA : String(count)
}

// Signatures are data, so that none of them is a rejection is a figure; without any signature it is not.
function rejectionsOf(facts: readonly RecordedFact[]): string {
  const signed = facts.filter(({ type }) => type === 'sign-off.recorded')
  if (signed.length === 0) return NO_DATA
  const count = signed.filter((fact) => textMemberOf(fact, 'decision') === 'REJECT').length
  return `${count} of ${countOf(signed.length, 'signature')}`
}

function rolloutTimeOf(facts: readonly RecordedFact[]): string {
  const started = facts.find(({ type }) => type === 'rollout.started')
  const finished = facts.findLast(({ type }) => type === 'rollout.finished')
  return started === undefined || finished === undefined
    ? `${NO_DATA}: no rollout is recorded`
    : formatDuration(finished.atMs - started.atMs)
}

function rollbacksOf(facts: readonly RecordedFact[]): string {
  if (!facts.some(({ type }) => type.startsWith('rollout.')))
    return `${NO_DATA}: no rollout is recorded`
  return String(facts.filter(({ type }) => type === 'rollout.rolled-back').length)
}

function budgetOf({ inputs }: ReportFacts): string {
  return inputs.errorBudget === undefined
    ? `${NO_DATA}: no error budget entered the decision`
    : `${(inputs.errorBudget * 100).toFixed(1)} %, ${(inputs.policy.minimumErrorBudget * 100).toFixed(1)} % needed`
}

function lengthOf(wait: HumanWait): number {
  return wait.untilMs - wait.sinceMs
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
