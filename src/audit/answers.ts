// The form of an audit entry: as the ledger has it, and as the route answers it.
import { z } from 'zod'
import { AUDIT_RESULTS } from './model.ts'

export const auditRecordSchema = z.strictObject({
  action: z.string(),
  resource: z.string(),
  result: z.enum(AUDIT_RESULTS),
  status: z.int().nullable(),
  code: z.string().nullable(),
  requestId: z.string(),
  credential: z.string().nullable(),
  parameters: z.string(),
  fields: z.record(z.string(), z.string()),
  peer: z.string().nullable(),
  counts: z.record(z.string(), z.int()).nullable(),
})

export const auditEntrySchema = auditRecordSchema.extend({
  seq: z.int().min(0),
  at: z.iso.datetime(),
  actor: z.string(),
})
