// Tampering by the database's owner: what is found, by whom, and what only a checkpoint outside can find.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { aFact, factsOf, openTestLedger } from '../../test/ledger.ts'
import {
  isFound,
  judgeTampering,
  LEDGER_TABLES as TABLES,
  openTampered,
  Undo,
} from '../../test/tampered-log.ts'
import { flipByte, rewriteSuffix, TAMPERED_SIZE as SIZE, TAMPERINGS } from '../../test/tampering.ts'
import type { Tampering } from '../../test/tampering.ts'
import { hexOf } from '../kernel/index.ts'
import { merkleRoot } from '../proof/index.ts'
import { makeLedger } from './index.ts'

test('every tampering is found, and only a checkpoint outside the database finds a consistent rewrite', async () => {
  const tampered = await openTampered()
  const { ledger, tenantId } = tampered
  const { root2: root } = await ledger.proveConsistency(tenantId, SIZE, SIZE)
  const counts = { sql: 0, typescript: 0, checkpoint: 0 }
  for (const { name, foundBy, change } of TAMPERINGS) {
    const seen = await judgeTampering(tampered, change, { size: SIZE, root })
    assert.equal(seen.sql === true, foundBy !== 'sql', `${name}: SQL says ${seen.sql}`)
    assert.equal(
      isFound(seen.typescript),
      foundBy !== 'checkpoint',
      `${name}: TypeScript says ${JSON.stringify(seen.typescript)}`,
    )
    assert.ok(isFound(seen.checkpoint), `${name}: a checkpoint outside did not help`)
    counts[foundBy]++
  }
  assert.deepEqual(counts, { sql: 23, typescript: 25, checkpoint: 2 })
})

test('an untouched log passes all three, and the verdict names what it was held against', async () => {
  const tampered = await openTampered()
  const { root2: root } = await tampered.ledger.proveConsistency(tampered.tenantId, SIZE, SIZE)
  const seen = await judgeTampering(tampered, () => Promise.resolve(), { size: SIZE, root })
  assert.equal(seen.sql, true)
  assert.ok(typeof seen.typescript !== 'string' && seen.typescript.ok)
  assert.match(
    seen.typescript.scope,
    /^chain-consistent, all 300 entries, compared with no checkpoint outside/,
  )
  assert.deepEqual(seen.typescript.checked, {
    entries: SIZE,
    payloads: SIZE,
    erased: 0,
    repeats: SIZE,
    tiles: 1,
    // The checkpoint, the sealed day, and the head's frontier.
    roots: 3,
  })
  assert.ok(typeof seen.checkpoint !== 'string' && seen.checkpoint.ok)
  assert.equal(
    seen.checkpoint.scope,
    `consistent-with-checkpoint 300,${Buffer.from(root).toString('base64')}`,
  )
})

test('the verdict names the first bad entry and why', async () => {
  const tampered = await openTampered()
  const outside = { size: SIZE, root: new Uint8Array(32) }
  const edited = await judgeTampering(tampered, flipByte(7, 80), outside)
  assert.ok(typeof edited.typescript !== 'string' && !edited.typescript.ok)
  assert.deepEqual(
    [edited.typescript.firstBadSeq, edited.typescript.reason, edited.typescript.checked.entries],
    [7, 'leaf hash', 7],
  )
  const { sql, tenantId, logId } = tampered
  await assert.rejects(
    sql.transaction('system', async (tx) => {
      await tx.query('alter table ledger_entry disable trigger user')
      await tx.query('delete from ledger_entry where log_id = $1 and seq = 150', [logId])
      const [row] = await tx.query<{ ok: boolean; first_bad_seq: number; reason: string }>(
        'select * from ledger_verify($1, 0, $2)',
        [logId, SIZE - 1],
      )
      assert.deepEqual(
        [row!.ok, row!.first_bad_seq, row!.reason],
        [false, 151, 'entry before is missing'],
      )
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
    await tx.query(
      `insert into ledger_entry select $1, seq, leaf, leaf_hash from ledger_entry where log_id = ${from} and seq = 4`,
      [logId, neighbour.tenantId],
    )
  }
  const seen = await judgeTampering(tampered, move, { size: SIZE, root: new Uint8Array(32) })
  assert.equal(seen.sql, false)
  assert.ok(isFound(seen.typescript))
})

test('a deleted log is found by a checkpoint outside alone, and never passes as empty beside one', async () => {
  const tampered = await openTampered()
  const { root2: root } = await tampered.ledger.proveConsistency(tampered.tenantId, SIZE, SIZE)
  const erase: Tampering['change'] = async (tx, logId) => {
    // The log itself last: the others point at it.
    for (const table of TABLES.filter((each) => each !== 'ledger_log').concat('ledger_log')) {
      await tx.query(`delete from ${table} where log_id = $1`, [logId])
    }
  }
  const seen = await judgeTampering(tampered, erase, { size: SIZE, root })
  assert.equal(seen.sql, null)
  assert.ok(
    typeof seen.typescript !== 'string' && seen.typescript.ok && seen.typescript.scope === 'empty',
  )
  assert.ok(typeof seen.checkpoint !== 'string' && !seen.checkpoint.ok)
})

test('SQL and TypeScript agree about empty, unknown and growing logs', async () => {
  const { ledger, sql, tenantId } = await openTestLedger()
  const validate = async (tenant: string): Promise<boolean | null> => {
    const [row] = await sql.transaction({ tenantId }, (tx) =>
      tx.query<{ valid: boolean | null }>('select validate_hash_chain($1) as valid', [tenant]),
    )
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
  assert.deepEqual(
    [verdict.scope, verdict.checked.entries, verdict.root],
    ['chain-consistent, last 25 of 300 entries', 25, null],
  )
  const whole = await ledger.verifyLog(tenantId, { limit: 1_000 })
  assert.ok(whole.ok)
  assert.equal(whole.checked.entries, SIZE)
  assert.equal(
    whole.genesis,
    hexOf((await ledger.list(tenantId, { limit: 1 })).entries[0]!.leafHash),
  )
})

test('the hash over a tile in SQL is the Merkle root', async () => {
  const { sql } = await openTestLedger()
  for (const count of [1, 2, 4, 256]) {
    const hashes = Array.from({ length: count }, (_, at) => nodeDigest.sha256(new Uint8Array([at])))
    const [row] = await sql.transaction('system', (tx) =>
      tx.query<{ root: Uint8Array }>('select ledger_tile_root($1) as root', [
        new Uint8Array(Buffer.concat(hashes)),
      ]),
    )
    assert.deepEqual(row!.root, merkleRoot(nodeDigest, hashes))
  }
})

test('a log rewritten below its last checkpoint is not signed again', async () => {
  const { sql, ports, tenantId, logId } = await openTampered()
  const { guard: _guard, ...withoutGuard } = ports
  await assert.rejects(
    sql.transaction('system', async (tx) => {
      for (const table of TABLES) await tx.query(`alter table ${table} disable trigger user`)
      await rewriteSuffix(tx, logId, 150)
      const inside = makeLedger({
        ...withoutGuard,
        sql: { engine: sql.engine, transaction: (_scope, work) => work(tx) },
      })
      await inside.checkpoint(tenantId)
    }),
    { code: 'LEDGER_CHECKPOINT_FORKED' },
  )
})
