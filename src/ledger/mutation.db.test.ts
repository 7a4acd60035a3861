// The matrix of tampering by the database's owner: what is found, by whom, and what only a checkpoint outside can find.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { aFact, factsOf, openTestLedger } from '../../test/ledger.ts'
import type { TestLedger } from '../../test/ledger.ts'
import { hexOf } from '../kernel/index.ts'
import type { SqlTx } from '../kernel/index.ts'
import { decodeLeaf, encodeLeaf, extendFrontier, EMPTY_FRONTIER, encodeFrontier, hashLeaf, merkleRoot } from '../proof/index.ts'
import { makeLedger } from './index.ts'
import type { LogVerdict } from './index.ts'

const SIZE = 300
const TABLES = ['ledger_entry', 'ledger_head', 'ledger_tile', 'ledger_checkpoint', 'ledger_log', 'ledger_idem', 'ledger_payload']

interface Row {
  readonly seq: number
  readonly leaf: Uint8Array
  readonly leaf_hash: Uint8Array
}

interface Tampering {
  readonly name: string
  /** Who finds it without looking outside the database: SQL, or TypeScript as well; or a checkpoint outside alone. */
  readonly foundBy: 'sql' | 'typescript' | 'checkpoint'
  change(tx: SqlTx, logId: number): Promise<unknown>
}

class Undo extends Error {}

async function rowsOf(tx: SqlTx, logId: number): Promise<Row[]> {
  return tx.query<Row>('select seq, leaf, leaf_hash from ledger_entry where log_id = $1 order by seq', [logId])
}

async function writeLeaf(tx: SqlTx, logId: number, seq: number, leaf: Uint8Array, hash?: Uint8Array): Promise<void> {
  await tx.query('update ledger_entry set leaf = $3, leaf_hash = coalesce($4, leaf_hash) where log_id = $1 and seq = $2', [
    logId,
    seq,
    leaf,
    hash ?? null,
  ])
}

/** Changes one byte of a stored leaf, with or without making its own hash fit again. */
function flip(seq: number, at: number, hashAgain = false): Tampering['change'] {
  return async (tx, logId) => {
    const row = (await rowsOf(tx, logId))[seq]!
    const leaf = row.leaf.slice()
    leaf[at]! ^= 1
    await writeLeaf(tx, logId, seq, leaf, hashAgain ? hashLeaf(nodeDigest, leaf) : undefined)
  }
}

/** Rewrites entry `seq` and everything after it so that all links, hashes, the head and the tiles fit again. */
async function rewriteSuffix(tx: SqlTx, logId: number, seq: number): Promise<void> {
  const rows = await rowsOf(tx, logId)
  const hashes = rows.slice(0, seq).map((row) => row.leaf_hash)
  for (const row of rows.slice(seq)) {
    const leaf = decodeLeaf(row.leaf)
    assert.ok(leaf.ok)
    const body = leaf.value.body.slice()
    // Another actor, of the same length, in the first rewritten entry.
    if (row.seq === seq) body[Buffer.from(body).indexOf('"p-1"') + 3] = 0x32
    const prev = hashes.at(-1) ?? leaf.value.prev
    const rewritten = encodeLeaf({ ...leaf.value, body, prev })
    hashes.push(hashLeaf(nodeDigest, rewritten))
    await writeLeaf(tx, logId, row.seq, rewritten, hashes.at(-1))
  }
  await tx.query('delete from ledger_idem where log_id = $1 and seq = $2', [logId, seq])
  await fixHead(tx, logId, hashes)
}

async function fixHead(tx: SqlTx, logId: number, hashes: readonly Uint8Array[]): Promise<void> {
  const frontier = encodeFrontier(extendFrontier(nodeDigest, EMPTY_FRONTIER, hashes))
  await tx.query('update ledger_head set size = $2, latest = $3, frontier = $4 where log_id = $1', [logId, hashes.length, hashes.at(-1)!, frontier])
  const tile = hashes.slice(0, 256)
  if (tile.length < 256) return
  const data = new Uint8Array(Buffer.concat(tile))
  await tx.query('update ledger_tile set data = $2, root = $3 where log_id = $1', [logId, data, merkleRoot(nodeDigest, tile)])
}

async function cutTail(tx: SqlTx, logId: number, count: number): Promise<void> {
  for (const table of ['ledger_entry', 'ledger_idem', 'ledger_payload']) {
    await tx.query(`delete from ${table} where log_id = $1 and seq >= $2`, [logId, SIZE - count])
  }
}

const deleteEntries = (where: string): Tampering['change'] => async (tx, logId) =>
  tx.query(`delete from ledger_entry where log_id = $1 and ${where}`, [logId])

const run = (text: string): Tampering['change'] => async (tx, logId) => tx.query(text, [logId])

const MATRIX: readonly Tampering[] = [
  { name: 'edit the body', foundBy: 'sql', change: flip(7, 80) },
  { name: 'edit the time', foundBy: 'sql', change: flip(7, 19) },
  { name: 'edit the position', foundBy: 'sql', change: flip(7, 11) },
  { name: 'edit the link', foundBy: 'sql', change: flip(7, 30) },
  { name: 'edit the magic', foundBy: 'sql', change: flip(7, 0) },
  { name: 'edit the body and hash the row again', foundBy: 'sql', change: flip(7, 80, true) },
  { name: 'edit the last body and hash it again', foundBy: 'sql', change: flip(SIZE - 1, 80, true) },
  { name: 'edit the first link and hash it again', foundBy: 'sql', change: flip(0, 30, true) },
  { name: 'edit a stored hash', foundBy: 'sql', change: run(`update ledger_entry set leaf_hash = sha256(leaf_hash) where log_id = $1 and seq = 7`) },
  { name: 'delete the first entry', foundBy: 'sql', change: deleteEntries('seq = 0') },
  { name: 'delete the first ten entries', foundBy: 'sql', change: deleteEntries('seq < 10') },
  { name: 'delete an entry in the middle', foundBy: 'sql', change: deleteEntries('seq = 150') },
  { name: 'delete the last entry', foundBy: 'sql', change: deleteEntries(`seq = ${SIZE - 1}`) },
  { name: 'delete the last ten entries', foundBy: 'sql', change: (tx, logId) => cutTail(tx, logId, 10) },
  { name: 'delete all entries', foundBy: 'sql', change: deleteEntries('true') },
  { name: 'swap two entries', foundBy: 'sql', change: run('update ledger_entry e set leaf = o.leaf, leaf_hash = o.leaf_hash from ledger_entry o where e.log_id = $1 and o.log_id = e.log_id and e.seq in (5, 6) and o.seq = 11 - e.seq') },
  { name: 'insert an entry after the last', foundBy: 'sql', change: run(`insert into ledger_entry select log_id, ${SIZE}, leaf, leaf_hash from ledger_entry where log_id = $1 and seq = 3`) },
  { name: 'shift the tail to make room for a copy', foundBy: 'sql', change: run(`update ledger_entry set seq = seq + 1000 where log_id = $1 and seq >= 100`) },
  { name: 'roll the head back', foundBy: 'sql', change: run('update ledger_head set size = size - 1 where log_id = $1') },
  { name: 'move the head to another entry', foundBy: 'sql', change: run('update ledger_head set latest = sha256(latest) where log_id = $1') },
  { name: 'delete the head', foundBy: 'sql', change: run('delete from ledger_head where log_id = $1') },
  { name: 'exchange the genesis', foundBy: 'sql', change: run(`update ledger_log set epoch = 2, genesis = sha256(convert_to('seaworthy-ledger/v2' || chr(10) || origin || chr(10) || '2' || chr(10), 'UTF8')) where log_id = $1`) },
  { name: 'edit the frontier', foundBy: 'typescript', change: run(`update ledger_head set frontier = set_byte(frontier, 3, get_byte(frontier, 3) # 1) where log_id = $1`) },
  { name: 'edit a tile', foundBy: 'typescript', change: run(`update ledger_tile set data = set_byte(data, 99, get_byte(data, 99) # 1) where log_id = $1`) },
  { name: 'edit the hash over a tile', foundBy: 'typescript', change: run('update ledger_tile set root = sha256(root) where log_id = $1') },
  { name: 'delete a tile', foundBy: 'typescript', change: run('delete from ledger_tile where log_id = $1') },
  { name: 'invent a tile', foundBy: 'typescript', change: run('insert into ledger_tile select log_id, 0, 1, data, root from ledger_tile where log_id = $1') },
  { name: 'edit a repetition row', foundBy: 'typescript', change: run(`update ledger_idem set body_hash = sha256(body_hash) where log_id = $1 and seq = 9`) },
  { name: 'point a repetition row elsewhere', foundBy: 'typescript', change: run(`update ledger_idem set seq = 8 where log_id = $1 and seq = 9`) },
  { name: 'invent a repetition row', foundBy: 'typescript', change: run(`insert into ledger_idem select log_id, '00000000-0000-7000-8000-000000000000', seq, body_hash from ledger_idem where log_id = $1 and seq = 9`) },
  { name: 'edit a payload', foundBy: 'typescript', change: run(`update ledger_payload set payload = '{"n":7000}' where log_id = $1 and seq = 7`) },
  { name: 'edit a salt', foundBy: 'typescript', change: run('update ledger_payload set salt = sha256(salt) where log_id = $1 and seq = 7') },
  { name: 'delete a payload', foundBy: 'typescript', change: run('delete from ledger_payload where log_id = $1 and seq = 7') },
  { name: 'edit the root of a stored checkpoint', foundBy: 'typescript', change: run('update ledger_checkpoint set root = sha256(root) where log_id = $1') },
  { name: 'edit the note of a stored checkpoint', foundBy: 'typescript', change: run(`update ledger_checkpoint set note = replace(note, '200', '201') where log_id = $1`) },
  {
    name: 'delete entries that a stored checkpoint covers and fix the head',
    foundBy: 'typescript',
    change: async (tx, logId) => {
      await cutTail(tx, logId, 110)
      await tx.query('delete from ledger_tile where log_id = $1', [logId])
      await fixHead(tx, logId, (await rowsOf(tx, logId)).map((row) => row.leaf_hash))
    },
  },
  {
    name: 'delete the last entries, the checkpoints and fix the head',
    foundBy: 'checkpoint',
    change: async (tx, logId) => {
      await cutTail(tx, logId, 10)
      await tx.query('delete from ledger_checkpoint where log_id = $1', [logId])
      await fixHead(tx, logId, (await rowsOf(tx, logId)).map((row) => row.leaf_hash))
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

async function openTampered(): Promise<TestLedger & { readonly logId: number }> {
  const opened = await openTestLedger()
  const { ledger, sql, tenantId } = opened
  await ledger.append(tenantId, factsOf(200))
  await ledger.checkpoint(tenantId)
  await ledger.append(tenantId, factsOf(SIZE - 200))
  const [row] = await sql.transaction('system', (tx) => tx.query<{ log_id: number }>('select log_id from ledger_log where tenant_id = $1', [tenantId]))
  return { ...opened, logId: row!.log_id }
}

/** Tampers as the owner would, asks all three, and takes everything back. */
async function judgeTampering(
  tampered: TestLedger & { readonly logId: number },
  change: Tampering['change'],
  outside: { readonly size: number; readonly root: Uint8Array },
): Promise<{ readonly sql: boolean | null; readonly typescript: LogVerdict | string; readonly checkpoint: LogVerdict | string }> {
  const { sql, ports, tenantId, logId } = tampered
  let seen: Awaited<ReturnType<typeof judgeTampering>> | undefined
  const undone = sql.transaction('system', async (tx) => {
    for (const table of TABLES) await tx.query(`alter table ${table} disable trigger user`)
    await change(tx, logId)
    const [row] = await tx.query<{ valid: boolean | null }>('select validate_hash_chain($1) as valid', [tenantId])
    // The same transaction answers, so that nothing tampered is ever committed.
    const { guard: _guard, ...withoutGuard } = ports
    const inside = makeLedger({ ...withoutGuard, sql: { engine: sql.engine, transaction: (_scope, work) => work(tx) } })
    const ask = (query: Parameters<typeof inside.verifyLog>[1]): Promise<LogVerdict | string> =>
      inside.verifyLog(tenantId, query).catch((error: { code?: string }) => error.code ?? 'a fault without code')
    seen = { sql: row!.valid, typescript: await ask({}), checkpoint: await ask({ checkpoint: outside }) }
    throw new Undo()
  })
  await assert.rejects(undone, Undo)
  assert.ok(seen !== undefined)
  return seen
}

const isFound = (verdict: LogVerdict | string): boolean => typeof verdict === 'string' || !verdict.ok

test('every tampering is found, and only a checkpoint outside the database finds a consistent rewrite', async () => {
  const tampered = await openTampered()
  const { ledger, tenantId } = tampered
  const { root2: root } = await ledger.proveConsistency(tenantId, SIZE, SIZE)
  const counts = { sql: 0, typescript: 0, checkpoint: 0 }
  for (const { name, foundBy, change } of MATRIX) {
    const seen = await judgeTampering(tampered, change, { size: SIZE, root })
    assert.equal(seen.sql === true, foundBy !== 'sql', `${name}: SQL says ${seen.sql}`)
    assert.equal(isFound(seen.typescript), foundBy !== 'checkpoint', `${name}: TypeScript says ${JSON.stringify(seen.typescript)}`)
    assert.ok(isFound(seen.checkpoint), `${name}: a checkpoint outside did not help`)
    counts[foundBy]++
  }
  assert.deepEqual(counts, { sql: 22, typescript: 14, checkpoint: 2 })
})

test('an untouched log passes all three, and the verdict names what it was held against', async () => {
  const tampered = await openTampered()
  const { root2: root } = await tampered.ledger.proveConsistency(tampered.tenantId, SIZE, SIZE)
  const seen = await judgeTampering(tampered, () => Promise.resolve(), { size: SIZE, root })
  assert.equal(seen.sql, true)
  assert.ok(typeof seen.typescript !== 'string' && seen.typescript.ok)
  assert.match(seen.typescript.scope, /^chain-consistent, all 300 entries, compared with no checkpoint outside/)
  assert.deepEqual(seen.typescript.checked, { entries: SIZE, payloads: SIZE, repeats: SIZE, tiles: 1, roots: 2 })
  assert.ok(typeof seen.checkpoint !== 'string' && seen.checkpoint.ok)
  assert.equal(seen.checkpoint.scope, `consistent-with-checkpoint 300,${Buffer.from(root).toString('base64')}`)
})

test('the verdict names the first bad entry and why', async () => {
  const tampered = await openTampered()
  const outside = { size: SIZE, root: new Uint8Array(32) }
  const edited = await judgeTampering(tampered, flip(7, 80), outside)
  assert.ok(typeof edited.typescript !== 'string' && !edited.typescript.ok)
  assert.deepEqual([edited.typescript.firstBadSeq, edited.typescript.reason, edited.typescript.checked.entries], [7, 'leaf hash', 7])
  const { sql, tenantId, logId } = tampered
  await assert.rejects(
    sql.transaction('system', async (tx) => {
      await tx.query('alter table ledger_entry disable trigger user')
      await tx.query('delete from ledger_entry where log_id = $1 and seq = 150', [logId])
      const [row] = await tx.query<{ ok: boolean; first_bad_seq: number; reason: string }>('select * from ledger_verify($1, 0, $2)', [logId, SIZE - 1])
      assert.deepEqual([row!.ok, row!.first_bad_seq, row!.reason], [false, 151, 'entry before is missing'])
      throw new Undo()
    }),
    Undo,
  )
  assert.ok((await tampered.ledger.verifyLog(tenantId, {})).ok)
})

test('an entry moved into the log of another tenant is found there', async () => {
  const tampered = await openTampered()
  const neighbour = await openTestLedger()
  await neighbour.ledger.append(neighbour.tenantId, factsOf(10))
  const move: Tampering['change'] = async (tx, logId) => {
    const from = '(select log_id from ledger_log where tenant_id = $2)'
    await tx.query('delete from ledger_entry where log_id = $1 and seq = 4', [logId])
    await tx.query(`insert into ledger_entry select $1, seq, leaf, leaf_hash from ledger_entry where log_id = ${from} and seq = 4`, [logId, neighbour.tenantId])
  }
  const seen = await judgeTampering(tampered, move, { size: SIZE, root: new Uint8Array(32) })
  assert.equal(seen.sql, false)
  assert.ok(isFound(seen.typescript))
})

test('a deleted log is found by a checkpoint outside alone, and never passes as empty beside one', async () => {
  const tampered = await openTampered()
  const { root2: root } = await tampered.ledger.proveConsistency(tampered.tenantId, SIZE, SIZE)
  const erase: Tampering['change'] = async (tx, logId) => {
    for (const table of ['payload', 'checkpoint', 'tile', 'idem', 'entry', 'head', 'log']) {
      await tx.query(`delete from ledger_${table} where log_id = $1`, [logId])
    }
  }
  const seen = await judgeTampering(tampered, erase, { size: SIZE, root })
  assert.equal(seen.sql, null)
  assert.ok(typeof seen.typescript !== 'string' && seen.typescript.ok && seen.typescript.scope === 'empty')
  assert.ok(typeof seen.checkpoint !== 'string' && !seen.checkpoint.ok)
})

test('SQL and TypeScript agree about empty, unknown and growing logs', async () => {
  const { ledger, sql, tenantId } = await openTestLedger()
  const validate = async (tenant: string): Promise<boolean | null> => {
    const [row] = await sql.transaction({ tenantId }, (tx) => tx.query<{ valid: boolean | null }>('select validate_hash_chain($1) as valid', [tenant]))
    return row!.valid
  }
  assert.equal(await validate(tenantId), null)
  assert.deepEqual((await ledger.verifyLog(tenantId, {})).scope, 'empty')
  await assert.rejects(validate('nobody'), /known tenant/)
  for (let size = 1; size <= 4; size++) {
    await ledger.append(tenantId, [aFact()])
    assert.equal(await validate(tenantId), true)
    const verdict = await ledger.verifyLog(tenantId, {})
    assert.ok(verdict.ok)
    assert.deepEqual([verdict.size, verdict.checked.entries], [size, size])
  }
})

test('the last entries can be checked alone, and the verdict says that they were', async () => {
  const { ledger, tenantId } = await openTampered()
  const verdict = await ledger.verifyLog(tenantId, { limit: 25 })
  assert.ok(verdict.ok)
  assert.deepEqual([verdict.scope, verdict.checked.entries, verdict.root], ['chain-consistent, last 25 of 300 entries', 25, null])
  const whole = await ledger.verifyLog(tenantId, { limit: 1_000 })
  assert.ok(whole.ok)
  assert.equal(whole.checked.entries, SIZE)
  assert.equal(whole.genesis, hexOf((await ledger.list(tenantId, { limit: 1 })).entries[0]!.leafHash))
})

test('the hash over a tile in SQL is the Merkle root', async () => {
  const { sql } = await openTestLedger()
  for (const count of [1, 2, 4, 256]) {
    const hashes = Array.from({ length: count }, (_, at) => nodeDigest.sha256(new Uint8Array([at])))
    const [row] = await sql.transaction('system', (tx) =>
      tx.query<{ root: Uint8Array }>('select ledger_tile_root($1) as root', [new Uint8Array(Buffer.concat(hashes))]),
    )
    assert.deepEqual(row!.root, merkleRoot(nodeDigest, hashes))
  }
})
