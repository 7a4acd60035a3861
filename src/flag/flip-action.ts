// The action `flag.flip`: a flip that asks for a person's second thought, previewed and carried out once.
import { z } from 'zod'
import type { Action } from '../kernel/index.ts'
import { flagFault } from './errors.ts'
import { parseWord } from './model.ts'
import type { Flags } from './service.ts'

const line = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}]+$/u, 'expected one line')

/** A flip as it comes over HTTP; the word is read by the rules of a document of switches. */
export const flipSchema = z.strictObject({
  word: z.json(),
  reason: line,
  expectedVersion: z.int().min(1).exactOptional(),
})

export const reasonSchema = line

const paramsSchema = flipSchema.extend({ name: z.string().min(1).max(100) })

export function flipAction(flags: Flags): Action {
  return {
    name: 'flag.flip',
    summary: 'Flip a switch that asks for a confirmation',
    // A kill switch is high risk: what one person turned off is not turned on again by a second thought of their own.
    asksSecondPerson: true,
    open(principal, params) {
      const read = paramsSchema.safeParse(params)
      if (!read.success)
        throw flagFault('FLAG_REFUSED', `expected a flip: ${z.prettifyError(read.error)}`)
      const wish = { ...read.data, word: parseWord(read.data.word) }
      return Promise.resolve({
        async preview(tx) {
          const { stored, from, to, isConfirmed } = await flags.foresee(
            tx,
            principal.tenantId,
            wish,
          )
          const { kind, confirms } = stored.definition
          return {
            summary: `flip ${kind} ${wish.name}: ${from} → ${to}`,
            risk: isConfirmed ? (kind === 'kill-switch' ? 'high' : 'medium') : 'low',
            changes: [{ of: wish.name, effect: 'write-prod', what: `${from} → ${to}` }],
            policy: `confirms ${confirms}`,
            state: { version: stored.version },
          }
        },
        async carryOut(tx) {
          const { isChanged, stored } = await flags.flipInTx(tx, principal, wish)
          return { isChanged, name: stored.name, version: stored.version }
        },
      })
    },
  }
}
