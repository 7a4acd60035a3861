// What an endpoint is made of and changed to, as bodies of requests say it.
import { z } from 'zod'
import { breakerSchema } from './breaker-terms.ts'

const endpointFields = {
  url: z.string().min(1).max(2_000),
  kinds: z.array(z.string().max(100)).min(1).max(50),
  description: z
    .string()
    .max(300)
    .regex(/^[^\p{Cc}]*$/u, 'expected no control characters'),
  hasBodySignature: z.boolean(),
}
export const createSchema = z.strictObject({
  ...endpointFields,
  kinds: endpointFields.kinds.default(['*']),
  description: endpointFields.description.default(''),
  hasBodySignature: endpointFields.hasBodySignature.default(true),
  breaker: breakerSchema.prefault({}),
})
export const changeSchema = z.strictObject({
  url: endpointFields.url.exactOptional(),
  kinds: endpointFields.kinds.exactOptional(),
  description: endpointFields.description.exactOptional(),
  hasBodySignature: endpointFields.hasBodySignature.exactOptional(),
  isEnabled: z.boolean().exactOptional(),
  breaker: breakerSchema.exactOptional(),
})
