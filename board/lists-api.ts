// Every question about lists that are read page by page; a page begins behind a row, so that rows added meanwhile shift nothing.
import { asking } from './api.ts'
import type { RunRow } from './answers.ts'
import type { AuditEntry, AuditFilter, Delivery, Job, Switch } from './operations-answers.ts'
import type { RunRequest } from './run-answers.ts'

const { pathOf, queryOf, readPage } = asking

export interface Rows<Row> {
  readonly data: readonly Row[]
  /** Cursor of the next page; null where there is none. */
  readonly next: string | null
}

/** Which page of a list. */
export interface PageAsk {
  readonly limit: number
  /** What the page before named as next; undefined = the first. */
  readonly cursor: string | undefined
}

export const lists = {
  runs: (page: PageAsk) => readPage<RunRow>(pathOf('runs') + queryOf({ ...page })),
  deliveries: (endpointId: string, state: Delivery['state'] | undefined, page: PageAsk) =>
    readPage<Delivery>(pathOf('webhooks', endpointId, 'deliveries') + queryOf({ state, ...page })),
  async jobs(state: Job['state'] | undefined, page: PageAsk): Promise<Rows<Job>> {
    const answer = await readPage<Job, { readonly jobs: readonly Job[] }>(
      pathOf('jobs') + queryOf({ state, ...page }),
    )
    return rowsOf(answer)
  },
  /** By name. */
  switches: (page: PageAsk) => readPage<Switch>(pathOf('switches') + queryOf({ ...page })),
  history: (name: string, page: PageAsk) =>
    readPage<Switch>(pathOf('switches', name, 'history') + queryOf({ ...page })),
  /** Newest first. */
  audit: (filter: AuditFilter, page: PageAsk) =>
    readPage<AuditEntry>(pathOf('audit') + queryOf({ ...filter, ...page })),
  /** Requests for runs that no runner has ended yet. */
  openRequests: (page: PageAsk) =>
    readPage<RunRequest>(pathOf('run-requests') + queryOf({ state: 'open', ...page })),
} as const

interface JobsPage {
  readonly data: { readonly jobs: readonly Job[] }
  readonly next: string | null
}

const jobRows = new WeakMap<JobsPage, Rows<Job>>()

/** The same rows for the same answer, so that nothing is drawn again. */
function rowsOf(answer: JobsPage): Rows<Job> {
  const known = jobRows.get(answer) ?? { data: answer.data.jobs, next: answer.next }
  jobRows.set(answer, known)
  return known
}
