// The action `webhook.remove`: an endpoint goes with its deliveries; what was not delivered yet is lost, so it asks a second person.
import { z } from 'zod'
import type { Action } from '../kernel/index.ts'
import { webhookFault } from './errors.ts'
import type { Webhooks } from './service.ts'

const paramsSchema = z.strictObject({ id: z.string().min(1).max(100) })

export function removeWebhookAction(
  webhooks: Pick<Webhooks, 'foreseeRemoval' | 'removeInTx'>,
): Action {
  return {
    name: 'webhook.remove',
    summary: 'Remove an endpoint that has undelivered events',
    access: 'admin',
    asksSecondPerson: true,
    open(principal, params) {
      const read = paramsSchema.safeParse(params)
      if (!read.success)
        throw webhookFault(
          'WEBHOOK_ENDPOINT_REFUSED',
          `expected an endpoint: ${z.prettifyError(read.error)}`,
        )
      const { id } = read.data
      return Promise.resolve({
        async preview(tx) {
          const { host, undelivered } = await webhooks.foreseeRemoval(tx, principal.tenantId, id)
          const hasUndelivered = undelivered > 0
          return {
            summary: `remove the endpoint at ${host} with ${undelivered} undelivered events`,
            risk: hasUndelivered ? 'high' : 'low',
            // The count changes all the time; that something is lost is what a second person agrees to.
            changes: [
              {
                of: id,
                effect: 'write-prod',
                what: hasUndelivered
                  ? 'removed, and its undelivered events are lost'
                  : 'removed with its deliveries',
              },
            ],
            policy: 'undelivered events ask a second person',
            state: { hasUndelivered },
          }
        },
        async carryOut(tx) {
          await webhooks.removeInTx(tx, principal, id)
          return { id }
        },
      })
    },
  }
}
