// Kept subtrees of the system log: the same hashes as from all entries, at every size, also where none were kept.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test from 'node:test'
import { utf8Bytes } from '../kernel/index.ts'
import {
  buildConsistencyProof,
  buildInclusionProof,
  consistencyRanges,
  inclusionRanges,
  merkleRoot,
} from '../proof/index.ts'
import { nodeDigest, testSigner } from '../../test/crypto.ts'
import { openTestSql } from '../../test/database.ts'
import { attestationSlice } from './index.ts'
import { assertNodes, hashSystemRanges, keepNodes } from './nodes.ts'
import type { NodePorts } from './nodes.ts'
import { insertEntry, insertSystemLog } from './store.ts'

const MIGRATED = [{ name: 'attestation', migrations: attestationSlice.migrations! }]

/** Hands `work` a log of its own, within one transaction. */
async function withLog(work: (ports: NodePorts) => Promise<void>): Promise<void> {
  const sql = await openTestSql(MIGRATED)
  const origin = `ships.example/${randomUUID()}`
  const { publicKey } = testSigner('ed25519')
  await sql.transaction('system', async (tx) => {
    await insertSystemLog(tx, { origin, noteKey: '', publicKey, beganAt: '2026-11-21T00:00:00Z' })
    await work({ digest: nodeDigest, tx, origin })
  })
}

async function addLeaf({ tx, origin }: NodePorts, nth: number): Promise<Uint8Array> {
  const leafHash = nodeDigest.sha256(utf8Bytes(`${origin} ${nth}`))
  assert.equal(await insertEntry(tx, origin, new Uint8Array(1), leafHash), nth)
  return leafHash
}

async function assertProofs(ports: NodePorts, leaves: readonly Uint8Array[]): Promise<void> {
  const size = leaves.length
  const [root] = await hashSystemRanges(ports, [{ from: 0, until: size }])
  assert.deepEqual(root, merkleRoot(nodeDigest, leaves))
  for (const seq of new Set([0, Math.floor(size / 2), size - 1])) {
    const inclusion = await hashSystemRanges(ports, inclusionRanges(seq, size))
    assert.deepEqual(inclusion, buildInclusionProof(nodeDigest, leaves, seq))
    const consistency = await hashSystemRanges(ports, consistencyRanges(seq + 1, size))
    assert.deepEqual(consistency, buildConsistencyProof(nodeDigest, leaves, seq + 1))
  }
  await assertNodes(ports)
}

test('roots and proofs are those of all entries, at every size to 70', async () => {
  await withLog(async (ports) => {
    const leaves: Uint8Array[] = []
    for (let nth = 0; nth < 70; nth++) {
      leaves.push(await addLeaf(ports, nth))
      await keepNodes(ports, nth, leaves[nth]!)
      await assertProofs(ports, leaves)
    }
  })
})

test('a log of a version that kept no subtrees gets them when they are asked for, by a reader or by the next entry', async () => {
  for (const isKeptNext of [true, false]) {
    await withLog(async (ports) => {
      const leaves: Uint8Array[] = []
      for (let nth = 0; nth < 20; nth++) leaves.push(await addLeaf(ports, nth))
      if (isKeptNext) await keepNodes(ports, 19, leaves[19]!)
      await assertProofs(ports, leaves)
    })
  }
})

test('a kept subtree that was changed, an entry that was changed and one that is missing are found', async () => {
  for (const change of [
    "update attestation_node set hash = sha256('x') where origin = $1 and level = 3",
    "update attestation_entry set leaf_hash = sha256('x') where origin = $1 and seq = 1",
    'delete from attestation_entry where origin = $1 and seq = 3',
  ]) {
    await withLog(async (ports) => {
      for (let nth = 0; nth < 8; nth++) await keepNodes(ports, nth, await addLeaf(ports, nth))
      await assertNodes(ports)
      await ports.tx.query('alter table attestation_entry disable trigger user')
      await ports.tx.query(change, [ports.origin])
      await assert.rejects(assertNodes(ports), { code: 'ATTESTATION_LOG_CHANGED' }, change)
      await ports.tx.query('alter table attestation_entry enable trigger user')
    })
  }
})
