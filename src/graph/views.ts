// Things of the graph as fields ask for them: evidence, statements, entries, checkpoints. Methods are fields that have to look.
import type { ObjectRow, RecordedStatement } from '../evidence/index.ts'
import { contentDigest } from '../kernel/index.ts'
import type { LedgerEntry } from '../ledger/index.ts'
import type { EvidenceRef, Reason } from '../verdict/index.ts'
import { idOf } from './ids.ts'
import type { GraphReader } from './reader.ts'

export type View = Readonly<Record<string, unknown>>

export function instantOf(ms: number): string
export function instantOf(ms: number | undefined): string | null
export function instantOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString()
}

export function viewReason({ rule, text, flip, gate }: Reason): View {
  return { rule, text, flip, gate: gate ?? null }
}

export function viewEvidence({ digest, mediaType, sizeBytes }: ObjectRow, name?: string): View {
  return {
    __typename: 'Evidence',
    id: idOf('Evidence', digest),
    digest,
    name: name ?? null,
    mediaType,
    sizeBytes,
  }
}

export function viewRef(ref: EvidenceRef): View {
  return viewEvidence(ref, ref.name)
}

/** A statement that something points to; what was recorded of it is looked up when a field asks. */
export function viewStatement(reader: GraphReader, digest: string, subject?: string): View {
  const row = async (): Promise<RecordedStatement> => {
    const found = await reader.statement(digest)
    if (found === undefined) throw new TypeError(`no row of the statement ${digest}`)
    return found
  }
  return {
    __typename: 'Statement',
    id: idOf('Statement', digest),
    digest,
    predicateType: async () => (await row()).predicateType,
    recordedAt: async () => new Date((await row()).createdAt).toISOString(),
    keyId: async () => (await row()).keyId,
    async signer() {
      const { keyId } = await row()
      const signer = await reader.signer(keyId)
      if (signer === undefined) return null
      const { id, kind, displayName, revokedAt } = signer
      return { principal: id, kind, displayName, revokedAt: revokedAt ?? null }
    },
    async entry() {
      const seq = await reader.position(digest, subject)
      const entry = seq === undefined ? undefined : await reader.entry(String(seq))
      return entry === undefined ? null : viewEntry(reader, entry)
    },
  }
}

export function viewEntry(
  reader: GraphReader,
  { seq, timeMs, leafHash, body, erasedBy }: LedgerEntry,
): View {
  return {
    __typename: 'Entry',
    id: idOf('Entry', String(seq)),
    seq,
    type: body.type,
    at: instantOf(timeMs),
    actor: body.actor,
    subject: body.subject,
    leafHash: contentDigest(leafHash),
    refs: body.refs,
    erasedBy: erasedBy ?? null,
    isCovered: async () => seq < ((await reader.checkpoint())?.size ?? 0),
  }
}
