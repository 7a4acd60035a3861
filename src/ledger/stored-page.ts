// Reads a page of a log as a few long values: many rows of a few hundred bytes cost more to read than to check.
import type { SqlTx } from '../kernel/index.ts'
import { HASH_BYTES } from '../proof/index.ts'
import { PAYLOAD_COLUMNS } from './payload/stored.ts'
import type { PayloadRow } from './payload/stored.ts'

/** A longer leaf or payload is a row of its own, so that a page stays far below what fits into one value. */
const JOINED_LIMIT_BYTES = 4_096
const SEQ_BYTES = 8
const SIZE_BYTES = 4

export interface StoredRow {
  readonly seq: number
  readonly leaf: Uint8Array
  readonly leaf_hash: Uint8Array
}

export type StoredPayloadRow = PayloadRow & { readonly seq: number }

/** Positions from the first up to the second, exclusive. */
type Range = readonly [logId: number, fromSeq: number, untilSeq: number]

const IN_RANGE = 'log_id = $1 and seq >= $2 and seq < $3'
const IS_SHORT_ENTRY = `octet_length(leaf) <= ${JOINED_LIMIT_BYTES} and octet_length(leaf_hash) = ${HASH_BYTES}`
/** As everything is that was sealed and not erased. A row that says more than that is read whole, and judged by it. */
const IS_SHORT_PAYLOAD = `octet_length(sealed) <= ${JOINED_LIMIT_BYTES} and dek_id is not null
  and salt is null and payload is null and erased_log is null and erased_seq is null`

/** What is there of these positions, in order. */
export async function selectEntryPage(tx: SqlTx, range: Range): Promise<readonly StoredRow[]> {
  const [joined] = await tx.query<Joined>(
    `select encode(string_agg(int8send(seq) || int4send(octet_length(leaf)) || leaf_hash, ''::bytea), 'base64') as heads,
       encode(string_agg(leaf, ''::bytea), 'base64') as bodies
     from (select seq, leaf, leaf_hash from ledger_entry where ${IN_RANGE} and ${IS_SHORT_ENTRY} order by seq) e`,
    [...range],
  )
  const rows: StoredRow[] = []
  for (const { seq, head, bytes } of partsOf(joined, HASH_BYTES))
    rows.push({ seq, leaf: bytes, leaf_hash: head })
  if (rows.length === countOf(range)) return rows
  const others = await tx.query<StoredRow>(
    `select seq, leaf, leaf_hash from ledger_entry where ${IN_RANGE} and (${IS_SHORT_ENTRY}) is not true`,
    [...range],
  )
  return others.length === 0 ? rows : [...rows, ...others].sort((a, b) => a.seq - b.seq)
}

/** What is there of these positions, in no order. */
export async function selectPayloadPage(
  tx: SqlTx,
  range: Range,
): Promise<readonly StoredPayloadRow[]> {
  const [joined] = await tx.query<Joined>(
    `select encode(string_agg(int8send(seq) || int4send(octet_length(sealed)) || int4send(dek_id), ''::bytea), 'base64') as heads,
       encode(string_agg(sealed, ''::bytea), 'base64') as bodies
     from (select seq, sealed, dek_id from ledger_payload where ${IN_RANGE} and ${IS_SHORT_PAYLOAD} order by seq) p`,
    [...range],
  )
  const rows: StoredPayloadRow[] = []
  for (const { seq, head, bytes } of partsOf(joined, SIZE_BYTES)) {
    const dekId = viewOf(head).getInt32(0)
    rows.push({ seq, sealed: bytes, dek_id: dekId, ...UNUSED })
  }
  if (rows.length === countOf(range)) return rows
  const others = await tx.query<StoredPayloadRow>(
    `select p.seq, ${PAYLOAD_COLUMNS} from ledger_payload p where ${IN_RANGE} and (${IS_SHORT_PAYLOAD}) is not true`,
    [...range],
  )
  return [...rows, ...others]
}

const UNUSED = { salt: null, payload: null, erased_log: null, erased_seq: null }

/** In base64, which takes two thirds of the characters of the hexadecimal form, in lines as PostgreSQL makes them. */
interface Joined {
  readonly heads: string | null
  readonly bodies: string | null
}

interface Part {
  readonly seq: number
  /** What the head has behind position and size. */
  readonly head: Uint8Array
  readonly bytes: Uint8Array
}

/** Takes joined values apart again: heads of position, size and `extraBytes` more, and as many bytes as each size says. */
function* partsOf(joined: Joined | undefined, extraBytes: number): Generator<Part, void, void> {
  // Null where there is no row.
  if (joined === undefined || joined.heads === null || joined.bodies === null) return
  const heads = bytesOfLines(joined.heads)
  const bodies = bytesOfLines(joined.bodies)
  const view = viewOf(heads)
  const stepBytes = SEQ_BYTES + SIZE_BYTES + extraBytes
  for (let at = 0, from = 0; at < heads.length; at += stepBytes) {
    const until = from + view.getInt32(at + SEQ_BYTES)
    const head = heads.subarray(at + SEQ_BYTES + SIZE_BYTES, at + stepBytes)
    yield { seq: Number(view.getBigInt64(at)), head, bytes: bodies.subarray(from, until) }
    from = until
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function countOf([, fromSeq, untilSeq]: Range): number {
  return untilSeq - fromSeq
}

function bytesOfLines(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64')
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
