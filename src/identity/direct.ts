// What is done only after a preview, by everybody but the operator.
import { z } from 'zod'
import type { Caller, Json, Principal } from '../kernel/index.ts'
import { identityFault } from './errors.ts'

/**
 * The operator is exempt: whoever holds the key of the data folder can make as many admins as they like, and a rule that they can step around at
 * once would only look like one.
 * @throws IDENTITY_CONFIRMATION_REQUIRED
 */
export function assertDirect(principal: Principal | Caller, action: string): void {
  if ('credential' in principal && principal.credential === 'operator') return
  throw identityFault(
    'IDENTITY_CONFIRMATION_REQUIRED',
    `expected a confirmed preview of ${action}, got the wish alone`,
    { details: { action } },
  )
}

/** What an action was asked for. @throws IDENTITY_ACTION_REFUSED */
export function readParams<Form extends z.ZodType>(form: Form, params: Json): z.output<Form> {
  const read = form.safeParse(params)
  if (read.success) return read.data
  throw identityFault('IDENTITY_ACTION_REFUSED', `expected a wish: ${z.prettifyError(read.error)}`)
}
