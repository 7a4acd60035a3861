// Cosignatures of both kinds, held against messages put together from the specification's own words.
import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { nodeDigest, nodeVerifier, testSigner } from '../../test/crypto.ts'
import { base64Of, bytesOfBase64 } from '../kernel/index.ts'
import type { Signer } from '../kernel/index.ts'
import {
  cosignCheckpoint,
  cosignerKeyOf,
  formatCheckpoint,
  formatCosignerKey,
  noteKeyOf,
  formatNoteKey,
  parseCosignerKey,
  sealCheckpoint,
  verifyCosignatures,
} from './index.ts'

const NAME = 'witness.example/w1'
const checkpoint = {
  origin: 'ships.example/ledger/7f3a',
  size: 20_852_163,
  root: nodeDigest.sha256(new Uint8Array([7])),
}
const text = formatCheckpoint(checkpoint)
const signers = [testSigner('ed25519'), testSigner('ml-dsa-44')]

async function cosignedBy(signer: Signer, at = 1_679_315_147): Promise<string> {
  const note = await sealCheckpoint(nodeDigest, testSigner('ed25519'), checkpoint)
  return note + (await cosignCheckpoint(nodeDigest, signer, NAME, text, at))
}

/** What the line says, and the bytes that it claims to sign, from the words of C2SP tlog-cosignature. */
function messageBySpecification(kind: string): Buffer {
  if (kind === 'ed25519')
    return Buffer.from(
      `cosignature/v1\ntime 1679315147\nships.example/ledger/7f3a\n20852163\n${base64Of(checkpoint.root)}\n`,
    )
  const u64 = (value: number): Buffer => {
    const out = Buffer.alloc(8)
    out.writeBigUInt64BE(BigInt(value))
    return out
  }
  return Buffer.concat([
    Buffer.from('subtree/v1\n\0', 'latin1'),
    Buffer.from([NAME.length]),
    Buffer.from(NAME),
    u64(1_679_315_147),
    Buffer.from([checkpoint.origin.length]),
    Buffer.from(checkpoint.origin),
    u64(0),
    u64(checkpoint.size),
    checkpoint.root,
  ])
}

test('both kinds sign the message that the specification describes, and name their key as it says', async () => {
  for (const [signer, type] of [
    [signers[0]!, 4],
    [signers[1]!, 6],
  ] as const) {
    const line = await cosignCheckpoint(nodeDigest, signer, NAME, text, 1_679_315_147)
    const [, name, encoded = ''] = /^— (\S+) (\S+)\n$/.exec(line) ?? []
    assert.equal(name, NAME)
    const bytes = Buffer.from(encoded, 'base64')
    const spki = Buffer.from(signer.publicKey)
    const raw = spki.subarray(type === 4 ? 12 : 22)
    const id = nodeDigest.sha256(
      Buffer.concat([Buffer.from(`${NAME}\n`), Buffer.from([type]), raw]),
    )
    assert.deepEqual([...bytes.subarray(0, 4)], [...id.subarray(0, 4)])
    assert.equal(bytes.readBigUInt64BE(4), 1_679_315_147n)
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    const message = messageBySpecification(signer.algorithm)
    assert.ok(verify(null, message, key, bytes.subarray(12)), signer.algorithm)
  }
})

test('a cosignature counts with the key it names; a wrong one is refused, a stranger’s ignored', async () => {
  for (const signer of signers) {
    const note = await cosignedBy(signer)
    const key = cosignerKeyOf(nodeDigest, NAME, signer.publicKey)
    const found = await verifyCosignatures(nodeVerifier, note, [key])
    assert.ok(found.ok)
    assert.deepEqual(
      found.value.map(({ atSeconds }) => atSeconds),
      [1_679_315_147],
    )
    const other = cosignerKeyOf(nodeDigest, NAME, testSigner(key.algorithm).publicKey)
    const ignored = await verifyCosignatures(nodeVerifier, note, [other])
    assert.ok(ignored.ok && ignored.value.length === 0)
    const [head = '', line = ''] = note.split(`— ${NAME} `)
    const bytes = bytesOfBase64(line.trim())
    // Behind the key's id: the time, the signature's first byte, its last.
    for (const at of [4, 11, 12, bytes.length - 1]) {
      const damaged = `${head}— ${NAME} ${base64Of(bytes.with(at, bytes[at]! ^ 1))}\n`
      assert.ok(!(await verifyCosignatures(nodeVerifier, damaged, [key])).ok, `byte ${at}`)
    }
    const grown = note.replace('\n20852163\n', '\n20852164\n')
    assert.ok(!(await verifyCosignatures(nodeVerifier, grown, [key])).ok)
    const timeless = await verifyCosignatures(nodeVerifier, await cosignedBy(signer, 0), [key])
    assert.ok(!timeless.ok)
  }
})

test('a key has one text, and the text of a log’s key is none', () => {
  for (const { publicKey } of signers) {
    const key = cosignerKeyOf(nodeDigest, NAME, publicKey)
    const read = parseCosignerKey(nodeDigest, formatCosignerKey(key))
    assert.ok(read.ok)
    assert.deepEqual(read.value, key)
    const renamed = formatCosignerKey(key).replace('w1', 'w2')
    assert.ok(!parseCosignerKey(nodeDigest, renamed).ok)
  }
  const log = formatNoteKey(noteKeyOf(nodeDigest, NAME, signers[0]!.publicKey))
  assert.ok(!parseCosignerKey(nodeDigest, log).ok)
})
