// Whose key a payload lies under cannot be changed in the table, so that an erasure reaches all of it; older keys open as before.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesOfHex, hexOf } from '../../kernel/index.ts'
import { nodeDigest, nodeRandom } from '../../../test/crypto.ts'
import { aFact, openTestLedger } from '../../../test/ledger.ts'
import { openSeal } from '../../platform/index.ts'
import { makeLedger } from '../service.ts'
import { PayloadKeys } from './keys.ts'

const SECRET = new Uint8Array(32).fill(9)

function ownKeys(): PayloadKeys {
  return new PayloadKeys({ secret: SECRET, openSeal, random: nodeRandom, digest: nodeDigest })
}

async function openOwned() {
  const opened = await openTestLedger()
  const { sql, tenantId } = opened
  const ledger = makeLedger({ ...opened.ports, payloadKeys: ownKeys() })
  await ledger.append(tenantId, [aFact()])
  const change = (set: string, values: readonly string[] = []): Promise<unknown> =>
    sql.transaction('system', (tx) =>
      tx.query(`update ledger_dek set ${set} where tenant_id = $1`, [tenantId, ...values]),
    )
  const another = () => makeLedger({ ...opened.ports, payloadKeys: ownKeys() })
  return { ...opened, change, another }
}

test('a key under the name of another owner, or of another class, opens nothing', async () => {
  for (const set of [`owner = sha256(owner)`, `class = 'subject'`]) {
    const { tenantId, change, another } = await openOwned()
    assert.ok((await another().verifyLog(tenantId, {})).ok)
    await change(set)
    await assert.rejects(another().verifyLog(tenantId, {}), { code: 'LEDGER_KEY_UNREADABLE' }, set)
    await assert.rejects(another().payloadOf(tenantId, 0), { code: 'LEDGER_KEY_UNREADABLE' }, set)
  }
})

test('a key that was wrapped before keys said whose they are opens, and what is new lies under it', async () => {
  const { sql, tenantId, change, another } = await openOwned()
  const [key] = await sql.transaction('system', (tx) =>
    tx.query<{ class: string; owner: string; wrapped: string }>(
      `select class, encode(owner, 'hex') as owner, encode(wrapped, 'hex') as wrapped from ledger_dek where tenant_id = $1`,
      [tenantId],
    ),
  )
  const wrap = openSeal(SECRET, `seaworthy.ledger.wrap\n${tenantId}`, nodeRandom)
  const purpose = `payload key/2\n${tenantId}\n1\n${key!.class}\n${key!.owner}`
  const plain = wrap.open(purpose, bytesOfHex(key!.wrapped))
  const old = hexOf(wrap.close(`payload key\n${tenantId}\n1`, plain))
  await change(`wrapped = decode($2, 'hex')`, [old])
  const ledger = another()
  await ledger.append(tenantId, [aFact()])
  const verdict = await another().verifyLog(tenantId, {})
  assert.ok(verdict.ok)
  assert.equal(verdict.checked.payloads, 2)
})
