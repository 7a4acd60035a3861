// Routes of runs: started, executed under a lease, finished.
import { z } from 'zod'
import { defineRoute } from '../kernel/index.ts'
import type { Reread, Route, RouteInput } from '../kernel/index.ts'
import {
  judgementSchema,
  performedSchema,
  runSchema,
  runsSchema,
  runViewSchema,
  startedSchema,
} from './answers.ts'
import { nextOf, pageShape, readPage } from '../web/index.ts'
import type { PagedList } from '../web/index.ts'
import type { Runs, RunStart } from './run-model.ts'
import { intentSchema, pauseSchema, renewSchema, startSchema } from './run-requests.ts'

const RUNS: PagedList = { name: 'runs', position: /^.{1,200}$/u, limitDefault: 100 }

const viewName = z.object({ run: z.object({ runId: z.string() }) })
const startName = viewName.extend({ isResumed: z.boolean() })

/** Of a start that left nothing to confirm: the token of a preview is not told twice. */
export function rereadStarted(
  readStart: (tenantId: string, runId: string) => Promise<RunStart>,
): Reread {
  return {
    name: (data) => startName.parse(data),
    async read({ principal }, name) {
      const { run, isResumed } = startName.parse(name)
      return { ...(await readStart(principal.tenantId, run.runId)), isResumed, preview: null }
    },
  }
}

export function makeRunRoutes(runs: Runs): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/runs',
      summary: 'Start a run of a pinned plan, or take up an open one on the same terms',
      access: 'write',
      environment: async ({ body }) => body.subject.environment,
      body: startSchema,
      answer: {
        statuses: [201],
        data: startedSchema,
        secrets: { members: ['preview'], recovery: 'Start the run again: it is taken up.' },
        reread: rereadStarted((tenantId, runId) => runs.readStart(tenantId, runId)),
      },
      async handle({ principal, body }) {
        return {
          status: 201,
          data: await runs.start(principal, body),
        }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/runs',
      summary: 'List runs, newest first, in pages',
      access: 'read',
      query: z.strictObject(pageShape),
      answer: { data: runsSchema, isPaged: true },
      async handle({ principal, query }) {
        const page = readPage(RUNS, query)
        const data = await runs.listPage(principal.tenantId, page.limit, page.after)
        return { data, next: nextOf(RUNS, page, data, ({ runId }) => runId) }
      },
    }),
    {
      method: 'GET',
      path: '/v1/runs/:runId',
      summary: 'Read a run with every gate’s status',
      access: 'read',
      answer: { data: runViewSchema },
      async handle(input) {
        return { data: await runs.read(input.principal.tenantId, runIdOf(input)) }
      },
    },
    ...makeExecutionRoutes(runs),
    ...makeOutcomeRoutes(runs),
  ]
}

function environmentOfRun(
  runs: Runs,
): (input: Pick<RouteInput, 'principal' | 'params'>) => Promise<string> {
  return (input) => runs.environmentOf(input.principal.tenantId, runIdOf(input))
}

/** Routes of whoever executes a run. */
function makeExecutionRoutes(runs: Runs): readonly Route[] {
  const ofRun = environmentOfRun(runs)
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/runs/:runId/intents',
      summary: 'Announce an attempt of a gate before it begins',
      access: 'write',
      environment: ofRun,
      body: intentSchema,
      answer: { statuses: [201], data: z.null() },
      async handle(input) {
        const intent = input.body
        const { principal } = input
        await runs.intend(principal.tenantId, principal.id, { ...intent, runId: runIdOf(input) })
        return { status: 201, data: null }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/runs/:runId/lease',
      summary: 'Sign of life of the runner that executes the run',
      access: 'write',
      repetition: 'harmless',
      environment: ofRun,
      body: renewSchema,
      answer: { data: z.null() },
      async handle(input) {
        const { holder } = input.body
        await runs.renew(input.principal.tenantId, runIdOf(input), holder)
        return { data: null }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/runs/:runId/pause',
      summary: 'Let a run go and leave it open, cut off or waiting',
      access: 'write',
      environment: ofRun,
      body: pauseSchema,
      answer: { data: runSchema },
      async handle(input) {
        const { tenantId } = input.principal
        const { holder, isWaiting } = input.body
        return { data: await runs.pause(tenantId, runIdOf(input), holder, isWaiting) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/runs/:runId/built-in',
      summary: 'Run a built-in check of the plan here; the answer is its status',
      access: 'write',
      // Checks may take long; an attempt that was announced is refused when it is announced again.
      repetition: 'own',
      environment: ofRun,
      body: intentSchema,
      answer: { statuses: [201], data: performedSchema },
      async handle(input) {
        const intent = input.body
        const { principal } = input
        const { status, reason, statement } = await runs.perform(principal.tenantId, principal.id, {
          ...intent,
          runId: runIdOf(input),
        })
        return { status: 201, data: { status, reason, statement } }
      },
    }),
  ]
}

/** Routes of what came of it: results, of machines and of people, and the end. */
function makeOutcomeRoutes(runs: Runs): readonly Route[] {
  const ofRun = environmentOfRun(runs)
  return [
    {
      method: 'POST',
      path: '/v1/runs/:runId/results',
      summary: 'Accept a signed gate run; the answer is the status recomputed from its evidence',
      access: 'write',
      environment: ofRun,
      // An answer to a manual gate is a person's word. Runners come with keys, which are asked for no proof.
      asksProof: 'always',
      accepts: 'bytes',
      answer: { statuses: [201], data: judgementSchema },
      async handle(input) {
        const judgement = await runs.record(
          input.principal,
          runIdOf(input),
          input.body as Uint8Array,
        )
        return { status: 201, data: judgement }
      },
    },
    {
      method: 'POST',
      path: '/v1/runs/:runId/finish',
      summary: 'Close a run; it never changes afterwards',
      access: 'write',
      environment: ofRun,
      answer: {
        data: runViewSchema,
        reread: {
          name: (data) => viewName.parse(data),
          read: ({ principal }, name) =>
            runs.read(principal.tenantId, viewName.parse(name).run.runId),
        },
      },
      async handle(input) {
        const { principal } = input
        return { data: await runs.finish(principal.tenantId, principal.id, runIdOf(input)) }
      },
    },
  ]
}

function runIdOf({ params }: Pick<RouteInput, 'params'>): string {
  return params['runId'] ?? ''
}
