// Readiness by area, computed from how the gates stand and how old their evidence is; nobody can type it in.
import { isSatisfied } from '../verdict/index.ts'
import type { Standings } from '../verdict/index.ts'
import { areasOf } from './area.ts'
import type { AreaStanding } from './area.ts'
import type { Cell, ReportFacts, ReportPage, ReportTable } from './model.ts'
import { composePage } from './page.ts'
import { gatesTable } from './tables.ts'
import { countOf, formatDuration, formatInstant, NO_DATA } from './words.ts'

export function composeReadiness(facts: ReportFacts, standings: Standings): ReportPage {
  const areas = areasOf(facts.plan, standings, facts.verdict.notYetDue)
  const readyCount = areas.filter((area) => readyWord(area) === 'READY').length
  return composePage('readiness', facts, {
    facts: [['Areas ready', `${readyCount} of ${areas.length}`]],
    tables: [areasTable(areas, facts.inputs.asOfMs), gatesTable(facts, standings)],
  })
}

function areasTable(areas: readonly AreaStanding[], asOfMs: number): ReportTable {
  return {
    title: 'Areas',
    lead: 'An area is ready when each of its required gates is satisfied by evidence that was fresh at the decision. It is not a score, and nothing averages it.',
    columns: [
      'Standing',
      'Area',
      'Required gates held',
      'Oldest evidence',
      'First to go stale',
      'Missing',
    ],
    rows: areas.map((area) => [
      readyCell(area),
      area.area,
      `${area.heldCount} of ${area.requiredCount}`,
      oldestOf(area, asOfMs),
      firstStaleOf(area),
      missingOf(area),
    ]),
    empty: 'No gate.',
  }
}

type ReadyWord = 'READY' | 'NOT READY' | 'ADVISORY' | 'NOT YET DUE'

function readyWord({ requiredCount, heldCount, laterCount }: AreaStanding): ReadyWord {
  if (requiredCount === 0) return laterCount === 0 ? 'ADVISORY' : 'NOT YET DUE'
  return heldCount === requiredCount ? 'READY' : 'NOT READY'
}

function readyCell(area: AreaStanding): Cell {
  const text = readyWord(area)
  if (text === 'ADVISORY' || text === 'NOT YET DUE') return { text, tone: 'wait' }
  return { text, tone: text === 'READY' ? 'go' : 'stop' }
}

function oldestOf({ standings }: AreaStanding, asOfMs: number): string {
  const times = standings.flatMap(({ result }) =>
    result?.finishedAtMs === undefined ? [] : [result.finishedAtMs],
  )
  // A reduction, because a checklist may have more gates than a call may have arguments.
  const oldestMs = times.reduce<number | undefined>(
    (oldest, at) => (oldest === undefined || at < oldest ? at : oldest),
    undefined,
  )
  return oldestMs === undefined ? NO_DATA : formatDuration(asOfMs - oldestMs)
}

function firstStaleOf({ standings }: AreaStanding): string {
  const ends = standings.flatMap(({ expiresAtMs }) =>
    expiresAtMs === undefined ? [] : [expiresAtMs],
  )
  const firstMs = ends.reduce<number | undefined>(
    (first, at) => (first === undefined || at < first ? at : first),
    undefined,
  )
  return firstMs === undefined ? 'never by age' : formatInstant(firstMs)
}

const MISSING_SHOWN_COUNT = 3

function missingOf({ required }: AreaStanding): string {
  const missing = required.filter(({ status }) => !isSatisfied(status))
  const shown = missing
    .slice(0, MISSING_SHOWN_COUNT)
    .map(({ gate, status }) => `${gate.title} (${status})`)
  const hiddenCount = missing.length - shown.length
  return [...shown, ...(hiddenCount > 0 ? [countOf(hiddenCount, 'more gate')] : [])].join('; ')
}
