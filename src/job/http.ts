// Routes of background work.
import { z } from 'zod'
import { defineRoute } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import { nextOf, pageShape, readPage } from '../web/index.ts'
import type { PagedList } from '../web/index.ts'
import { JOB_STATES, PAGE_LIMIT_COUNT } from './model.ts'
import type { StoredJob } from './model.ts'
import type { JobDesk } from './service.ts'
import { jobPageSchema, jobSchema, kindsSchema, scheduleAnswerSchema } from './answers.ts'

const JOBS: PagedList = {
  name: 'jobs',
  position: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  limitDefault: PAGE_LIMIT_COUNT,
}
const listSchema = z.strictObject({
  ...pageShape,
  state: z.enum(JOB_STATES).exactOptional(),
  kind: z.string().min(1).max(100).exactOptional(),
  before: z.uuid().exactOptional(),
})
const scheduleSchema = z.strictObject({
  kind: z.string().min(1).max(100),
  cron: z.string().min(9).max(200),
})
const askSchema = z.strictObject({ kind: z.string().min(1).max(100) })
const nameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,99}$/, 'expected small letters, digits, dots and hyphens')

/** A page of jobs as the API shows it. */
export interface JobPage {
  readonly jobs: readonly StoredJob[]
  /** What `before` says to get older ones; null at the end. */
  readonly next: string | null
}

const SCHEDULES: PagedList = {
  name: 'schedules',
  position: /^[^\p{Cc}]{1,200}$/u,
  limitDefault: 200,
}

/** A kind of job as the API shows it. */
export interface PresentedKind {
  readonly name: string
  readonly summary: string
  readonly attemptLimit: number
  readonly tenantLimit: number | null
  readonly isSchedulable: boolean
}

export function makeJobRoutes(desk: JobDesk): readonly Route[] {
  return [...jobRoutes(desk), ...scheduleRoutes(desk)]
}

function jobRoutes(desk: JobDesk): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/jobs',
      summary: 'List the jobs of the tenant, newest first',
      access: 'read',
      query: listSchema,
      answer: { data: jobPageSchema, isPaged: true },
      async handle({ principal, query: { state, kind, before, ...rest } }) {
        const page = readPage(JOBS, rest)
        const filter = { state, kind, before: page.after ?? before }
        const jobs = await desk.list(principal.tenantId, filter, page.limit)
        const oldest = jobs.length < page.limit ? undefined : jobs.at(-1)
        const data: JobPage = { jobs, next: oldest?.id ?? null }
        return { data, next: nextOf(JOBS, page, jobs, ({ id }) => id) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/jobs',
      summary: 'Ask for a job of a kind that people may ask for',
      access: 'write',
      body: askSchema,
      answer: { statuses: [202], data: jobSchema },
      async handle({ principal, body }) {
        return { status: 202, data: await desk.ask(principal, body.kind) }
      },
    }),
    {
      method: 'GET',
      path: '/v1/jobs/:jobId',
      summary: 'Show a job: its state, attempts, progress, and what it came to',
      access: 'read',
      answer: { data: jobSchema },
      async handle({ principal, params }) {
        return { data: await desk.read(principal.tenantId, params['jobId'] ?? '') }
      },
    },
    {
      method: 'POST',
      path: '/v1/jobs/:jobId/retry',
      summary: 'Begin a dead or cancelled job again',
      access: 'write',
      answer: { data: jobSchema },
      async handle({ principal, params }) {
        return { data: await desk.retry(principal, params['jobId'] ?? '') }
      },
    },
    {
      method: 'POST',
      path: '/v1/jobs/:jobId/cancel',
      summary: 'Cancel a job; one that runs is told to stop',
      access: 'write',
      answer: { data: jobSchema },
      async handle({ principal, params }) {
        return { data: await desk.cancel(principal, params['jobId'] ?? '') }
      },
    },
  ]
}

function scheduleRoutes(desk: JobDesk): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/job-kinds',
      summary: 'List the kinds of background work of this server',
      access: 'read',
      answer: { data: kindsSchema },
      handle: () =>
        Promise.resolve({
          data: desk.kinds.map(
            ({ name, summary, attemptLimit, tenantLimit, isSchedulable }): PresentedKind => ({
              name,
              summary,
              attemptLimit,
              tenantLimit: tenantLimit ?? null,
              isSchedulable: isSchedulable === true,
            }),
          ),
        }),
    },
    defineRoute({
      method: 'GET',
      path: '/v1/schedules',
      summary: 'List the schedules of the tenant in pages, by name',
      access: 'read',
      query: z.strictObject(pageShape),
      answer: { data: z.array(scheduleAnswerSchema), isPaged: true },
      async handle({ principal, query }) {
        const page = readPage(SCHEDULES, query)
        const rows = await desk.schedules(principal.tenantId, page)
        return { data: rows, next: nextOf(SCHEDULES, page, rows, ({ name }) => name) }
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/v1/schedules/:name',
      summary: 'Have a kind of job asked for again and again, by five fields of cron in UTC',
      access: 'write',
      body: scheduleSchema,
      params: z.strictObject({ name: nameSchema }),
      answer: { data: scheduleAnswerSchema },
      async handle({ principal, params, body }) {
        return { data: await desk.schedule(principal, { ...params, ...body }) }
      },
    }),
    {
      method: 'DELETE',
      path: '/v1/schedules/:name',
      summary: 'Remove a schedule; a job that it asked for already still runs',
      access: 'write',
      answer: { data: z.null() },
      async handle({ principal, params }) {
        await desk.unschedule(principal, params['name'] ?? '')
        return { data: null }
      },
    },
  ]
}
