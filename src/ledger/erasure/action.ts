// The action `ledger.erase`: somebody's payloads are gone for good, so a second person confirms it.
import { z } from 'zod'
import { messageOf } from '../../kernel/index.ts'
import type { Action, Log } from '../../kernel/index.ts'
import { ledgerFault } from '../errors.ts'
import { executeErasure, previewErasure } from './erasure.ts'
import type { ErasurePorts } from './model.ts'
import type { RegisteredErasure } from './register.ts'

const line = (limit: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(limit)
    .regex(/^[^\p{Cc}]+$/u, 'expected one line')

const paramsSchema = z.strictObject({
  subject: line(300),
  reason: line(1_000),
  policy: line(300).exactOptional(),
})

const WHAT: Readonly<Record<string, string>> = {
  subject: 'payloads about them and their key, gone for good',
  actor: 'payloads of what they did and their key, gone for good',
  record: 'payloads that were kept under legal obligation and their key, gone for good',
}

export function eraseAction(ports: ErasurePorts & { readonly log: Pick<Log, 'error'> }): Action {
  return {
    name: 'ledger.erase',
    summary: 'Erase the payloads that the ledger holds of somebody',
    access: 'admin',
    asksSecondPerson: true,
    open(principal, params) {
      const read = paramsSchema.safeParse(params)
      if (!read.success)
        throw ledgerFault(
          'LEDGER_ERASURE_REFUSED',
          `expected whose payloads and why: ${z.prettifyError(read.error)}`,
        )
      const wish = read.data
      const { tenantId } = principal
      const registered: RegisteredErasure[] = []
      const { register, log } = ports
      const noting: ErasurePorts = {
        ...ports,
        register: {
          ...register,
          add(erasure) {
            registered.push(erasure)
            return register.add(erasure)
          },
        },
      }
      return Promise.resolve({
        async preview(tx) {
          const { erased, kept, tenants } = await previewErasure(ports, tx, tenantId, wish)
          const total = erased.reduce((sum, { count }) => sum + count, 0)
          const counted = erased.map((each) => `${each.count} of class ${each.class}`).join(', ')
          return {
            // Counts change while people think; which classes are reached is what they agree to.
            summary: [
              `erase ${total} payloads of ${wish.subject} (${counted || 'none'})`,
              `stay: ${kept} under legal obligation, ${tenants} under the tenant's own key that only name them`,
            ].join('; '),
            risk: 'high',
            changes: [
              ...erased.map((each) => ({
                of: each.class,
                effect: 'destroy',
                what: WHAT[each.class] ?? each.class,
              })),
              ...(kept > 0
                ? [{ of: 'record', effect: 'none', what: 'stays: a policy must allow it' }]
                : []),
              ...(tenants > 0
                ? [{ of: 'tenant', effect: 'none', what: 'stays: the payloads are not theirs' }]
                : []),
              { of: 'leaf', effect: 'none', what: 'stays: actor, subject and time of each entry' },
            ],
            policy: wish.policy ?? 'erasure asks a second person',
            state: { classes: erased.map((each) => each.class) },
          }
        },
        async carryOut(tx, { previewedBy }) {
          const approvers = [...new Set([previewedBy, principal.id])]
          const done = await executeErasure(noting, tx, tenantId, wish, approvers)
          return { ...done, attestedBy: [...done.attestedBy] }
        },
        async takeBack() {
          // What cannot be taken back counts as confirmed, and is carried out at the next start.
          for (const erasure of registered.splice(0))
            await register.addUndone(erasure).catch((error: unknown) => {
              const detail = messageOf(error)
              log.error('an erasure that was undone is not noted as undone', { tenantId, detail })
            })
        },
      })
    },
  }
}
