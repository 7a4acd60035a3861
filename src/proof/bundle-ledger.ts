// The ledger's part of a bundle: entries with their inclusion proofs, and how two checkpoints belong together.
import { base64Of, bytesOfBase64, canonicalBytes } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'
import { MANIFEST_LIST_LIMIT } from './bundle.ts'
import { parseCanonical } from './entry.ts'
import { accepted, refused } from './parsed.ts'
import type { Parsed } from './parsed.ts'
import { asArray, asCount, asObject, asText, expectKeys, ShapeMismatch } from './reading.ts'

/** A tree of 2^53 entries has proofs of at most this many hashes; consistency proofs have one more. */
export const PROOF_LENGTH_LIMIT = 64

/** One ledger entry as a bundle carries it. */
export interface BundleEntry {
  readonly seq: number
  /** The stored leaf: header and body. */
  readonly leaf: Uint8Array
  /** Inclusion proof in the bundle's checkpoint, from the leaf upwards. */
  readonly proof: readonly Uint8Array[]
  /** What the leaf's commitment was made from, when it is disclosed. */
  readonly payload?: { readonly salt: Uint8Array; readonly value: Json }
}

/** Size and root of a log at one moment. */
export interface TreeState {
  readonly size: number
  readonly root: Uint8Array
}

/** Shows that the log at `from` (when the decision was taken) is a prefix of the log at `to`. */
export interface BundleConsistency {
  readonly from: TreeState
  readonly to: TreeState
  readonly proof: readonly Uint8Array[]
}

/** The bytes of `entries.json`. */
export function formatBundleEntries(entries: readonly BundleEntry[]): Uint8Array {
  return canonicalBytes(
    entries.map((entry) => ({
      seq: entry.seq,
      leaf: base64Of(entry.leaf),
      proof: entry.proof.map(base64Of),
      ...(entry.payload === undefined
        ? {}
        : { payload: { salt: base64Of(entry.payload.salt), value: entry.payload.value } }),
    })),
  )
}

/** Reads `entries.json` strictly: canonical JSON, positions rising. What the leaves say is not looked at. */
export function parseBundleEntries(bytes: Uint8Array): Parsed<readonly BundleEntry[]> {
  return reading(() => {
    const list = asArray(parseCanonical(bytes), 'the entries')
    if (list.length > MANIFEST_LIST_LIMIT)
      throw new ShapeMismatch(`expected at most ${MANIFEST_LIST_LIMIT} entries`)
    // Neighbours share most of their proofs, so each hash is decoded once.
    const known = new Map<string, Uint8Array>()
    const entries = list.map((entry, index) => readBundleEntry(entry, `[${index}]`, known))
    for (const [index, entry] of entries.entries()) {
      const before = entries[index - 1]
      if (before !== undefined && before.seq >= entry.seq) {
        throw new ShapeMismatch(
          `expected entries in order, each once, got seq ${entry.seq} after ${before.seq}`,
        )
      }
    }
    return entries
  })
}

/** The bytes of `consistency.json`. */
export function formatBundleConsistency(consistency: BundleConsistency): Uint8Array {
  const { from, to, proof } = consistency
  return canonicalBytes({
    from: { size: from.size, root: base64Of(from.root) },
    to: { size: to.size, root: base64Of(to.root) },
    proof: proof.map(base64Of),
  })
}

/** Reads `consistency.json` strictly; the proof itself is not checked here. */
export function parseBundleConsistency(bytes: Uint8Array): Parsed<BundleConsistency> {
  return reading(() => {
    const value = asObject(parseCanonical(bytes), 'the consistency proof')
    expectKeys(value, ['from', 'to', 'proof'], [], 'the consistency proof')
    return {
      from: readTreeState(value['from'], 'from'),
      to: readTreeState(value['to'], 'to'),
      proof: readHashes(value['proof'], 'proof', new Map()),
    }
  })
}

function readBundleEntry(value: Json, where: string, known: Map<string, Uint8Array>): BundleEntry {
  const entry = asObject(value, where)
  expectKeys(entry, ['seq', 'leaf', 'proof'], ['payload'], where)
  const read = {
    seq: asCount(entry['seq'], `${where}.seq`),
    leaf: bytesOfBase64(asText(entry['leaf'], `${where}.leaf`)),
    proof: readHashes(entry['proof'], `${where}.proof`, known),
  }
  if (entry['payload'] === undefined) return read
  const payload = asObject(entry['payload'], `${where}.payload`)
  expectKeys(payload, ['salt', 'value'], [], `${where}.payload`)
  const salt = bytesOfBase64(asText(payload['salt'], `${where}.payload.salt`))
  return { ...read, payload: { salt, value: payload['value'] ?? null } }
}

function readTreeState(value: Json | undefined, where: string): TreeState {
  const state = asObject(value, where)
  expectKeys(state, ['size', 'root'], [], where)
  return {
    size: asCount(state['size'], `${where}.size`),
    root: bytesOfBase64(asText(state['root'], `${where}.root`)),
  }
}

function readHashes(
  value: Json | undefined,
  where: string,
  known: Map<string, Uint8Array>,
): readonly Uint8Array[] {
  const list = asArray(value, where)
  if (list.length > PROOF_LENGTH_LIMIT)
    throw new ShapeMismatch(`expected at most ${PROOF_LENGTH_LIMIT} hashes in ${where}`)
  return list.map((hash) => {
    const text = asText(hash, where)
    const found = known.get(text)
    if (found !== undefined) return found
    const bytes = bytesOfBase64(text)
    known.set(text, bytes)
    return bytes
  })
}

function reading<T>(read: () => T): Parsed<T> {
  try {
    return accepted(read())
  } catch (thrown) {
    // RangeError is what bad base64 raises.
    if (thrown instanceof ShapeMismatch || thrown instanceof RangeError)
      return refused(thrown.message)
    throw thrown
  }
}
