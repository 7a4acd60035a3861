// The ledger's part of a bundle that is sealed: entries with their proofs, their payloads, and what attests that these were erased.
import { bytesOfBase64, utf8Bytes } from '../kernel/index.ts'
import type { Erasures, LedgerEntry, SignedCheckpoint } from '../ledger/index.ts'
import { formatBundleConsistency, formatBundleEntries } from '../proof/index.ts'
import type { BundleEntry, BundleFile } from '../proof/index.ts'
import type { DecisionInputs } from '../verdict/index.ts'
import type { ReleaseContext } from './context.ts'

export async function collectLedger(
  context: ReleaseContext,
  tenantId: string,
  checkpoint: SignedCheckpoint,
  listed: readonly LedgerEntry[],
  inputs: DecisionInputs,
): Promise<BundleFile[]> {
  const { ledger } = context.ports
  const { shown, proofs } = await withAttestations(context, tenantId, listed, checkpoint.size)
  const entries: BundleEntry[] = []
  for (const { seq, leaf } of shown) {
    const payload = await ledger.payloadOf(tenantId, seq)
    const { proof } = await ledger.proveInclusion(tenantId, seq, checkpoint.size)
    const erased = proofs.get(seq)
    const said = payload === undefined ? (erased === undefined ? {} : { erased }) : { payload }
    entries.push({ seq, leaf, proof, ...said })
  }
  const from = inputs.checkpoint
  const consistency = {
    from: { size: from.size, root: bytesOfBase64(from.root) },
    to: { size: checkpoint.size, root: bytesOfBase64(checkpoint.root) },
    proof: (await ledger.proveConsistency(tenantId, from.size, checkpoint.size)).proof,
  }
  return [
    { path: 'checkpoint', bytes: utf8Bytes(checkpoint.note) },
    { path: 'entries.json', bytes: formatBundleEntries(entries) },
    { path: 'consistency.json', bytes: formatBundleConsistency(consistency) },
  ]
}

/** What was erased is shown with the entries that attest it, as far as the checkpoint covers them. */
async function withAttestations(
  { ports: { ledger, erasures } }: ReleaseContext,
  tenantId: string,
  listed: readonly LedgerEntry[],
  size: number,
): Promise<{
  readonly shown: readonly LedgerEntry[]
  readonly proofs: Awaited<ReturnType<Erasures['prove']>>
}> {
  const gone = listed.filter(({ erasedBy }) => erasedBy !== undefined && erasedBy < size)
  const proofs = await erasures.prove(
    tenantId,
    gone.map(({ seq }) => seq),
  )
  const known = new Set(listed.map(({ seq }) => seq))
  const by = [...new Set([...proofs.values()].map((proof) => proof.by))]
  const attesting = await ledger.entriesAt(
    tenantId,
    by.filter((seq) => !known.has(seq)),
  )
  return { shown: [...listed, ...attesting].toSorted((a, b) => a.seq - b.seq), proofs }
}
