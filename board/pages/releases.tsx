// The newest releases with what would be decided of each now.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { api } from '../api.ts'
import type { Review, RunRow } from '../answers.ts'
import { lists } from '../lists-api.ts'
import { useLive } from '../live.ts'
import { Mark, VerdictMark } from '../parts/mark.tsx'
import { Moment, ReleaseZone } from '../parts/moment.tsx'
import { ShowMore } from '../parts/more.tsx'
import { Empty, FirstStep, Loaded, useTitle } from '../parts/state.tsx'
import { toldOfFacts, toldOfRelease } from '../rhythms.ts'
import { usePages } from '../paged.ts'
import type { PagedList } from '../paged.ts'
import { addressOfRelease, Link } from '../routes.tsx'
import { countOf, isSettled } from '../words.ts'

const REFRESH_MS = 5_000
/** Verdicts change with people and with time, not only with the run. */
const VERDICT_MS = 60_000
/** Each row asks for its own verdict, so that a long list asks for what is looked at. */
const SHOWN_AT_FIRST_COUNT = 12

export function ReleasesPage(): ReactNode {
  useTitle('Releases')
  const runs = usePages('runs', lists.runs, toldOfFacts(REFRESH_MS, 'run', 'release'))
  return (
    <>
      <h1>Releases</h1>
      <Loaded live={runs.live} what="the releases">
        {({ rows }) =>
          rows.length === 0 ? <NoRelease /> : <ReleaseList runs={rows} list={runs} />
        }
      </Loaded>
    </>
  )
}

function NoRelease(): ReactNode {
  return (
    <Empty title="No release has been run yet">
      <p>
        A release appears here with its first run. An unreviewed checklist only reads: nothing it
        says is carried out before somebody has looked at the plan.
      </p>
      <p>
        Begin here, without a command line: <Link to="/import">Import a checklist</Link>
      </p>
      <FirstStep command="npx seaworthy run CHECKLIST.md" />
    </Empty>
  )
}

interface ListTerms {
  readonly runs: readonly RunRow[]
  readonly list: PagedList<RunRow>
}

function ReleaseList({ runs, list }: ListTerms): ReactNode {
  const [limit, extend] = useState(SHOWN_AT_FIRST_COUNT)
  const newest = newestOfEach(runs)
  const shown = newest.slice(0, limit)
  const isCounted = list.live.value?.hasMore !== true
  const more = (): void => {
    const next = shown.length + list.step
    extend(next)
    if (next > newest.length && !isCounted) list.more()
  }
  return (
    <>
      <table className="rows releases">
        <caption className="unseen">Newest run of each release in each environment</caption>
        <thead>
          <tr>
            <th scope="col">Release</th>
            <th scope="col">As things stand</th>
            <th scope="col">Gates</th>
            <th scope="col">Environment</th>
            <th scope="col">Run started</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((run) => (
            <ReleaseRow key={run.runId} run={run} />
          ))}
        </tbody>
      </table>
      <ShowMore
        what="releases"
        shownCount={shown.length}
        total={isCounted ? newest.length : undefined}
        step={list.step}
        hasMore={shown.length < newest.length || !isCounted}
        isBusy={list.isBusy}
        onMore={more}
      />
    </>
  )
}

/** Runs come newest first; a release that was run again is shown once for each environment. */
function newestOfEach(runs: readonly RunRow[]): readonly RunRow[] {
  const seen = new Set<string>()
  return runs.filter(({ service, version, subject }) => {
    const name = JSON.stringify([service, version, subject.environment])
    return seen.size !== seen.add(name).size
  })
}

function ReleaseRow({ run }: { readonly run: RunRow }): ReactNode {
  const review = useLive(
    `release ${run.runId}`,
    () => api.release(run.subject),
    toldOfRelease(run, VERDICT_MS),
    run,
  )
  return (
    <tr>
      <th scope="row">
        <Link to={addressOfRelease(run.subject)} className="name">
          {run.service} <span className="version">{run.version}</span>
        </Link>
      </th>
      <td data-column="As things stand" className="verdict-cell">
        {review.value === undefined ? (
          <span className="soft">{review.fault === undefined ? '…' : review.fault.title}</span>
        ) : (
          <VerdictMark value={review.value.verdict.value} />
        )}
      </td>
      <td data-column="Gates">
        {review.value === undefined ? '…' : <GateCount review={review.value} />}
      </td>
      <td data-column="Environment">{run.subject.environment}</td>
      <td data-column="Run started">
        <ReleaseZone value={review.value?.timezone}>
          <Moment at={run.startedAt} />
        </ReleaseZone>{' '}
        <RunState run={run} />
      </td>
    </tr>
  )
}

function GateCount({ review }: { readonly review: Review }): ReactNode {
  const settled = review.results.filter(({ status }) => isSettled(status)).length
  const total = review.plan.gates.length
  return (
    <span className="figure">
      <Link to={`${addressOfRelease(review.subject)}#gates`}>
        {settled} of {countOf(total, 'gate')}
      </Link>
      <progress value={settled} max={total} aria-label={`${settled} of ${total} gates settled`} />
    </span>
  )
}

function RunState({ run }: { readonly run: RunRow }): ReactNode {
  if (run.finishedAt !== null) return null
  if (run.lease !== undefined)
    return (
      <Mark tone="calm" className="running">
        running
      </Mark>
    )
  return <span className="soft">{run.isWaiting ? 'waits for a person' : 'open'}</span>
}
