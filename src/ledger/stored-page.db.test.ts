// Verification reads short entries together and long ones apart; a change of either is found.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentDigest } from '../kernel/index.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { aFact, factsOf, openTestLedger } from '../../test/ledger.ts'
import { makeLedger } from './index.ts'

const LONG = 5_000

class Undo extends Error {}

const manyRefs = Array.from({ length: 100 }, (_, at) =>
  contentDigest(nodeDigest.sha256(new Uint8Array([at]))),
)

test('long leaves and payloads among short ones are verified, and a change of one is found', async () => {
  const { ledger, ports, sql, tenantId } = await openTestLedger()
  const [first, last] = [factsOf(3), factsOf(3)]
  const longLeaf = aFact({ refs: manyRefs })
  const longPayload = aFact({ payload: { text: 'x'.repeat(LONG) } })
  await ledger.append(tenantId, [...first, longLeaf, longPayload, ...last])
  const verdict = await ledger.verifyLog(tenantId, {})
  assert.ok(verdict.ok)
  assert.deepEqual([verdict.checked.entries, verdict.checked.payloads], [8, 8])
  const mine = 'log_id = (select log_id from ledger_log where tenant_id = $1)'
  for (const [seq, table, column] of [
    [3, 'ledger_entry', 'leaf'],
    [4, 'ledger_payload', 'sealed'],
    [6, 'ledger_payload', 'sealed'],
  ] as const) {
    const undone = sql.transaction('system', async (tx) => {
      await tx.query(`alter table ${table} disable trigger user`)
      await tx.query(
        `update ${table} set ${column} = set_byte(${column}, 60, 255 - get_byte(${column}, 60)) where seq = $2 and ${mine}`,
        [tenantId, seq],
      )
      const [row] = await tx.query<{ bytes: number }>(
        `select octet_length(${column}) as bytes from ${table} where seq = $2 and ${mine}`,
        [tenantId, seq],
      )
      assert.equal(row!.bytes > 4_096, seq !== 6)
      const inside = makeLedger({
        ...ports,
        sql: { engine: sql.engine, transaction: (_scope, work) => work(tx) },
      })
      const tampered = await inside.verifyLog(tenantId, {})
      assert.deepEqual([tampered.ok, !tampered.ok && tampered.firstBadSeq], [false, seq])
      throw new Undo()
    })
    await assert.rejects(undone, Undo)
  }
})
