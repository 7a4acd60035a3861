// The matrix of what a database's owner may do to a stored log, and who must find it.
import assert from 'node:assert/strict'
import type { SqlTx } from '../src/kernel/index.ts'
import {
  decodeLeaf,
  EMPTY_FRONTIER,
  encodeFrontier,
  encodeLeaf,
  extendFrontier,
  hashLeaf,
  merkleRoot,
} from '../src/proof/index.ts'
import { nodeDigest } from './crypto.ts'
import { recountSubjects } from './ledger.ts'

export const TAMPERED_SIZE = 300
interface Row {
  readonly seq: number
  readonly leaf: Uint8Array
  readonly leaf_hash: Uint8Array
}

export interface Tampering {
  readonly name: string
  /** Who finds it without looking outside the database: SQL, or TypeScript as well; or a checkpoint outside alone. */
  readonly foundBy: 'sql' | 'typescript' | 'checkpoint'
  change(tx: SqlTx, logId: number): Promise<unknown>
}

async function rowsOf(tx: SqlTx, logId: number): Promise<Row[]> {
  return tx.query<Row>(
    'select seq, leaf, leaf_hash from ledger_entry where log_id = $1 order by seq',
    [logId],
  )
}

async function writeLeaf(
  tx: SqlTx,
  logId: number,
  seq: number,
  leaf: Uint8Array,
  hash?: Uint8Array,
): Promise<void> {
  await tx.query(
    'update ledger_entry set leaf = $3, leaf_hash = coalesce($4, leaf_hash) where log_id = $1 and seq = $2',
    [logId, seq, leaf, hash ?? null],
  )
}

/** Changes one byte of a stored leaf, with or without making its own hash fit again. */
export function flipByte(seq: number, at: number, hashAgain = false): Tampering['change'] {
  return async (tx, logId) => {
    const row = (await rowsOf(tx, logId))[seq]!
    const leaf = row.leaf.slice()
    leaf[at]! ^= 1
    await writeLeaf(tx, logId, seq, leaf, hashAgain ? hashLeaf(nodeDigest, leaf) : undefined)
  }
}

/** Rewrites entry `seq` and everything after it so that all links, hashes, the head and the tiles fit again. */
export async function rewriteSuffix(tx: SqlTx, logId: number, seq: number): Promise<void> {
  const rows = await rowsOf(tx, logId)
  const hashes = rows.slice(0, seq).map((row) => row.leaf_hash)
  for (const row of rows.slice(seq)) {
    const leaf = decodeLeaf(row.leaf)
    assert.ok(leaf.ok)
    const body = leaf.value.body.slice()
    // Another actor, of the same length, in the first rewritten entry.
    if (row.seq === seq) changeActor(body)
    const prev = hashes.at(-1) ?? leaf.value.prev
    const rewritten = encodeLeaf({ ...leaf.value, body, prev })
    hashes.push(hashLeaf(nodeDigest, rewritten))
    await writeLeaf(tx, logId, row.seq, rewritten, hashes.at(-1))
  }
  await tx.query('delete from ledger_idem where log_id = $1 and seq = $2', [logId, seq])
  await fixHead(tx, logId, hashes)
}

/** Who did it is another, and the id is as the ledger makes it, so that no repetition row is missed. */
function changeActor(body: Uint8Array): void {
  const text = Buffer.from(body)
  body[text.indexOf('"p-1"') + 3] = 0x32
  const [, ts = ''] = /"ts":"([^"]+)"/.exec(text.toString()) ?? []
  const time = Date.parse(ts).toString(16).padStart(12, '0')
  body.set(Buffer.from(`${time.slice(0, 8)}-${time.slice(8)}`), text.indexOf('"id":"') + 6)
}

async function fixHead(tx: SqlTx, logId: number, hashes: readonly Uint8Array[]): Promise<void> {
  const frontier = encodeFrontier(extendFrontier(nodeDigest, EMPTY_FRONTIER, hashes))
  await tx.query('update ledger_head set size = $2, latest = $3, frontier = $4 where log_id = $1', [
    logId,
    hashes.length,
    hashes.at(-1)!,
    frontier,
  ])
  const tile = hashes.slice(0, 256)
  if (tile.length < 256) return
  await tx.query('update ledger_tile set data = $2, root = $3 where log_id = $1', [
    logId,
    new Uint8Array(Buffer.concat(tile)),
    merkleRoot(nodeDigest, tile),
  ])
}

async function cutTail(tx: SqlTx, logId: number, count: number): Promise<void> {
  for (const table of ['ledger_entry', 'ledger_idem', 'ledger_payload']) {
    await tx.query(`delete from ${table} where log_id = $1 and seq >= $2`, [
      logId,
      TAMPERED_SIZE - count,
    ])
  }
}

const deleteEntries =
  (where: string): Tampering['change'] =>
  async (tx, logId) =>
    tx.query(`delete from ledger_entry where log_id = $1 and ${where}`, [logId])

/** One statement each; `$1` is the log. */
function runEach(foundBy: Tampering['foundBy'], texts: Record<string, string>): Tampering[] {
  return Object.entries(texts).map(([name, text]) => ({
    name,
    foundBy,
    change: (tx, logId) => tx.query(text, [logId]),
  }))
}

export const TAMPERINGS: readonly Tampering[] = [
  { name: 'edit the body', foundBy: 'sql', change: flipByte(7, 80) },
  { name: 'edit the time', foundBy: 'sql', change: flipByte(7, 19) },
  { name: 'edit the position', foundBy: 'sql', change: flipByte(7, 11) },
  { name: 'edit the link', foundBy: 'sql', change: flipByte(7, 30) },
  { name: 'edit the magic', foundBy: 'sql', change: flipByte(7, 0) },
  { name: 'edit the body and hash the row again', foundBy: 'sql', change: flipByte(7, 80, true) },
  {
    name: 'edit the last body and hash it again',
    foundBy: 'sql',
    change: flipByte(TAMPERED_SIZE - 1, 80, true),
  },
  { name: 'edit the first link and hash it again', foundBy: 'sql', change: flipByte(0, 30, true) },
  { name: 'delete the first entry', foundBy: 'sql', change: deleteEntries('seq = 0') },
  { name: 'delete the first ten entries', foundBy: 'sql', change: deleteEntries('seq < 10') },
  { name: 'delete an entry in the middle', foundBy: 'sql', change: deleteEntries('seq = 150') },
  {
    name: 'delete the last entry',
    foundBy: 'sql',
    change: deleteEntries(`seq = ${TAMPERED_SIZE - 1}`),
  },
  {
    name: 'delete the last ten entries',
    foundBy: 'sql',
    change: (tx, logId) => cutTail(tx, logId, 10),
  },
  { name: 'delete all entries', foundBy: 'sql', change: deleteEntries('true') },
  ...runEach('sql', {
    'edit a stored hash': `update ledger_entry set leaf_hash = sha256(leaf_hash) where log_id = $1 and seq = 7`,
    'swap two entries': `update ledger_entry e set leaf = o.leaf, leaf_hash = o.leaf_hash from ledger_entry o where e.log_id = $1 and o.log_id = e.log_id and e.seq in (5, 6) and o.seq = 11 - e.seq`,
    'insert an entry after the last': `insert into ledger_entry select log_id, ${TAMPERED_SIZE}, leaf, leaf_hash from ledger_entry where log_id = $1 and seq = 3`,
    'shift the tail to make room for a copy': `update ledger_entry set seq = seq + 1000 where log_id = $1 and seq >= 100`,
    'roll the head back': `update ledger_head set size = size - 1 where log_id = $1`,
    'move the head to another entry': `update ledger_head set latest = sha256(latest) where log_id = $1`,
    'delete the head': `delete from ledger_head where log_id = $1`,
    'exchange the genesis': `update ledger_log set epoch = 2, genesis = sha256(convert_to('seaworthy-ledger/v2' || chr(10) || origin || chr(10) || '2' || chr(10), 'UTF8')) where log_id = $1`,
  }),
  ...runEach('typescript', {
    'edit the frontier': `update ledger_head set frontier = set_byte(frontier, 3, get_byte(frontier, 3) # 1) where log_id = $1`,
    'edit a tile': `update ledger_tile set data = set_byte(data, 99, get_byte(data, 99) # 1) where log_id = $1`,
    'edit the hash over a tile': `update ledger_tile set root = sha256(root) where log_id = $1`,
    'delete a tile': `delete from ledger_tile where log_id = $1`,
    'invent a tile': `insert into ledger_tile select log_id, 0, 1, data, root from ledger_tile where log_id = $1`,
    'edit a repetition row': `update ledger_idem set body_hash = sha256(body_hash) where log_id = $1 and seq = 9`,
    'point a repetition row elsewhere': `update ledger_idem set seq = 8 where log_id = $1 and seq = 9`,
    'delete a repetition row': `delete from ledger_idem where log_id = $1 and seq = 9`,
    'delete the last repetition row': `delete from ledger_idem where log_id = $1 and seq = ${TAMPERED_SIZE - 1}`,
    'invent a repetition row': `insert into ledger_idem select log_id, '00000000-0000-7000-8000-000000000000', seq, body_hash from ledger_idem where log_id = $1 and seq = 9`,
    'count an entry too many': `update ledger_subject set entries = entries + 1 where log_id = $1`,
    'forget the count of a subject': `delete from ledger_subject where log_id = $1`,
    'give the count to another subject': `update ledger_subject set subject = encode(sha256(subject::bytea), 'hex') where log_id = $1`,
    'edit a sealed payload': `update ledger_payload set sealed = set_byte(sealed, 60, get_byte(sealed, 60) # 1) where log_id = $1 and seq = 7`,
    'put a payload in clear': `update ledger_payload set sealed = null, dek_id = null, payload = '{"n":7000}', salt = sha256(sealed) where log_id = $1 and seq = 7`,
    'exchange two sealed payloads': `update ledger_payload p set sealed = o.sealed from ledger_payload o where p.log_id = $1 and o.log_id = p.log_id and p.seq in (5, 6) and o.seq = 11 - p.seq`,
    'destroy the key of payloads': `update ledger_dek set wrapped = null where tenant_id = (select tenant_id from ledger_log where log_id = $1)`,
    'delete the key of payloads': `delete from ledger_dek where tenant_id = (select tenant_id from ledger_log where log_id = $1)`,
    'delete a payload': `delete from ledger_payload where log_id = $1 and seq = 7`,
    'edit the root of a stored checkpoint': `update ledger_checkpoint set root = sha256(root) where log_id = $1`,
    'edit the note of a stored checkpoint': `update ledger_checkpoint set note = replace(note, '200', '201') where log_id = $1`,
    'edit the root of a sealed day': `update ledger_daily set root = sha256(root) where log_id = $1`,
    'edit the note of a sealed day': `update ledger_daily set note = replace(note, '200', '201') where log_id = $1`,
    'seal another day with what a day was sealed with': `update ledger_daily set day = day - 1 where log_id = $1`,
    'seal a later day with too few entries': `update ledger_daily set day = day + 1 where log_id = $1`,
  }),
  {
    name: 'delete entries that a stored checkpoint covers and fix the head',
    foundBy: 'sql',
    change: async (tx, logId) => {
      await cutTail(tx, logId, 110)
      await tx.query('delete from ledger_tile where log_id = $1', [logId])
      await fixHead(
        tx,
        logId,
        (await rowsOf(tx, logId)).map((row) => row.leaf_hash),
      )
    },
  },
  {
    name: 'delete the last entries, the checkpoints and fix the head',
    foundBy: 'checkpoint',
    change: async (tx, logId) => {
      await cutTail(tx, logId, 10)
      await recountSubjects(tx, logId)
      await tx.query('delete from ledger_checkpoint where log_id = $1', [logId])
      await fixHead(
        tx,
        logId,
        (await rowsOf(tx, logId)).map((row) => row.leaf_hash),
      )
    },
  },
  {
    name: 'rewrite the whole suffix and delete the checkpoints',
    foundBy: 'checkpoint',
    change: async (tx, logId) => {
      await tx.query('delete from ledger_checkpoint where log_id = $1', [logId])
      await rewriteSuffix(tx, logId, 280)
    },
  },
]
