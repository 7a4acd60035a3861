// What the server needs in order to serve, and the ids of its requests.
import { hexOf } from '../kernel/index.ts'
import type { OpenBlobs, OpenRedis } from '../platform/index.ts'
import type { Random, Sql } from '../kernel/index.ts'
import type { ReadinessCheck } from '../web/index.ts'

const REQUEST_ID_BYTES = 16

/** Hexadecimal, 32 characters. */
export function newRequestId(random: Random): string {
  return hexOf(random.bytes(REQUEST_ID_BYTES))
}

export interface ReadinessPorts {
  readonly sql: Sql
  readonly tenantId: string
  readonly redis: Pick<OpenRedis, 'ping'> | undefined
  /** Undefined where evidence bytes are files. */
  readonly bucket: Pick<OpenBlobs, 'ask'> | undefined
}

export function makeReadinessChecks(ports: ReadinessPorts): readonly ReadinessCheck[] {
  const { sql, tenantId, redis, bucket } = ports
  return [
    {
      name: 'database',
      reason: 'The database does not answer.',
      ask: () =>
        sql.transaction({ tenantId }, async (tx) => {
          await tx.query('select 1 as answer', [])
        }),
    },
    ...(bucket === undefined
      ? []
      : [
          {
            name: 'evidence',
            reason: 'The store of evidence bytes does not answer, or refuses this server.',
            ask: () => bucket.ask(),
          },
        ]),
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
