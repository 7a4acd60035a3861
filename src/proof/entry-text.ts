// The body of a ledger entry: who did what to which thing, with the payload behind a commitment; its text written and read at one go.
import { canonicalize, utf8Bytes } from '../kernel/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import { COMMITMENT_ALGORITHM } from './commitment.ts'
import type { PayloadCommitment } from './commitment.ts'
import { encodeLeafInto, LEAF_HEADER_BYTES } from './leaf.ts'
import type { Leaf } from './leaf.ts'

/** Body of a leaf; its canonical JSON follows the leaf's header. Holds no personal data. */
export interface EntryBody {
  readonly v: 1
  /** UUIDv7; the same id with another body is a conflict. */
  readonly id: string
  /** The producer's clock, RFC 3339 UTC with milliseconds; not what orders the log. */
  readonly ts: string
  /** Kind of fact, e.g. `run.started`. */
  readonly type: string
  readonly actor: string
  readonly subject: string
  /**
   * How many entries with this subject the log held before this one, given under the log's lock. Absent in entries of
   * versions that did not count; those are counted all the same.
   */
  readonly subjectSeq?: number
  readonly src: { readonly producer: string; readonly version: string }
  readonly payload: PayloadCommitment
  /** Content addresses the fact rests on: statements, evidence, inputs. */
  readonly refs: readonly ContentDigest[]
}

/** A body with its number left out, so that all of it but a few characters is made before the log's turn. */
export interface UncountedBody {
  readonly before: string
  readonly after: string
  /** UTF-8 bytes of both. */
  readonly sizeBytes: number
}

/** The most bytes that a number adds to a body: name, 16 digits, punctuation. */
export const SUBJECT_SEQ_LIMIT_BYTES = 30

const encoder = new TextEncoder()

/**
 * Canonical JSON (RFC 8785) by hand: members in order of their names, `subjectSeq` between `subject` and `ts`.
 * @throws CANONICAL_VALUE_REFUSED for what JSON cannot say exactly.
 */
export function encodeUncountedBody(body: Omit<EntryBody, 'subjectSeq'>): UncountedBody {
  const { alg, c, ref } = body.payload
  const payload = `{"alg":${text(alg)},"c":${text(c)}${ref === undefined ? '' : `,"ref":${text(ref)}`}}`
  const src = `{"producer":${text(body.src.producer)},"version":${text(body.src.version)}}`
  const refs = body.refs.map(text).join(',')
  const before = `{"actor":${text(body.actor)},"id":${text(body.id)},"payload":${payload},"refs":[${refs}],"src":${src},"subject":${text(body.subject)},`
  const after = `"ts":${text(body.ts)},"type":${text(body.type)},"v":${body.v}}`
  return { before, after, sizeBytes: utf8Size(before) + utf8Size(after) }
}

function text(value: string): string {
  return canonicalize(value)
}

/** Where a text is measured, made once; a longer one is measured in an array of its own. */
const measure = new Uint8Array(4_096)

function utf8Size(said: string): number {
  const { read, written } = encoder.encodeInto(said, measure)
  return read === said.length ? written : utf8Bytes(said).length
}

/** Bytes that `encodeCountedLeaf` needs at most. */
export function countedLeafLimit(body: UncountedBody): number {
  return LEAF_HEADER_BYTES + body.sizeBytes + SUBJECT_SEQ_LIMIT_BYTES
}

/**
 * Writes the leaf of the body with this `subjectSeq`, the same bytes as `encodeLeaf` of `encodeEntryBody`, to the
 * beginning of `out`, and answers that part of it.
 * @throws RangeError as `encodeLeaf`, and when `out` has fewer bytes than the leaf
 */
export function encodeCountedLeaf(
  out: Uint8Array,
  link: Omit<Leaf, 'body'>,
  body: UncountedBody,
  subjectSeq: number,
): Uint8Array {
  const said = `${body.before}"subjectSeq":${subjectSeq},${body.after}`
  const { read, written } = encoder.encodeInto(said, out.subarray(LEAF_HEADER_BYTES))
  if (read !== said.length)
    throw new RangeError(`expected room for the leaf, got ${out.length} bytes`)
  const leaf = out.subarray(0, LEAF_HEADER_BYTES + written)
  encodeLeafInto(leaf, link)
  return leaf
}

// No text with an escape: then it stands for itself, and its one spelling is this one.
const PLAIN = String.raw`"([^"\\\x00-\x1f]*)"`
const UUID_V7 = '([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})'
const DIGEST = '"sha256:[0-9a-f]{64}"'
const WORD = '[a-z][a-z0-9]*(?:-[a-z0-9]+)*'
/** Days that every month has; the others are left to the long way. */
const INSTANT = String.raw`(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z)`
const BODY = new RegExp(
  [
    String.raw`^\{"actor":${PLAIN},"id":"${UUID_V7}"`,
    String.raw`,"payload":\{"alg":"${COMMITMENT_ALGORITHM}","c":"([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)"\}`,
    String.raw`,"refs":\[((?:${DIGEST}(?:,${DIGEST})*)?)\]`,
    String.raw`,"src":\{"producer":${PLAIN},"version":${PLAIN}\},"subject":${PLAIN}`,
    String.raw`(?:,"subjectSeq":(0|[1-9]\d{0,14}))?`,
    String.raw`,"ts":"${INSTANT}","type":"(${WORD}(?:\.${WORD})+)","v":1\}$`,
  ].join(''),
)
const TYPE_LIMIT = 100

/**
 * The body whose canonical text this is, when it is of the common kind: no text with an escape, no payload elsewhere.
 * Undefined says nothing against it; then the long way decides.
 */
export function readPlainBody(canonical: string): EntryBody | undefined {
  const found = BODY.exec(canonical)
  if (found === null) return undefined
  const [, actor, id, c, refs, producer, version, subject, subjectSeq, ts, type] = found
  if (type!.length > TYPE_LIMIT) return undefined
  return {
    v: 1,
    id: id!,
    ts: ts!,
    type: type!,
    actor: actor!,
    subject: subject!,
    ...(subjectSeq === undefined ? {} : { subjectSeq: Number(subjectSeq) }),
    src: { producer: producer!, version: version! },
    payload: { alg: COMMITMENT_ALGORITHM, c: c! },
    refs: refs === '' ? [] : (refs!.slice(1, -1).split('","') as ContentDigest[]),
  }
}
