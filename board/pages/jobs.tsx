// Background work: what runs, what failed for good, what comes again and again; retried or cancelled with a press.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { operations } from '../api.ts'
import type { Job, Schedule } from '../operations-answers.ts'
import { lists } from '../lists-api.ts'
import { useLive } from '../live.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import type { Act } from '../parts/act.tsx'
import { Command } from '../parts/copy.tsx'
import { Choices } from '../parts/choices.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import type { Outcome } from '../outcomes.ts'
import { MoreRows } from '../parts/more.tsx'
import { OutcomeChart } from '../parts/outcome-chart.tsx'
import { Operations } from '../parts/operations.tsx'
import { Loaded } from '../parts/state.tsx'
import { usePages } from '../paged.ts'
import type { Tone } from '../words.ts'

const REFRESH_MS = 3_000
const CHART_REFRESH_MS = 15_000
/** As many as the server answers at once. */
const CHART_ROWS = 200

type Choice = 'all' | Job['state']

export function JobsPage(): ReactNode {
  const [choice, choose] = useState<Choice>('all')
  const act = useAct()
  const jobs = usePages(
    `jobs ${choice}`,
    (page) => lists.jobs(choice === 'all' ? undefined : choice, page),
    REFRESH_MS,
    act.done,
  )
  const kinds = useLive('job kinds', operations.jobKinds)
  const asked = kinds.value?.filter(({ isSchedulable }) => isSchedulable).map(({ name }) => name)
  return (
    <Operations
      title="Jobs"
      lead="What the server does by itself. A job that failed with every attempt stays here until somebody looks."
    >
      <JobChart />
      <div className="section-head">
        <Choices
          label="Which jobs"
          chosen={choice}
          onChoose={choose}
          choices={[
            ['all', 'All'],
            ['active', 'Running'],
            ['ready', 'Ready'],
            ['waiting', 'Waiting'],
            ['dead', 'Failed'],
            ['done', 'Done'],
          ]}
        />
      </div>
      <ActNote act={act} />
      <Loaded live={jobs.live} what="the jobs">
        {({ rows }) =>
          rows.length === 0 ? (
            <p className="soft">
              {choice === 'dead' ? 'No job has failed for good.' : 'No job is like this now.'}
            </p>
          ) : (
            <>
              <JobTable jobs={rows} act={act} asked={asked} />
              <MoreRows what="jobs" list={jobs} />
            </>
          )
        }
      </Loaded>
      <Schedules />
    </Operations>
  )
}

/** Of the newest that ended; where there are more of one kind, both kinds begin where those that are known do. */
function JobChart(): ReactNode {
  const { value } = useLive('chart of jobs', readEnded, CHART_REFRESH_MS)
  if (value === undefined) return null
  return (
    <OutcomeChart
      question="Does the background work get done?"
      what="jobs that ended"
      well="done"
      bad="failed for good"
      {...value}
    />
  )
}

async function readEnded(): Promise<{
  readonly outcomes: readonly Outcome[]
  readonly isCut: boolean
}> {
  const page = { limit: CHART_ROWS, cursor: undefined }
  const both = await Promise.all([lists.jobs('done', page), lists.jobs('dead', page)])
  const ends = both.map(({ data }) => data.map(endOf).filter((atMs) => !Number.isNaN(atMs)))
  const sinceMs = Math.max(
    0,
    ...both.map(({ next }, nth) => (next === null ? 0 : Math.min(...ends[nth]!))),
  )
  const outcomes = ends.flatMap((all, nth) => all.map((atMs) => ({ atMs, isWell: nth === 0 })))
  return { outcomes: outcomes.filter(({ atMs }) => atMs >= sinceMs), isCut: sinceMs > 0 }
}

function endOf({ endedAt }: Job): number {
  return endedAt === null ? Number.NaN : Date.parse(endedAt)
}

const STATES: Readonly<Record<Job['state'], { readonly word: string; readonly tone: Tone }>> = {
  waiting: { word: 'Waiting', tone: 'calm' },
  ready: { word: 'Ready', tone: 'calm' },
  active: { word: 'Running', tone: 'calm' },
  done: { word: 'Done', tone: 'go' },
  dead: { word: 'Failed', tone: 'stop' },
  cancelled: { word: 'Cancelled', tone: 'calm' },
}

interface TableTerms {
  readonly jobs: readonly Job[]
  readonly act: Act
  /** Kinds that people may ask for, and cancel; undefined while that is not known. */
  readonly asked: readonly string[] | undefined
}

function JobTable({ jobs, act, asked }: TableTerms): ReactNode {
  return (
    <table className="rows">
      <caption className="unseen">Jobs, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">Job</th>
          <th scope="col">State</th>
          <th scope="col">What came of it</th>
          <th scope="col">When</th>
          <th scope="col">Do</th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <tr key={job.id}>
            <th scope="row">
              <code>{job.kind}</code>
            </th>
            <td data-column="State">
              <Mark
                tone={STATES[job.state].tone}
                className={job.state === 'active' ? 'running' : ''}
              >
                {STATES[job.state].word}
              </Mark>
            </td>
            <td data-column="What came of it">
              <span>
                {job.error ?? job.note ?? ''} <span className="soft">attempt {job.attempt}</span>
              </span>
            </td>
            <td data-column="When">
              <Moment at={job.endedAt ?? job.startedAt ?? job.dueAt} />
            </td>
            <td data-column="Do">
              <JobButton job={job} act={act} isAskedFor={asked?.includes(job.kind)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface ButtonTerms {
  readonly job: Job
  readonly act: Act
  /** Whether people may ask for its kind; undefined while that is not known. */
  readonly isAskedFor: boolean | undefined
}

function JobButton({ job, act, isAskedFor }: ButtonTerms): ReactNode {
  const { id, kind, state } = job
  if (state === 'done') return <span className="soft">nothing</span>
  const isOver = state === 'dead' || state === 'cancelled'
  if (!isOver && isAskedFor !== true)
    return <span className="soft">{isAskedFor === false ? whyNot(kind) : null}</span>
  const press = (): void =>
    act.run(async () => {
      await (isOver ? operations.retryJob(id) : operations.cancelJob(id))
      return isOver ? `${kind} begins again.` : `${kind} is cancelled.`
    })
  return (
    <button
      type="button"
      disabled={act.isBusy}
      aria-label={`${isOver ? 'Retry' : 'Cancel'} ${kind} ${id}`}
      onClick={press}
    >
      {isOver ? 'Retry' : 'Cancel'}
    </button>
  )
}

/** What nobody asked for is not cancelled: what it carries would be lost. */
function whyNot(kind: string): string {
  const owner = OWNERS[kind]
  return owner === undefined ? 'nothing: the server asked for it' : `ends with its ${owner}`
}

const OWNERS: Readonly<Record<string, string>> = {
  'webhook.deliver': 'endpoint',
  'notification.deliver': 'channel',
}

function Schedules(): ReactNode {
  const schedules = useLive('schedules', operations.schedules, REFRESH_MS)
  return (
    <section aria-labelledby="schedules">
      <h2 id="schedules">What comes again and again</h2>
      <Loaded live={schedules} what="the schedules">
        {(all) =>
          all.length === 0 ? (
            <>
              <p className="soft">No schedule is set.</p>
              <Command
                text={`npx seaworthy jobs schedule nightly --kind ledger.checkpoint --cron "0 3 * * *"`}
              />
            </>
          ) : (
            <ScheduleTable schedules={all} />
          )
        }
      </Loaded>
    </section>
  )
}

function ScheduleTable({ schedules }: { readonly schedules: readonly Schedule[] }): ReactNode {
  return (
    <table className="rows">
      <caption className="unseen">Schedules</caption>
      <thead>
        <tr>
          <th scope="col">Schedule</th>
          <th scope="col">Asks for</th>
          <th scope="col">Cron, in UTC</th>
          <th scope="col">Next</th>
        </tr>
      </thead>
      <tbody>
        {schedules.map(({ name, kind, cron, nextAt }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td data-column="Asks for">
              <code>{kind}</code>
            </td>
            <td data-column="Cron, in UTC">
              <code>{cron}</code>
            </td>
            <td data-column="Next">
              <Moment at={nextAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
