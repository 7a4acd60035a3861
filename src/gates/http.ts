// Routes of checklists, plans and runs.
import { z } from 'zod'
import type { CheckDescription, ContentDigest, Digest, Route, RouteInput } from '../kernel/index.ts'
import { isContentDigest } from '../kernel/index.ts'
import type { Evidence } from '../evidence/index.ts'
import { parseBody } from '../web/index.ts'
import type { GateSource, Plan } from '../verdict/index.ts'
import { parseGateSources } from './gate-sources.ts'
import { importChecklist } from './import.ts'
import { nameRelease } from './naming.ts'
import type { ReleaseNaming } from './naming.ts'
import { parsePlanFile } from './plan-file.ts'
import { proposePlan } from './proposal.ts'
import { callSchema } from './run-call.ts'
import type { Runs } from './run-model.ts'
import type { Plans, RecordedPlan } from './service.ts'

export interface GatesRoutePorts {
  readonly digest: Digest
  readonly evidence: Evidence
  readonly plans: Plans
  readonly runs: Runs
  readonly checks: readonly CheckDescription[]
}

const digestSchema = z.custom<ContentDigest>(
  (value) => typeof value === 'string' && isContentDigest(value),
  'expected sha256: and 64 hexadecimal digits',
)
const textSchema = z.string().min(1).max(500)

const startSchema = z.strictObject({
  planHash: digestSchema,
  parameters: z.record(z.string().max(100), z.string().max(10_000)),
  parametersDigest: digestSchema,
  subject: z.strictObject({
    service: textSchema,
    version: textSchema,
    environment: textSchema,
    digests: z.record(textSchema, z.string().regex(/^(sha256:)?[0-9a-f]{64}$/)),
    commit: z
      .string()
      .regex(/^[0-9a-f]{40,64}$/)
      .exactOptional(),
  }),
  confirmToken: z.string().max(200).optional(),
  resume: z.enum(['cut-off', 'open', 'must', 'none']).optional(),
  gates: z.array(z.string().max(2000)).min(1).max(10_000).optional(),
  runner: z
    .strictObject({
      id: z.string().min(1).max(100),
      machine: z.string().max(300),
      pid: z.int().min(0),
    })
    .optional(),
  replaces: z.string().max(100).optional(),
  call: callSchema.optional(),
})

const intentSchema = z.strictObject({
  gate: z.string().max(2000),
  attempt: z.int().min(1).max(1000),
  holder: z.string().max(100).optional(),
})
const holderIdSchema = z.string().min(1).max(100)
const renewSchema = z.strictObject({ holder: holderIdSchema })
const pauseSchema = z.strictObject({ holder: holderIdSchema, isWaiting: z.boolean() })

export function makeGatesRoutes(ports: GatesRoutePorts): readonly Route[] {
  return [...makeCheckRoutes(ports.checks), ...makePlanRoutes(ports), ...makeRunRoutes(ports)]
}

function makeCheckRoutes(checks: readonly CheckDescription[]): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/checks',
      summary: 'List the built-in checks that a plan may name',
      access: 'read',
      handle: () =>
        Promise.resolve({
          data: checks.map(({ name, summary, parameters, fields }) => ({
            name,
            summary,
            parameters,
            fields,
          })),
        }),
    },
  ]
}

function makePlanRoutes({ digest, evidence, plans }: GatesRoutePorts): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/imports',
      summary: 'Read a checklist: gates, counts, holes and findings; nothing is stored or run',
      access: 'read',
      accepts: 'bytes',
      async handle({ body, query }) {
        return { data: importChecklist(body as Uint8Array, nameOf(query), digest, alsoOf(query)) }
      },
    },
    {
      method: 'POST',
      path: '/v1/plans',
      summary: 'Pin a plan, made from a checklist or read from a plan file',
      access: 'write',
      accepts: 'bytes',
      async handle({ principal, body, query }) {
        const bytes = body as Uint8Array
        const plan = planOf(bytes, query, digest)
        if (query['kind'] !== 'plan') await evidence.keepBytes(principal.tenantId, bytes)
        return {
          status: 201,
          data: presentPlan(await plans.record(principal.tenantId, principal.id, plan)),
        }
      },
    },
    {
      method: 'POST',
      path: '/v1/plan-drafts',
      summary: 'Show the plan that would be pinned; nothing is stored or run',
      access: 'read',
      accepts: 'bytes',
      async handle({ principal, body, query }) {
        const plan = planOf(body as Uint8Array, query, digest)
        return { data: presentPlan(await plans.look(principal.tenantId, plan)) }
      },
    },
    {
      method: 'GET',
      path: '/v1/plans/:planHash',
      summary: 'Read a pinned plan',
      access: 'read',
      async handle({ principal, params }) {
        return { data: presentPlan(await plans.read(principal.tenantId, params['planHash'] ?? '')) }
      },
    },
    {
      method: 'POST',
      path: '/v1/plan-reviews',
      summary: 'Accept a person’s signed approval of a plan',
      access: 'write',
      accepts: 'bytes',
      async handle({ principal, body }) {
        return {
          status: 201,
          data: presentPlan(await plans.review(principal.tenantId, body as Uint8Array)),
        }
      },
    },
  ]
}

function makeRunRoutes({ runs }: GatesRoutePorts): readonly Route[] {
  const runIdOf = (input: RouteInput): string => input.params['runId'] ?? ''
  return [
    {
      method: 'POST',
      path: '/v1/runs',
      summary: 'Start a run of a pinned plan, or take up an open one on the same terms',
      access: 'write',
      async handle({ principal, body }) {
        return {
          status: 201,
          data: await runs.start(principal, parseBody(startSchema, body)),
        }
      },
    },
    {
      method: 'GET',
      path: '/v1/runs',
      summary: 'List the newest runs',
      access: 'read',
      async handle({ principal }) {
        return { data: await runs.listRecent(principal.tenantId) }
      },
    },
    {
      method: 'GET',
      path: '/v1/runs/:runId',
      summary: 'Read a run with every gate’s status',
      access: 'read',
      async handle(input) {
        return { data: await runs.read(input.principal.tenantId, runIdOf(input)) }
      },
    },
    {
      method: 'POST',
      path: '/v1/runs/:runId/intents',
      summary: 'Announce an attempt of a gate before it begins',
      access: 'write',
      async handle(input) {
        const intent = parseBody(intentSchema, input.body)
        const { principal } = input
        await runs.intend(principal.tenantId, principal.id, { ...intent, runId: runIdOf(input) })
        return { status: 201, data: null }
      },
    },
    {
      method: 'POST',
      path: '/v1/runs/:runId/lease',
      summary: 'Sign of life of the runner that executes the run',
      access: 'write',
      async handle(input) {
        const { holder } = parseBody(renewSchema, input.body)
        await runs.renew(input.principal.tenantId, runIdOf(input), holder)
        return { data: null }
      },
    },
    {
      method: 'POST',
      path: '/v1/runs/:runId/pause',
      summary: 'Let a run go and leave it open, cut off or waiting',
      access: 'write',
      async handle(input) {
        const { tenantId } = input.principal
        const { holder, isWaiting } = parseBody(pauseSchema, input.body)
        return { data: await runs.pause(tenantId, runIdOf(input), holder, isWaiting) }
      },
    },
    {
      method: 'POST',
      path: '/v1/runs/:runId/built-in',
      summary: 'Run a built-in check of the plan here; the answer is its status',
      access: 'write',
      async handle(input) {
        const intent = parseBody(intentSchema, input.body)
        const { principal } = input
        const { status, reason, statement } = await runs.perform(principal.tenantId, principal.id, {
          ...intent,
          runId: runIdOf(input),
        })
        return { status: 201, data: { status, reason, statement } }
      },
    },
    {
      method: 'POST',
      path: '/v1/runs/:runId/results',
      summary: 'Accept a signed gate run; the answer is the status recomputed from its evidence',
      access: 'write',
      accepts: 'bytes',
      async handle(input) {
        const judgement = await runs.record(
          input.principal.tenantId,
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
      async handle(input) {
        const { principal } = input
        return { data: await runs.finish(principal.tenantId, principal.id, runIdOf(input)) }
      },
    },
  ]
}

/** What else the caller wants taken for gates. */
function alsoOf(query: Readonly<Record<string, string>>): readonly GateSource[] {
  const named = query['gates']
  return named === undefined ? [] : parseGateSources(named)
}

function planOf(bytes: Uint8Array, query: Readonly<Record<string, string>>, digest: Digest): Plan {
  if (query['kind'] === 'plan') return parsePlanFile(bytes, nameOf(query))
  const imported = importChecklist(bytes, nameOf(query), digest, alsoOf(query))
  return proposePlan(imported, nameRelease(imported, optionsOf(query)))
}

function nameOf(query: Readonly<Record<string, string>>): string {
  return query['name'] ?? 'checklist.md'
}

function optionsOf(query: Readonly<Record<string, string>>): Partial<ReleaseNaming> {
  const { service, version, environment } = query
  return {
    ...(service === undefined ? {} : { service }),
    ...(version === undefined ? {} : { version }),
    ...(environment === undefined ? {} : { environment }),
  }
}

function presentPlan(recorded: RecordedPlan): RecordedPlan & { counts: { gates: number } } {
  return { ...recorded, counts: { gates: recorded.plan.gates.length } }
}
