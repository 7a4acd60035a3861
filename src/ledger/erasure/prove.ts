// Proves of single entries that they are among those that an attestation says were erased, for whoever has no database.
import { base64Of, bytesOfBase64 } from '../../kernel/index.ts'
import type { Digest, Sql, SqlTx } from '../../kernel/index.ts'
import { makeInclusionProver, merkleRoot } from '../../proof/index.ts'
import { selectEpochs } from '../epoch/store.ts'
import type { PayloadKeys } from '../payload/keys.ts'
import { readAttestation } from './check.ts'
import type { AttestationPlace } from './check.ts'
import { ATTESTED_LIMIT } from './model.ts'
import { selectErased, selectErasedBy } from './store.ts'
import type { SealedPlace } from './store.ts'

export interface ErasureProof {
  /** Position of the entry that attests it, in the same log. */
  readonly by: number
  /** Position among what that entry attests, from 0. */
  readonly index: number
  /** From the HMAC of the leaf hash upwards to the attested root. */
  readonly proof: readonly Uint8Array[]
}

/** Of these entries of the open log; what no entry of that log attests is left out. */
export type ProveErasures = (
  tenantId: string,
  seqs: readonly number[],
) => Promise<ReadonlyMap<number, ErasureProof>>

export interface ErasureProofPorts {
  readonly sql: Sql
  readonly digest: Digest
  readonly payloadKeys: PayloadKeys
}

export function makeErasureProofs(ports: ErasureProofPorts): ProveErasures {
  return (tenantId, seqs) =>
    ports.sql.transaction({ tenantId }, async (tx) => {
      const found = new Map<number, ErasureProof>()
      const log = (await selectEpochs(tx, tenantId)).at(-1)
      if (log === undefined || seqs.length === 0) return found
      const { logId } = log
      const bySeq = await selectErasedBy(tx, logId, seqs)
      for (const by of new Set(bySeq.values())) {
        const wanted = seqs.filter((seq) => bySeq.get(seq) === by)
        const proofs = await proveUnder(ports, tx, tenantId, { logId, seq: by }, wanted)
        for (const [seq, proof] of proofs) found.set(seq, proof)
      }
      return found
    })
}

async function proveUnder(
  ports: ErasureProofPorts,
  tx: SqlTx,
  tenantId: string,
  by: AttestationPlace,
  seqs: readonly number[],
): Promise<readonly (readonly [number, ErasureProof])[]> {
  const { digest } = ports
  const attestation = await readAttestation(ports, tx, tenantId, by)
  if (attestation === undefined) return []
  const places: SealedPlace[] = []
  let after = { logId: 0, seq: -1 }
  while (places.length <= attestation.count) {
    const page = await selectErased(tx, tenantId, by, after, ATTESTED_LIMIT)
    if (page.length === 0) break
    places.push(...page)
    after = page.at(-1)!
  }
  const key = bytesOfBase64(attestation.key)
  const hashes = places.map(({ leafHash }) => digest.hmacSha256(key, leafHash))
  const isWhole =
    hashes.length === attestation.count && base64Of(merkleRoot(digest, hashes)) === attestation.root
  if (!isWhole) return []
  const prove = makeInclusionProver(digest, hashes)
  const indexes = new Map(
    places.flatMap(({ logId, seq }, index) => (logId === by.logId ? [[seq, index] as const] : [])),
  )
  return seqs.flatMap((seq) => {
    const index = indexes.get(seq)
    return index === undefined ? [] : [[seq, { by: by.seq, index, proof: prove(index) }] as const]
  })
}
