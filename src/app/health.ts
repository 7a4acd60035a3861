// What the server needs in order to serve, and the ids of its requests.
import { hexOf } from '../kernel/index.ts'
import type { OpenRedis } from '../platform/index.ts'
import type { Random, Sql } from '../kernel/index.ts'
import type { ReadinessCheck } from '../web/index.ts'

const REQUEST_ID_BYTES = 16

/** Hexadecimal, 32 characters. */
export function newRequestId(random: Random): string {
  return hexOf(random.bytes(REQUEST_ID_BYTES))
}

export function makeReadinessChecks(
  sql: Sql,
  tenantId: string,
  redis: Pick<OpenRedis, 'ping'> | undefined,
): readonly ReadinessCheck[] {
  return [
    {
      name: 'database',
      reason: 'The database does not answer.',
      ask: () =>
        sql.transaction({ tenantId }, async (tx) => {
          await tx.query('select 1 as answer', [])
        }),
    },
    ...(redis === undefined
      ? []
      : [
          {
            name: 'redis',
            reason: 'Redis does not answer; each server admits its share of the limits.',
            isOptional: true,
            ask: () => redis.ping(),
          },
        ]),
  ]
}
