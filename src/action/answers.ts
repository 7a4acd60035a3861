// What routes of actions answer, as schemas.
import { z } from 'zod'

const previewSchema = z.strictObject({
  summary: z.string(),
  risk: z.enum(['low', 'medium', 'high']),
  changes: z.array(z.strictObject({ of: z.string(), effect: z.string(), what: z.string() })),
  policy: z.string(),
  state: z.json(),
})

export const issuedSchema = previewSchema.extend({
  action: z.string(),
  token: z.string(),
  expiresAt: z.iso.datetime(),
  asksSecondPerson: z.literal(true).optional(),
})

export const shownSchema = z.strictObject({
  action: z.string(),
  params: z.json(),
  preview: previewSchema,
  expiresAt: z.iso.datetime(),
  previewedBy: z.string(),
  asksSecondPerson: z.boolean(),
})

export const actionsSchema = z.array(
  z.strictObject({
    name: z.string(),
    summary: z.string(),
    access: z.enum(['write', 'admin']),
    asksSecondPerson: z.boolean(),
  }),
)

/** Each action has a result of its own. */
export const resultSchema = z.json()
