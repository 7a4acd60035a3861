// The ledger's part of a bundle: entries with their inclusion proofs, and how two checkpoints belong together.
import { base64Of, bytesOfBase64, canonicalBytes } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'
import { MANIFEST_LIST_LIMIT } from './bundle.ts'
import { parseCanonical, parseCanonicalText, textOfCanonical } from './entry.ts'
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
  /** Shows that the payload was erased: the entry at `by` attests a tree that has this entry at `index`. */
  readonly erased?: BundleErasure
}

export interface BundleErasure {
  readonly by: number
  readonly index: number
  /** From the keyed hash of this entry's leaf hash upwards. */
  readonly proof: readonly Uint8Array[]
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
      ...(entry.erased === undefined
        ? {}
        : { payloadErased: { ...entry.erased, proof: entry.erased.proof.map(base64Of) } }),
    })),
  )
}

/** Reads `entries.json` strictly: canonical JSON, positions rising. What the leaves say is not looked at. */
export function parseBundleEntries(bytes: Uint8Array): Parsed<readonly BundleEntry[]> {
  return reading(() => {
    // Neighbours share most of their proofs, so each hash is decoded once.
    const known = new Map<string, Uint8Array>()
    const entries: BundleEntry[] = []
    for (const entry of listCanonical(bytes)) {
      if (entries.length >= MANIFEST_LIST_LIMIT)
        throw new ShapeMismatch(`expected at most ${MANIFEST_LIST_LIMIT} entries`)
      entries.push(readBundleEntry(entry, `[${entries.length}]`, known))
    }
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

/** How an entry begins, behind the end of the one before; inside a text of JSON the quotes would be escaped. */
const NEXT_ENTRY = '},{"leaf":"'

/**
 * Each entry of canonical `entries.json`. One after the other, because the list as a whole is many times the memory of one
 * entry. A payload may hold what looks like the next entry: then the piece is no JSON, and the list is read as a whole.
 */
function* listCanonical(bytes: Uint8Array): Generator<Json, void, void> {
  const text = textOfCanonical(bytes)
  const last = text.length - 1
  if (!text.startsWith('[{') || text[last] !== ']') {
    yield* asArray(parseCanonicalText(text), 'the entries')
    return
  }
  for (let from = 1, until; from < last; from = until + 1) {
    const next = text.indexOf(NEXT_ENTRY, from)
    until = next === -1 ? last : next + 1
    const piece = parseWhole(text.slice(from, until))
    if (piece === undefined) {
      yield* asArray(parseCanonicalText(`[${text.slice(from)}`), 'the entries')
      return
    }
    yield piece
  }
}

/** Undefined for text that is no JSON. @throws ShapeMismatch for JSON that is not in its canonical form */
function parseWhole(text: string): Json | undefined {
  try {
    return parseCanonicalText(text)
  } catch (thrown) {
    if (thrown instanceof ShapeMismatch && thrown.cause instanceof SyntaxError) return undefined
    throw thrown
  }
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
  expectKeys(entry, ['seq', 'leaf', 'proof'], ['payload', 'payloadErased'], where)
  const read = {
    seq: asCount(entry['seq'], `${where}.seq`),
    leaf: bytesOfBase64(asText(entry['leaf'], `${where}.leaf`)),
    proof: readHashes(entry['proof'], `${where}.proof`, known),
  }
  const erased = entry['payloadErased']
  if (erased !== undefined) {
    if (entry['payload'] !== undefined)
      throw new ShapeMismatch(`expected a payload or its erasure in ${where}, got both`)
    return { ...read, erased: readErasure(erased, `${where}.payloadErased`, known) }
  }
  if (entry['payload'] === undefined) return read
  const payload = asObject(entry['payload'], `${where}.payload`)
  expectKeys(payload, ['salt', 'value'], [], `${where}.payload`)
  const salt = bytesOfBase64(asText(payload['salt'], `${where}.payload.salt`))
  return { ...read, payload: { salt, value: payload['value'] ?? null } }
}

function readErasure(value: Json, where: string, known: Map<string, Uint8Array>): BundleErasure {
  const erased = asObject(value, where)
  expectKeys(erased, ['by', 'index', 'proof'], [], where)
  return {
    by: asCount(erased['by'], `${where}.by`),
    index: asCount(erased['index'], `${where}.index`),
    proof: readHashes(erased['proof'], `${where}.proof`, known),
  }
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
