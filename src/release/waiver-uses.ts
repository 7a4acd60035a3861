// How often waivers were used: decisions over one review, however often they are taken, use a waiver once.
import type { ContentDigest } from '../kernel/index.ts'
import { parseEnvelope, parseStatement } from '../proof/index.ts'
import type { ReleasePorts } from './context.ts'
import type { StoredUse } from './register-store.ts'

/** Recorded uses of one waiver. */
export interface WaiverUses {
  /** Number of the last recorded use, 0 when there is none. */
  readonly lastNumber: number
  /** What the decisions that used it were taken over, each once. */
  readonly reviewHashes: readonly string[]
}

export type UsesByWaiver = Readonly<Record<string, WaiverUses>>

/** Reads of each use what the signed decision behind it was taken over. */
export async function readWaiverUses(
  { evidence }: Pick<ReleasePorts, 'evidence'>,
  tenantId: string,
  stored: readonly StoredUse[],
): Promise<UsesByWaiver> {
  const uses = new Map<string, WaiverUses>()
  for (const { waiverId, number, statementId } of stored) {
    const reviewHash = reviewHashIn(await evidence.read(tenantId, statementId)) ?? statementId
    const known = uses.get(waiverId)?.reviewHashes ?? []
    const reviewHashes = known.includes(reviewHash) ? known : [...known, reviewHash]
    uses.set(waiverId, { lastNumber: number, reviewHashes })
  }
  return Object.fromEntries(uses)
}

/** Uses of each waiver by decisions over anything else than this review; over anything when none is given. */
export function countWaiverUses(
  uses: UsesByWaiver,
  reviewHash?: ContentDigest,
): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(uses).map(([id, { reviewHashes }]) => [
      id,
      reviewHashes.filter((each) => each !== reviewHash).length,
    ]),
  )
}

function reviewHashIn(envelopeBytes: Uint8Array): string | undefined {
  const envelope = parseEnvelope(envelopeBytes)
  const statement = envelope.ok ? parseStatement(envelope.value.payload) : undefined
  if (statement?.ok !== true || statement.value.kind !== 'decision') return undefined
  return statement.value.predicate.reviewHash
}
