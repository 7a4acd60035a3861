// What routes of checklists, plans and runs answer, as schemas; a plan itself is described by `schemas/`.
import { z } from 'zod'

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const count = z.int().min(0)
const status = z.enum([
  'PENDING',
  'BLOCKED',
  'RUNNING',
  'PASS',
  'WARN',
  'FAIL',
  'ERROR',
  'INCONCLUSIVE',
  'NOT_APPLICABLE',
  'SKIPPED',
])

/** The plan as the plan file has it. */
export const planSchema = z.looseObject({
  source: z.looseObject({ name: z.string(), sha256: digest }),
})

export const checksSchema = z.array(
  z.strictObject({
    name: z.string(),
    summary: z.string(),
    outward: z.enum(['reads', 'asks', 'acts']).optional(),
    parameters: z.record(
      z.string(),
      z.strictObject({
        type: z.enum(['text', 'number', 'boolean']),
        isRequired: z.boolean(),
        summary: z.string(),
      }),
    ),
    fields: z.record(z.string(), z.string()),
  }),
)

export const importedSchema = z.looseObject({
  title: z.string(),
  gates: z.array(z.looseObject({ id: z.string() })),
  counts: z.looseObject({ gates: count, blocks: count, slots: count, toggles: count }),
})

const names = z.array(z.string())
const reachSchema = z.strictObject({
  programs: names,
  network: names,
  changes: names,
  files: names,
  unread: z.string().optional(),
})

export const recordedPlanSchema = z.strictObject({
  plan: planSchema,
  planHash: digest,
  reviewers: z.array(z.string()),
  counts: z.strictObject({ gates: count }),
  /** By gate: what its script calls, as far as its words show; only where the caller asked. */
  reach: z.record(z.string(), reachSchema).optional(),
})

export const runSchema = z.strictObject({
  runId: z.string(),
  planHash: digest,
  service: z.string(),
  version: z.string(),
  terms: z.looseObject({}),
  subject: z.looseObject({ service: z.string(), version: z.string(), environment: z.string() }),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  isWaiting: z.boolean(),
  lease: z
    .strictObject({
      holder: z.strictObject({ id: z.string(), machine: z.string(), pid: count }),
      until: z.iso.datetime(),
    })
    .optional(),
})
export const runsSchema = z.array(runSchema)

export const startedSchema = z.strictObject({
  run: runSchema,
  plan: planSchema,
  isResumed: z.boolean(),
  preview: z
    .looseObject({ action: z.string(), token: z.string(), expiresAt: z.iso.datetime() })
    .nullable(),
  finished: z.record(z.string(), status),
  unfinished: z.array(z.string()),
  attempts: z.record(z.string(), count),
})

export const runViewSchema = z.strictObject({
  run: runSchema,
  plan: planSchema,
  results: z.array(z.looseObject({ gate: z.string(), status, reason: z.string() })),
  attempts: z.record(z.string(), count),
  reviews: z.array(z.strictObject({ principal: z.string(), statement: digest })),
})

export const judgementSchema = z.looseObject({
  status,
  reason: z.string(),
  assertions: z.array(z.looseObject({})),
  slots: z.record(z.string(), z.string()),
  toggles: z.record(z.string(), z.boolean()),
})

export const performedSchema = z.strictObject({ status, reason: z.string(), statement: digest })
