// What routes of background work answer, as schemas.
import { z } from 'zod'
import { JOB_STATES } from './model.ts'

export const jobSchema = z.strictObject({
  id: z.uuid(),
  kind: z.string(),
  key: z.string().nullable(),
  state: z.enum(JOB_STATES),
  priority: z.int(),
  attempt: z.int().min(0),
  dueAt: z.iso.datetime(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  progress: z.number().nullable(),
  note: z.string().nullable(),
  error: z.string().nullable(),
  result: z.json(),
})

export const jobPageSchema = z.strictObject({
  jobs: z.array(jobSchema),
  next: z.string().nullable(),
})

export const kindsSchema = z.array(
  z.strictObject({
    name: z.string(),
    summary: z.string(),
    attemptLimit: z.int(),
    tenantLimit: z.int().nullable(),
    isSchedulable: z.boolean(),
  }),
)

export const scheduleAnswerSchema = z.strictObject({
  name: z.string(),
  kind: z.string(),
  cron: z.string(),
  nextAt: z.iso.datetime(),
  createdBy: z.string(),
})
