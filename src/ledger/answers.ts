// What routes of the ledger answer, as schemas.
import { z } from 'zod'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.int().min(0)

export const appendedSchema = z.strictObject({
  seq: count,
  id: z.string(),
  leafHash: hash,
  isRepeat: z.boolean(),
})

export const entriesSchema = z.strictObject({
  entries: z.array(
    z.strictObject({
      seq: count,
      time: z.iso.datetime(),
      leafHash: hash,
      prev: hash.nullable(),
      body: z.looseObject({}),
      erasedBy: count.optional(),
    }),
  ),
  nextSeq: count.nullable(),
})

export const verdictSchema = z.looseObject({
  ok: z.boolean(),
  scope: z.string(),
  origin: z.string().nullable(),
  size: count,
  reason: z.string().optional(),
  firstBadSeq: count.nullable().optional(),
})

export const proofSchema = z.strictObject({
  seq: count,
  size: count,
  leaf: z.string(),
  leafHash: hash,
  proof: z.array(z.string()),
  root: z.string(),
  checkpoint: z.string(),
  tlogProof: z.string(),
})

const signedSchema = z.strictObject({
  origin: z.string(),
  size: count,
  root: z.string(),
  note: z.string(),
})
export const identitySchema = z.strictObject({ origin: z.string(), noteKey: z.string() })
export const freshSchema = signedSchema.extend({ noteKey: z.string().nullable() })
export const checkpointSchema = signedSchema.extend({ noteKey: z.string() })
export const sealedSchema = signedSchema.extend({ day: z.iso.date() })
export const sealedDaySchema = sealedSchema.extend({ noteKey: z.string() })

export const consistencySchema = z.object({
  from: z.object({ size: z.int(), root: z.string() }),
  to: z.object({ size: z.int(), root: z.string() }),
  proof: z.array(z.string()),
})
