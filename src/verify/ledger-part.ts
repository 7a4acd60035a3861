// Checks the ledger part of a bundle: checkpoint, inclusion, chain links, commitments, completeness, and the decision's own checkpoint.
import { base64Of, bytesEqual } from '../kernel/index.ts'
import {
  decodeLeaf,
  hashLeaf,
  makeInclusionVerifier,
  openCheckpoint,
  parseEntryBody,
  parseNoteKey,
  verifyCommitment,
  verifyConsistency,
} from '../proof/index.ts'
import type {
  BundleEntry,
  Checkpoint,
  EntryBody,
  Leaf,
  Trust,
  WitnessPolicy,
} from '../proof/index.ts'
import { inspectCompleteness } from './completeness.ts'
import type { Completeness } from './completeness.ts'
import type { BundleContents } from './contents.ts'
import { quoteName } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import { settleErasures } from './erasures.ts'
import { inspectWitnesses } from './witnesses.ts'

/** An entry that was shown to be in the ledger. */
export interface ProvenEntry {
  readonly seq: number
  /** The sequencer's clock, ms since the epoch. */
  readonly timeMs: number
  readonly body: EntryBody
  /** The disclosed payload, when there is one; shown to be what was committed to. */
  readonly payload?: unknown
  /** Position of the entry that attests that the payload was erased. */
  readonly erasedBy?: number
}

export interface LedgerPart {
  readonly checkpoint: Checkpoint
  /** True when the quorum that the reader named cosigned the checkpoint. */
  readonly isWitnessed: boolean
  /** In order. */
  readonly entries: readonly ProvenEntry[]
  /** True when no position between the first and the last entry is left out. */
  readonly isContiguous: boolean
  /** How far all entries about the release are there. */
  readonly release: Completeness
  /** The same about its service, which is what the register records. */
  readonly service: Completeness
}

/** Checks everything that the ledger's key and the trees can show; undefined with findings when something fails. */
export async function inspectLedger(
  inspection: Inspection,
  contents: BundleContents,
  trust: Trust,
  policy?: WitnessPolicy,
): Promise<LedgerPart | undefined> {
  const checkpoint = await readCheckpoint(inspection, contents, trust)
  if (checkpoint === undefined) return undefined
  const isWitnessed = await inspectWitnesses(inspection, contents.checkpointNote, trust, policy)
  const before = inspection.findingCount()
  checkConsistency(inspection, contents, checkpoint)
  const entries: ProvenEntry[] = []
  let previous: { readonly leaf: Leaf; readonly hash: Uint8Array } | undefined
  let isContiguous = true
  const isIncluded = makeInclusionVerifier(inspection.ports.digest)
  for (const entry of contents.entries) {
    const leaf = readLeaf(inspection, entry)
    if (leaf === undefined) continue
    const hash = hashLeaf(inspection.ports.digest, entry.leaf)
    checkInclusion(inspection, isIncluded, entry, hash, checkpoint)
    checkLink(inspection, leaf, previous)
    if (previous !== undefined && previous.leaf.seq + 1 !== leaf.seq) isContiguous = false
    const proven = readProvenEntry(inspection, entry, leaf)
    if (proven !== undefined) entries.push(proven)
    previous = { leaf, hash }
  }
  const settled = settleErasures(inspection, contents, entries)
  // An entry that could not be read is missing from the count; its own finding says why.
  if (inspection.findingCount() > before) return undefined
  const { service, version } = contents.opened.manifest.release
  const inspect = (subject: string): Completeness =>
    inspectCompleteness(inspection, settled, subject, checkpoint.size)
  return {
    checkpoint,
    isWitnessed,
    entries: settled,
    isContiguous,
    release: inspect(`${service}@${version}`),
    service: inspect(service),
  }
}

async function readCheckpoint(
  inspection: Inspection,
  contents: BundleContents,
  trust: Trust,
): Promise<Checkpoint | undefined> {
  const key = parseNoteKey(inspection.ports.digest, trust.ledger.vkey)
  if (!key.ok) {
    inspection.find('VERIFY_CHECKPOINT_REFUSED', `the ledger's verifier key: ${key.reason}`)
    return undefined
  }
  if (key.value.name !== trust.ledger.origin) {
    inspection.find(
      'VERIFY_CHECKPOINT_REFUSED',
      `expected a ledger key named ${quoteName(trust.ledger.origin)}, got ${quoteName(key.value.name)}`,
    )
    return undefined
  }
  inspection.checked.signatures++
  const checkpoint = await openCheckpoint(
    inspection.ports.verifier,
    contents.checkpointNote,
    key.value,
  )
  if (checkpoint.ok) return checkpoint.value
  inspection.find('VERIFY_CHECKPOINT_REFUSED', checkpoint.reason, 'checkpoint')
  return undefined
}

function checkConsistency(
  inspection: Inspection,
  contents: BundleContents,
  checkpoint: Checkpoint,
): void {
  const { from, to, proof } = contents.consistency
  const decided = contents.inputs.checkpoint
  const path = 'consistency.json'
  if (to.size !== checkpoint.size || !bytesEqual(to.root, checkpoint.root)) {
    inspection.find(
      'VERIFY_CONSISTENCY_BROKEN',
      `expected a proof up to the checkpoint of size ${checkpoint.size}, got one up to size ${to.size}`,
      path,
    )
  }
  if (
    from.size !== decided.size ||
    base64Of(from.root) !== decided.root ||
    decided.origin !== checkpoint.origin
  ) {
    inspection.find(
      'VERIFY_CONSISTENCY_BROKEN',
      `expected a proof from the decision's ledger of size ${decided.size}, got one from size ${from.size}`,
      path,
    )
  }
  const claim = { size1: from.size, root1: from.root, size2: to.size, root2: to.root, proof }
  if (!verifyConsistency(inspection.ports.digest, claim)) {
    inspection.find(
      'VERIFY_CONSISTENCY_BROKEN',
      `the proof does not show that the ledger of size ${from.size} is the beginning of the one of size ${to.size}`,
      path,
    )
  }
}

function readLeaf(inspection: Inspection, entry: BundleEntry): Leaf | undefined {
  inspection.checked.entries++
  const leaf = decodeLeaf(entry.leaf)
  if (!leaf.ok) {
    inspection.find('VERIFY_ENTRY_MALFORMED', `entry ${entry.seq}: ${leaf.reason}`, 'entries.json')
    return undefined
  }
  if (leaf.value.seq === entry.seq) return leaf.value
  inspection.find(
    'VERIFY_ENTRY_MALFORMED',
    `entry ${entry.seq}: the leaf says that it is entry ${leaf.value.seq}`,
    'entries.json',
  )
  return undefined
}

function checkInclusion(
  inspection: Inspection,
  isIncluded: ReturnType<typeof makeInclusionVerifier>,
  entry: BundleEntry,
  leafHash: Uint8Array,
  checkpoint: Checkpoint,
): void {
  inspection.checked.inclusionProofs++
  const claim = {
    leafHash,
    seq: entry.seq,
    size: checkpoint.size,
    root: checkpoint.root,
    proof: entry.proof,
  }
  if (isIncluded(claim)) return
  inspection.find(
    'VERIFY_ENTRY_NOT_INCLUDED',
    `entry ${entry.seq}: its proof does not lead to the root of the checkpoint of size ${checkpoint.size}`,
    'entries.json',
  )
}

function checkLink(
  inspection: Inspection,
  leaf: Leaf,
  previous: { readonly leaf: Leaf; readonly hash: Uint8Array } | undefined,
): void {
  if (previous === undefined) return
  if (previous.leaf.seq + 1 === leaf.seq && !bytesEqual(leaf.prev, previous.hash)) {
    inspection.find(
      'VERIFY_ENTRY_LINK_BROKEN',
      `entry ${leaf.seq}: its link is not the hash of entry ${previous.leaf.seq}`,
      'entries.json',
    )
  }
  if (leaf.timeMs < previous.leaf.timeMs) {
    inspection.find(
      'VERIFY_ENTRY_LINK_BROKEN',
      `entry ${leaf.seq}: its time is before that of entry ${previous.leaf.seq}`,
      'entries.json',
    )
  }
}

function readProvenEntry(
  inspection: Inspection,
  entry: BundleEntry,
  leaf: Leaf,
): ProvenEntry | undefined {
  const body = parseEntryBody(leaf.body)
  if (!body.ok) {
    inspection.find('VERIFY_ENTRY_MALFORMED', `entry ${entry.seq}: ${body.reason}`, 'entries.json')
    return undefined
  }
  const proven = { seq: leaf.seq, timeMs: leaf.timeMs, body: body.value }
  if (entry.payload === undefined) return proven
  const { salt, value } = entry.payload
  if (verifyCommitment(inspection.ports.digest, body.value.payload, salt, value)) {
    inspection.checked.commitments++
    return { ...proven, payload: value }
  }
  inspection.find(
    'VERIFY_ENTRY_PAYLOAD_DIFFERS',
    `entry ${entry.seq}: the payload is not the one that the entry commits to`,
    'entries.json',
  )
  return undefined
}
