// Routes of checklists, plans and runs.
import { z } from 'zod'
import type { CheckDescription, Digest, Reread, Route } from '../kernel/index.ts'
import { defineRoute } from '../kernel/index.ts'
import type { Evidence } from '../evidence/index.ts'
import { reachOfScript } from '../soundness/index.ts'
import type { ScriptReach } from '../soundness/index.ts'
import type { GateSource, Plan } from '../verdict/index.ts'
import { parseGateSources } from './gate-sources.ts'
import { importChecklist } from './import.ts'
import { nameRelease } from './naming.ts'
import type { ReleaseNaming } from './naming.ts'
import { parsePlanFile } from './plan-file.ts'
import { proposePlan } from './proposal.ts'
import { ENVIRONMENT_LIMIT_CHARACTERS } from './release-name.ts'
import { makeRunRoutes } from './run-http.ts'
import type { Runs } from './run-model.ts'
import type { Plans, RecordedPlan } from './service.ts'
import { checksSchema, importedSchema, recordedPlanSchema } from './answers.ts'

export interface GatesRoutePorts {
  readonly digest: Digest
  readonly evidence: Evidence
  readonly plans: Plans
  readonly runs: Runs
}

const sourceShape = {
  /** Name of the file, for messages. */
  name: z.string().min(1).max(1000).exactOptional(),
  /** What else is taken for gates. */
  gates: z.string().max(1000).exactOptional(),
}
const importQuery = z.strictObject(sourceShape)
const reachShape = {
  /** Says also what each script calls, changes and writes, as far as its words show. */
  reach: z.literal('yes').exactOptional(),
}
const planQuery = z.strictObject({
  ...sourceShape,
  ...reachShape,
  kind: z.enum(['plan', 'checklist']).exactOptional(),
  service: z.string().max(500).exactOptional(),
  version: z.string().max(500).exactOptional(),
  environment: z.string().max(ENVIRONMENT_LIMIT_CHARACTERS).exactOptional(),
})
type ImportQuery = z.infer<typeof importQuery>
type PlanQuery = z.infer<typeof planQuery>

interface PresentedPlan extends RecordedPlan {
  readonly counts: { readonly gates: number }
  readonly reach?: Readonly<Record<string, ScriptReach>>
}

export function makeGatesRoutes(ports: GatesRoutePorts): readonly Route[] {
  return [
    ...makeCheckRoutes(ports.plans.checks),
    ...makePlanRoutes(ports),
    ...makeRunRoutes(ports.runs),
  ]
}

function makeCheckRoutes(checks: readonly CheckDescription[]): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/checks',
      summary: 'List the built-in checks that a plan may name',
      access: 'read',
      answer: { data: checksSchema },
      handle: () =>
        Promise.resolve({
          data: checks.map(({ name, summary, outward, parameters, fields }) => ({
            name,
            summary,
            outward,
            parameters,
            fields,
          })),
        }),
    },
  ]
}

function makePlanRoutes({ digest, evidence, plans }: GatesRoutePorts): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/imports',
      summary: 'Read a checklist: gates, counts, holes and findings; nothing is stored or run',
      access: 'read',
      accepts: 'bytes',
      query: importQuery,
      answer: { data: importedSchema },
      async handle({ body, query }) {
        return { data: importChecklist(body as Uint8Array, nameOf(query), digest, alsoOf(query)) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/plans',
      summary: 'Pin a plan, made from a checklist or read from a plan file',
      access: 'write',
      environment: 'none',
      accepts: 'bytes',
      query: planQuery,
      answer: { statuses: [201], data: recordedPlanSchema, reread: rereadPlan(plans) },
      async handle({ principal, body, query }) {
        const bytes = body as Uint8Array
        const plan = planOf(bytes, query, digest)
        if (query.kind !== 'plan') await evidence.keepBytes(principal.tenantId, bytes)
        return {
          status: 201,
          data: presentPlan(await plans.record(principal.tenantId, principal.id, plan), query),
        }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/plan-drafts',
      summary: 'Show the plan that would be pinned; nothing is stored or run',
      access: 'read',
      accepts: 'bytes',
      query: planQuery,
      answer: { data: recordedPlanSchema },
      async handle({ principal, body, query }) {
        const plan = planOf(body as Uint8Array, query, digest)
        return { data: presentPlan(await plans.look(principal.tenantId, plan), query) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/plans/:planHash',
      summary: 'Read a pinned plan',
      access: 'read',
      query: z.strictObject(reachShape),
      answer: { data: recordedPlanSchema },
      async handle({ principal, params, query }) {
        const plan = await plans.read(principal.tenantId, params['planHash'] ?? '')
        return { data: presentPlan(plan, query) }
      },
    }),
    {
      method: 'POST',
      path: '/v1/plan-reviews',
      summary: 'Accept a person’s signed approval of a plan',
      access: 'write',
      asksProof: 'always',
      environment: ({ principal, body }) =>
        plans.environmentOfReview(principal.tenantId, body as Uint8Array),
      accepts: 'bytes',
      answer: { statuses: [201], data: recordedPlanSchema, reread: rereadPlan(plans) },
      async handle({ principal, body }) {
        return {
          status: 201,
          data: presentPlan(await plans.review(principal, body as Uint8Array), {}),
        }
      },
    },
  ]
}

const planName = z.object({ planHash: z.string() })

function rereadPlan(plans: Plans): Reread {
  return {
    name: (data) => planName.parse(data),
    async read({ principal, query }, name) {
      const plan = await plans.read(principal.tenantId, planName.parse(name).planHash)
      return presentPlan(plan, query as Pick<PlanQuery, 'reach'>)
    },
  }
}

/** What else the caller wants taken for gates. */
function alsoOf(query: ImportQuery): readonly GateSource[] {
  const named = query.gates
  return named === undefined ? [] : parseGateSources(named)
}

function planOf(bytes: Uint8Array, query: PlanQuery, digest: Digest): Plan {
  if (query.kind === 'plan') return parsePlanFile(bytes, nameOf(query))
  const imported = importChecklist(bytes, nameOf(query), digest, alsoOf(query))
  return proposePlan(imported, nameRelease(imported, optionsOf(query)))
}

function nameOf(query: ImportQuery): string {
  return query.name ?? 'checklist.md'
}

function optionsOf(query: PlanQuery): Partial<ReleaseNaming> {
  const { service, version, environment } = query
  return {
    ...(service === undefined ? {} : { service }),
    ...(version === undefined ? {} : { version }),
    ...(environment === undefined ? {} : { environment }),
  }
}

function presentPlan(recorded: RecordedPlan, { reach }: Pick<PlanQuery, 'reach'>): PresentedPlan {
  const { plan } = recorded
  const counts = { gates: plan.gates.length }
  if (reach === undefined) return { ...recorded, counts }
  const scripts = plan.gates.flatMap(({ id, check }) =>
    check.type === 'command' ? [[id, reachOfScript(check.script)] as const] : [],
  )
  return { ...recorded, counts, reach: Object.fromEntries(scripts) }
}
