// Reads a request body by a zod schema and says which field is wrong.
import type { z } from 'zod'
import { webFault } from './errors.ts'

/** @throws WEB_BODY_INVALID naming every field that does not fit. */
export function parseBody<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`,
  )
  throw webFault('WEB_BODY_INVALID', fields.join('; '), { details: { fields } })
}
