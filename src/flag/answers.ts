// What routes of switches answer, as schemas.
import { z } from 'zod'

const shape = {
  name: z.string(),
  definition: z.looseObject({
    kind: z.enum(['kill-switch', 'flag']),
    boot: z.enum(['on', 'off']),
    confirms: z.enum(['none', 'restore', 'all']),
  }),
  word: z.json(),
  says: z.string(),
  version: z.int().min(1),
  reason: z.string(),
  changedBy: z.string(),
  changedAt: z.iso.datetime(),
}

export const switchesSchema = z.array(z.strictObject(shape))
export const changedSchema = z.strictObject({ isChanged: z.boolean(), ...shape })
export const historySchema = z.array(
  z.strictObject({ kind: z.enum(['defined', 'flipped']), ...shape }),
)
