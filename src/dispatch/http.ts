// Routes of requests for runs, and of the runners that wait for them.
import { z } from 'zod'
import { defineRoute } from '../kernel/index.ts'
import type { Clock, Route } from '../kernel/index.ts'
import { nextOf, pageShape, readPage } from '../web/index.ts'
import type { PagedList } from '../web/index.ts'
import { askedSchema, requestSchema, requestsSchema } from './answers.ts'
import type { AskWish } from './asking.ts'
import {
  askedCommitSchema,
  askedDigestsSchema,
  askedLabelsSchema,
  askedParametersSchema,
  askedWaitSchema,
} from './ask-terms.ts'
import { environmentOfRequest, requestParams } from './request-path.ts'
import { makeTakingRoutes } from './taking-http.ts'
import type { Dispatch } from './service.ts'

const REQUESTS: PagedList = {
  name: 'run-requests',
  position: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  limitDefault: 100,
}

const text = z.string().min(1).max(500)

const askSchema = z.strictObject({
  planHash: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  parameters: askedParametersSchema.default({}),
  secrets: z.array(z.string().max(100)).max(100).default([]),
  digests: askedDigestsSchema.optional(),
  commit: askedCommitSchema.optional(),
  labels: askedLabelsSchema.default([]),
  resume: z.enum(['cut-off', 'none']).default('cut-off'),
  repeat: z.boolean().default(false),
  waitS: askedWaitSchema.optional(),
  confirmToken: z.string().max(200).optional(),
})
const listQuery = z.strictObject({
  ...pageShape,
  service: text.optional(),
  version: text.optional(),
  environment: text.optional(),
  state: z.literal('open').optional(),
})

export function makeDispatchRoutes(
  dispatch: Dispatch,
  clock: Pick<Clock, 'nowMs'>,
): readonly Route[] {
  return [...makeAskRoutes(dispatch), ...makeTakingRoutes(dispatch, clock)]
}

function makeAskRoutes(dispatch: Dispatch): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/run-requests',
      summary:
        'Ask a waiting runner for a run of a reviewed plan; what its gates change is confirmed first',
      access: 'write',
      environment: ({ principal, body }) =>
        dispatch.environmentOfPlan(principal.tenantId, body.planHash),
      body: askSchema,
      answer: {
        statuses: [200, 201],
        data: askedSchema,
        secrets: { members: ['preview'], recovery: 'Ask again: nothing was asked for yet.' },
      },
      async handle({ principal, body }) {
        const data = await dispatch.ask(principal, body satisfies AskWish)
        return { status: data.request === null ? 200 : 201, data }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/run-requests',
      summary: 'List requests for runs, newest first, in pages',
      access: 'read',
      query: listQuery,
      answer: { data: requestsSchema, isPaged: true },
      async handle({ principal, query }) {
        const page = readPage(REQUESTS, query)
        const filter = {
          service: query.service,
          version: query.version,
          environment: query.environment,
          isOpen: query.state === 'open',
        }
        const data = await dispatch.list(principal.tenantId, filter, page.limit, page.after)
        return { data, next: nextOf(REQUESTS, page, data, ({ requestId }) => requestId) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/run-requests/:requestId',
      summary: 'Read a request for a run: where it stands, and why',
      access: 'read',
      params: requestParams,
      answer: { data: requestSchema },
      async handle({ principal, params }) {
        return { data: await dispatch.read(principal.tenantId, params.requestId) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/run-requests/:requestId/cancel',
      summary:
        'Cancel a request; a run that was started for it is called off, and what it recorded stands',
      access: 'write',
      params: requestParams,
      environment: environmentOfRequest(dispatch),
      answer: { data: requestSchema },
      async handle({ principal, params }) {
        return { data: await dispatch.cancel(principal, params.requestId) }
      },
    }),
  ]
}
