// Built-in check of webhooks: whether receivers hear of what happens, and how soon.
import type { BuiltinCheck, CheckDescription, Clock, Sql } from '../kernel/index.ts'
import type { LedgerReaders } from '../ledger/index.ts'
import { selectDeliveryFigures } from './check-store.ts'
import { READER_NAME } from './model.ts'

const WINDOW_DEFAULT_MINUTES = 60
const MS_PER_MINUTE = 60_000

const DELIVERY = {
  name: 'webhook-delivery',
  summary: 'What became of the deliveries of the last minutes, and how long what waits has waited',
  parameters: {
    minutes: {
      type: 'number',
      isRequired: false,
      summary: `how far back deliveries are counted; default ${WINDOW_DEFAULT_MINUTES}`,
    },
  },
  fields: {
    endpoints: 'endpoints that are enabled',
    resting: 'endpoints that rest after failures',
    deliveries: 'deliveries that were due within the time; with none there is nothing to say',
    delivered: 'those that arrived',
    dead: 'those that were given up',
    ratio: 'delivered ÷ (delivered + dead + tried and not arrived yet); null without any',
    firstAttemptP95Ms:
      'how long after its fact the first attempt of a delivery began, 95 of 100; null without any',
    oldestPendingMs: 'how long the oldest delivery has waited that is not tried yet; 0 without any',
    unreadEntries: 'entries of the ledger that were not looked at yet',
  },
} satisfies CheckDescription

export const WEBHOOK_CHECKS: readonly CheckDescription[] = [DELIVERY]

export function makeWebhookChecks(ports: {
  readonly sql: Sql
  readonly clock: Pick<Clock, 'nowMs'>
  readonly readers: LedgerReaders
}): readonly BuiltinCheck[] {
  return [
    {
      ...DELIVERY,
      async collect({ tenantId, parameters }) {
        const given = parameters['minutes']
        const minutes = typeof given === 'number' ? given : WINDOW_DEFAULT_MINUTES
        const nowMs = ports.clock.nowMs()
        const figures = await ports.sql.transaction({ tenantId }, (tx) =>
          selectDeliveryFigures(tx, tenantId, nowMs - minutes * MS_PER_MINUTE, nowMs),
        )
        const { delivered, dead, failing } = figures
        const tried = delivered + dead + failing
        return {
          endpoints: figures.endpoints,
          resting: figures.resting,
          deliveries: figures.deliveries,
          delivered,
          dead,
          ratio: tried === 0 ? null : delivered / tried,
          firstAttemptP95Ms: figures.firstAttemptP95Ms,
          oldestPendingMs: figures.oldestPendingMs,
          unreadEntries: await ports.readers.lag(READER_NAME, tenantId),
        }
      },
    },
  ]
}
