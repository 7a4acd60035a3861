// What the server needs in order to serve, and the ids of its requests.
import { hexOf } from '../kernel/index.ts'
import { systemClock } from '../platform/index.ts'
import type { OpenBlobs, OpenRedis } from '../platform/index.ts'
import type { Random, Sql } from '../kernel/index.ts'
import type { WatchedRegister } from '../ledger/index.ts'
import type { ReadinessCheck } from '../web/index.ts'

const REQUEST_ID_BYTES = 16
/** A look at the erasure register holds for so long. */
const REGISTER_AGE_MS = 30_000

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
  readonly register: Pick<WatchedRegister, 'findGap'>
}

export function makeReadinessChecks(ports: ReadinessPorts): readonly ReadinessCheck[] {
  const { sql, tenantId, redis, bucket } = ports
  const findGap = registerLook(ports)
  return [
    {
      name: 'database',
      reason: 'The database does not answer.',
      ask: () =>
        sql.transaction({ tenantId }, async (tx) => {
          await tx.query('select 1 as answer', [])
        }),
    },
    {
      name: 'erasure-register',
      reason:
        'The erasure register cannot be read or lacks lines that it had; the log of the server says which.',
      isOptional: true,
      async ask() {
        if ((await findGap()) !== undefined) throw new Error('a gap')
      },
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

/** Whoever asks for health asks often, and each look reads the whole register. */
function registerLook({
  register,
}: Pick<ReadinessPorts, 'register'>): () => Promise<string | undefined> {
  let kept: { readonly atMs: number; readonly gap: Promise<string | undefined> } | undefined
  return () => {
    const nowMs = systemClock.monotonicMs()
    if (kept === undefined || nowMs - kept.atMs >= REGISTER_AGE_MS)
      kept = { atMs: nowMs, gap: register.findGap() }
    return kept.gap
  }
}
