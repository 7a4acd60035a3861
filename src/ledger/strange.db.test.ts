// No false alarm: what stores and serialisers are known to change is read back as it was, and every verifier is content.
import assert from 'node:assert/strict'
import test from 'node:test'
import { canonicalize } from '../kernel/index.ts'
import { openTestLedger } from '../../test/ledger.ts'
import { strangeFact } from '../../test/strange-facts.ts'

/** A million of them is the figure in bench/README.md. */
const EVENTS = Number(process.env['SEAWORTHY_TEST_STRANGE_EVENTS'] ?? '1000')
const BATCH = 250
/** Of the payloads, every so manieth is also compared with what was given. */
const COMPARED_EACH = Math.max(1, Math.floor(EVENTS / 500))

test('text of all of Unicode and numbers of all of the doubles are read back without a false alarm', async () => {
  const { ledger, sql, tenantId } = await openTestLedger()
  for (let from = 0; from < EVENTS; from += BATCH) {
    const facts = Array.from({ length: Math.min(BATCH, EVENTS - from) }, (_, at) =>
      strangeFact(from + at),
    )
    await ledger.append(tenantId, facts)
  }
  const verdict = await ledger.verifyLog(tenantId, {})
  assert.equal(verdict.ok, true, JSON.stringify(verdict))
  assert.equal(verdict.checked.entries, EVENTS)
  assert.equal(verdict.checked.payloads, EVENTS)
  const chain = await sql.transaction({ tenantId }, (tx) =>
    tx.query<{ whole: boolean }>('select validate_hash_chain($1) as whole', [tenantId]),
  )
  assert.deepEqual(chain, [{ whole: true }])
  for (let seq = 0; seq < EVENTS; seq += COMPARED_EACH) {
    const stored = await ledger.payloadOf(tenantId, seq)
    const { payload } = strangeFact(seq)
    assert.equal(canonicalize(stored?.value), canonicalize(payload), `entry ${seq}`)
  }
})
