// A chart that says whether something goes well now, and when it did not: what went well stands above a line, what failed hangs below it.
import { useId } from 'react'
import type { ReactNode } from 'react'
import { viewOutcomes } from '../outcomes.ts'
import type { Outcome, OutcomeView, Span } from '../outcomes.ts'
import { durationText } from '../words.ts'
import { Mark } from './mark.tsx'
import { Moment } from './moment.tsx'

interface ChartTerms {
  /** The question that it answers. */
  readonly question: string
  /** What is counted, of many, e.g. `deliveries`. */
  readonly what: string
  /** What it is called when it went well, and when not, e.g. `delivered`. */
  readonly well: string
  readonly bad: string
  readonly outcomes: readonly Outcome[]
  /** There are older ones. */
  readonly isCut: boolean
}

/** Of the picture, in units of its own; it is as wide as there is room. */
const BAR_WIDTH = 10
const BAR_GAP = 2
const HALF_HEIGHT = 40
/** One in a thousand is seen all the same. */
const BAR_HEIGHT_LEAST = 3

export function OutcomeChart(terms: ChartTerms): ReactNode {
  const { question, what, well, bad, isCut } = terms
  const id = useId()
  const view = viewOutcomes(terms.outcomes, isCut)
  if (view === undefined) return null
  const { spans, wellCount, badCount, stepMs } = view
  const all = (wellCount + badCount).toLocaleString('en')
  return (
    <section className="chart" aria-labelledby={id}>
      <h2 id={id}>{question}</h2>
      <p>
        <Now view={view} terms={terms} />{' '}
        <span className="soft">
          {isCut ? `Of the newest ${all} ${what}` : `Of all ${all} ${what}`}, {wellCount} {well} and{' '}
          {badCount} {bad}.
        </span>
      </p>
      <Bars view={view} terms={terms} />
      <p className="chart-ends soft">
        <Moment at={spans[0]!.fromMs} />
        <span>each bar: {durationText(stepMs)}</span>
        <Moment at={spans.at(-1)!.fromMs} />
      </p>
      <details>
        <summary>The same as a table</summary>
        <SpanTable spans={spans.filter((each) => each.wellCount + each.badCount > 0)} {...terms} />
      </details>
    </section>
  )
}

interface PartTerms {
  readonly view: OutcomeView
  readonly terms: ChartTerms
}

function Now({ view, terms }: PartTerms): ReactNode {
  const { lastCount, lastIsWell, wellCount, badCount } = view
  const word = lastIsWell ? terms.well : terms.bad
  const count =
    lastCount === wellCount + badCount
      ? 'All'
      : lastCount === 1
        ? 'The last one'
        : `The last ${lastCount}`
  return <Mark tone={lastIsWell ? 'go' : 'stop'}>{`${count} ${word}`}</Mark>
}

/** What it shows is said in words above it and in the table below it. */
function Bars({ view: { spans }, terms }: PartTerms): ReactNode {
  const most = Math.max(...spans.flatMap(({ wellCount, badCount }) => [wellCount, badCount]))
  const heightOf = (count: number): number =>
    count === 0 ? 0 : Math.max(BAR_HEIGHT_LEAST, (count / most) * HALF_HEIGHT)
  const width = spans.length * BAR_WIDTH
  return (
    <svg
      viewBox={`0 0 ${width} ${2 * HALF_HEIGHT + 1}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Bars over time: ${terms.well} above the line, ${terms.bad} below it; at most ${most} in one`}
    >
      {spans.map(({ fromMs, wellCount, badCount }, nth) => {
        const place = { x: nth * BAR_WIDTH + BAR_GAP / 2, width: BAR_WIDTH - BAR_GAP }
        const up = heightOf(wellCount)
        return (
          <g key={fromMs}>
            <title>{`${wellCount} ${terms.well}, ${badCount} ${terms.bad}`}</title>
            <rect className="well" {...place} y={HALF_HEIGHT - up} height={up} />
            <rect className="bad" {...place} y={HALF_HEIGHT + 1} height={heightOf(badCount)} />
          </g>
        )
      })}
      <rect className="zero" x={0} width={width} y={HALF_HEIGHT} height={1} />
    </svg>
  )
}

interface TableTerms {
  readonly spans: readonly Span[]
  readonly question: string
  readonly well: string
  readonly bad: string
}

function SpanTable({ spans, question, well, bad }: TableTerms): ReactNode {
  return (
    <table className="rows">
      <caption className="unseen">{question}</caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">{well}</th>
          <th scope="col">{bad}</th>
        </tr>
      </thead>
      <tbody>
        {spans.map(({ fromMs, wellCount, badCount }) => (
          <tr key={fromMs}>
            <th scope="row">
              <Moment at={fromMs} />
            </th>
            <td data-column={well} className="figure">
              {wellCount}
            </td>
            <td data-column={bad} className="figure">
              {badCount}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
