// Verifies the proof file of one entry (C2SP tlog-proof) from its bytes alone: of a log of the house, or of anybody's.
import { bytesEqual, EXIT, hexOf, SeaworthyError, utf8Bytes, utf8Text } from '../kernel/index.ts'
import type { ExitCode } from '../kernel/index.ts'
import {
  decodeLeaf,
  hashLeaf,
  LEAF_MAGIC,
  openWitnessedCheckpoint,
  parseCheckpoint,
  parseEntryBody,
  parseNote,
  parseTlogProof,
  TLOG_PROOF_HEADER,
  verifyInclusion,
} from '../proof/index.ts'
import type { EntryBody, TlogProof, WitnessedCheckpoint, WitnessPolicy } from '../proof/index.ts'
import type { Finding, FindingCode } from './findings.ts'
import type { BundleVerdict, VerifyPorts } from './model.ts'

export interface EntryProofOptions {
  readonly ports: Pick<VerifyPorts, 'digest' | 'verifier'>
  /** The logs that the reader knows, and the witnesses it wants to hear; without it the signer stays unknown. */
  readonly policy?: WitnessPolicy
  /** The entry's bytes as the reader has them; they count instead of those that the file brings. */
  readonly entry?: Uint8Array
}

/** What a leaf of the house says; nothing but a length is known of other logs' entries. */
export interface ProvenEntry {
  readonly seq: number
  /** The sequencer's clock, RFC 3339. */
  readonly time: string
  /** Leaf hash of the entry before, or the genesis link of the log; hexadecimal. */
  readonly prev: string
  readonly body: EntryBody
}

export interface EntryProofReport {
  readonly verdict: BundleVerdict
  readonly scope: string
  readonly origin: string | null
  readonly size: number | null
  readonly index: number | null
  /** Hexadecimal. */
  readonly leafHash: string | null
  readonly entryBytes: number | null
  readonly entry: ProvenEntry | null
  readonly proven: readonly string[]
  readonly notProven: readonly string[]
  readonly findings: readonly Finding[]
}

class Refusal extends Error {
  readonly code: FindingCode

  constructor(code: FindingCode, text: string) {
    super(text)
    this.code = code
  }
}

const NOT_PROVEN = [
  'that the log has one history: who holds its key could keep two',
  'when the entry was made, beyond its place in the log',
  'that what the entry says is true',
]

/** True when the bytes begin as a proof file does, whatever follows. */
export function isEntryProof(bytes: Uint8Array): boolean {
  const start = utf8Bytes(`${TLOG_PROOF_HEADER}\n`)
  return bytesEqual(bytes.subarray(0, start.length), start)
}

/** Never throws for what is in the file; what does not hold is a finding, and one makes the proof INVALID. */
export async function verifyEntryProof(
  bytes: Uint8Array,
  options: EntryProofOptions,
): Promise<EntryProofReport> {
  try {
    return await proveEntry(readProof(bytes), options)
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown
    return {
      verdict: 'INVALID',
      scope: 'nothing',
      origin: null,
      size: null,
      index: null,
      leafHash: null,
      entryBytes: null,
      entry: null,
      proven: [],
      notProven: [],
      findings: [{ code: thrown.code, text: thrown.message }],
    }
  }
}

/** 0 intact, 12 intact but signer unknown, 40 INVALID. */
export function exitCodeOfProof({ verdict }: EntryProofReport): ExitCode {
  if (verdict === 'INVALID') return EXIT.invalid
  return verdict === 'INTACT' ? EXIT.ok : EXIT.signerUnknown
}

function readProof(bytes: Uint8Array): TlogProof {
  let text: string
  try {
    text = utf8Text(bytes)
  } catch (thrown) {
    if (!(thrown instanceof TypeError) && !(thrown instanceof SeaworthyError)) throw thrown
    throw new Refusal('VERIFY_FILE_MALFORMED', 'expected text in UTF-8')
  }
  const parsed = parseTlogProof(text)
  if (!parsed.ok) throw new Refusal('VERIFY_FILE_MALFORMED', parsed.reason)
  return parsed.value
}

async function proveEntry(proof: TlogProof, options: EntryProofOptions): Promise<EntryProofReport> {
  const { digest } = options.ports
  const { checkpoint, cosignatures } = await readCheckpoint(proof.checkpoint, options)
  const { origin, size, root } = checkpoint
  const bytes = options.entry ?? proof.extra
  if (bytes === undefined)
    throw new Refusal(
      'VERIFY_NOTHING_CHECKED',
      'expected the bytes of the entry in the proof or beside it (--entry FILE), got neither',
    )
  const leafHash = hashLeaf(digest, bytes)
  const { index, hashes } = proof
  if (!verifyInclusion(digest, { leafHash, seq: index, size, root, proof: hashes }))
    throw new Refusal(
      'VERIFY_ENTRY_NOT_INCLUDED',
      `expected entry ${index} of ${size} to lead to the root of the checkpoint, got another root`,
    )
  const entry = readOwnEntry(bytes, index)
  const isSigned = options.policy !== undefined
  const place = `entry ${index} of the first ${size} of ${origin}`
  return {
    verdict: isSigned ? 'INTACT' : 'INTACT_SIGNER_UNKNOWN',
    scope: place,
    origin,
    size,
    index,
    leafHash: hexOf(leafHash),
    entryBytes: bytes.length,
    entry: entry ?? null,
    proven: [
      isSigned
        ? `these ${bytes.length} bytes are ${place}, as a checkpoint of the trusted key says`
        : `these ${bytes.length} bytes lead to the root that the file calls that of ${origin}`,
      ...cosignatures.map(
        ({ name, atSeconds }) =>
          `the witness ${name} saw this checkpoint as the newest at ${secondsAsInstant(atSeconds)}, by its own clock`,
      ),
    ],
    notProven: isSigned
      ? cosignatures.length === 0
        ? NOT_PROVEN
        : NOT_PROVEN.slice(1)
      : ['whose log it is: no key was given', ...NOT_PROVEN],
    findings: [],
  }
}

async function readCheckpoint(
  note: string,
  { ports, policy }: EntryProofOptions,
): Promise<WitnessedCheckpoint> {
  if (policy !== undefined) {
    const opened = await openWitnessedCheckpoint(ports.verifier, note, policy)
    if (opened.ok) return opened.value
    throw new Refusal('VERIFY_CHECKPOINT_REFUSED', opened.reason)
  }
  const parsed = parseNote(note)
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed
  if (checkpoint.ok) return { checkpoint: checkpoint.value, cosignatures: [] }
  throw new Refusal('VERIFY_CHECKPOINT_REFUSED', checkpoint.reason)
}

function secondsAsInstant(seconds: number): string {
  return seconds * 1_000 > TIME_LIMIT_MS ? `second ${seconds}` : instantOf(seconds * 1_000)
}

/** A leaf that begins as ours do has to be one of ours, whole and at its own place. */
function readOwnEntry(bytes: Uint8Array, index: number): ProvenEntry | undefined {
  if (!LEAF_MAGIC.every((byte, at) => bytes[at] === byte)) return undefined
  const leaf = decodeLeaf(bytes)
  if (!leaf.ok) throw new Refusal('VERIFY_ENTRY_MALFORMED', leaf.reason)
  if (leaf.value.seq !== index)
    throw new Refusal(
      'VERIFY_ENTRY_MALFORMED',
      `expected the entry to name its place ${index}, got ${leaf.value.seq}`,
    )
  const body = parseEntryBody(leaf.value.body)
  if (!body.ok) throw new Refusal('VERIFY_ENTRY_MALFORMED', body.reason)
  const { timeMs, prev } = leaf.value
  return { seq: index, time: instantOf(timeMs), prev: hexOf(prev), body: body.value }
}

const TIME_LIMIT_MS = 8_640_000_000_000_000

function instantOf(timeMs: number): string {
  if (timeMs > TIME_LIMIT_MS)
    throw new Refusal('VERIFY_ENTRY_MALFORMED', `expected a time of the calendar, got ${timeMs}`)
  return new Date(timeMs).toISOString()
}
