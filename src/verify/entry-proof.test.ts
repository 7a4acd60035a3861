// Proof files of one entry: whole, damaged, of other logs, without the entry, and by another key.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest, nodeVerifier, testSigner } from '../../test/crypto.ts'
import { utf8Bytes } from '../kernel/index.ts'
import {
  buildInclusionProof,
  encodeEntryBody,
  encodeLeaf,
  formatTlogProof,
  genesisLink,
  hashLeaf,
  merkleRoot,
  noteKeyOf,
  policyOfLog,
  sealCheckpoint,
} from '../proof/index.ts'
import type { NoteKey } from '../proof/index.ts'
import { isEntryProof, renderEntryProof, verifyEntryProof } from './index.ts'
import type { EntryProofReport } from './index.ts'

const ports = { digest: nodeDigest, verifier: nodeVerifier }
const ORIGIN = 'ships.example/ledger/7f3a'

function aLeaf(seq: number, magicFault = false): Uint8Array {
  const body = encodeEntryBody({
    v: 1,
    id: `0193a0b0-0000-7000-8000-00000000000${seq}`,
    ts: '2026-11-21T10:00:00.000Z',
    type: 'note.appended',
    actor: 'p-1',
    subject: 'harbour@2.1.0',
    src: { producer: 'seaworthy', version: '0.1.0' },
    payload: { alg: 'HMAC-SHA256', c: 'A'.repeat(43) + '=' },
    refs: [],
  })
  const leaf = encodeLeaf({
    seq,
    timeMs: Date.parse('2026-11-21T10:00:00.000Z'),
    prev: genesisLink(nodeDigest, ORIGIN, 1),
    body: magicFault ? utf8Bytes('{}') : body,
  })
  return leaf
}

interface Made {
  readonly proof: string
  readonly bare: string
  readonly key: NoteKey
  readonly entry: Uint8Array
}

async function aProof(entries: readonly Uint8Array[], index: number): Promise<Made> {
  const signer = testSigner('ed25519')
  const hashes = entries.map((entry) => hashLeaf(nodeDigest, entry))
  const root = merkleRoot(nodeDigest, hashes)
  const checkpoint = await sealCheckpoint(nodeDigest, signer, {
    origin: ORIGIN,
    size: entries.length,
    root,
  })
  const proof = { index, hashes: buildInclusionProof(nodeDigest, hashes, index), checkpoint }
  const entry = entries[index]!
  return {
    proof: formatTlogProof({ ...proof, extra: entry }),
    bare: formatTlogProof(proof),
    key: noteKeyOf(nodeDigest, ORIGIN, signer.publicKey),
    entry,
  }
}

function codesOf({ findings }: EntryProofReport): string[] {
  return findings.map(({ code }) => code)
}

test('a whole proof by the trusted log shows the entry, and without a key it stays unknown whose log it is', async () => {
  const { proof, key } = await aProof(
    [0, 1, 2, 3, 4].map((seq) => aLeaf(seq)),
    3,
  )
  const bytes = utf8Bytes(proof)
  assert.ok(isEntryProof(bytes))
  const known = await verifyEntryProof(bytes, { ports, policy: policyOfLog(key) })
  assert.deepEqual([known.verdict, known.index, known.size], ['INTACT', 3, 5])
  assert.equal(known.entry?.body.subject, 'harbour@2.1.0')
  assert.match(renderEntryProof(known), /^INTACT: [^]*note\.appended {2}harbour@2\.1\.0/)
  const unknown = await verifyEntryProof(bytes, { ports })
  assert.equal(unknown.verdict, 'INTACT_SIGNER_UNKNOWN')
  assert.match(unknown.notProven[0]!, /whose log it is/)
})

test('every changed byte of a proof file is found', async () => {
  const { proof, key } = await aProof(
    [0, 1, 2].map((seq) => aLeaf(seq)),
    1,
  )
  const bytes = utf8Bytes(proof)
  for (let at = 0; at < bytes.length; at++) {
    for (const flip of [0x01, 0x20, 0x80]) {
      const changed = bytes.with(at, bytes[at]! ^ flip)
      const report = await verifyEntryProof(changed, { ports, policy: policyOfLog(key) })
      assert.equal(report.verdict, 'INVALID', `byte ${at} xor ${flip}`)
    }
  }
})

test('another key, another place and a shortened file are refused, each for its own reason', async () => {
  const { proof, key } = await aProof(
    [0, 1, 2].map((seq) => aLeaf(seq)),
    1,
  )
  const stranger = noteKeyOf(nodeDigest, ORIGIN, testSigner('ed25519').publicKey)
  const verify = (text: string, by: NoteKey): Promise<EntryProofReport> =>
    verifyEntryProof(utf8Bytes(text), { ports, policy: policyOfLog(by) })
  assert.deepEqual(codesOf(await verify(proof, stranger)), ['VERIFY_CHECKPOINT_REFUSED'])
  const moved = await verify(proof.replace('index 1', 'index 0'), key)
  assert.deepEqual(codesOf(moved), ['VERIFY_ENTRY_NOT_INCLUDED'])
  assert.deepEqual(codesOf(await verify(proof.slice(0, 80), key)), ['VERIFY_FILE_MALFORMED'])
  assert.deepEqual(codesOf(await verify('', key)), ['VERIFY_FILE_MALFORMED'])
})

test('an entry of ours has to be whole and name its own place, whatever the log signed', async () => {
  const swapped = await aProof([aLeaf(1), aLeaf(0)], 0)
  const report = await verifyEntryProof(utf8Bytes(swapped.proof), {
    ports,
    policy: policyOfLog(swapped.key),
  })
  assert.deepEqual(codesOf(report), ['VERIFY_ENTRY_MALFORMED'])
  const empty = await aProof([aLeaf(0, true)], 0)
  const bodiless = await verifyEntryProof(utf8Bytes(empty.proof), {
    ports,
    policy: policyOfLog(empty.key),
  })
  assert.deepEqual(codesOf(bodiless), ['VERIFY_ENTRY_MALFORMED'])
})

test('bytes that the reader brings count instead of those in the file, and any log may be shown', async () => {
  const records = ['one', 'two', 'three'].map(utf8Bytes)
  const { bare, proof, key, entry } = await aProof(records, 2)
  const shown = await verifyEntryProof(utf8Bytes(bare), { ports, policy: policyOfLog(key), entry })
  assert.deepEqual([shown.verdict, shown.entry, shown.entryBytes], ['INTACT', null, 5])
  const none = await verifyEntryProof(utf8Bytes(bare), { ports, policy: policyOfLog(key) })
  assert.deepEqual(codesOf(none), ['VERIFY_NOTHING_CHECKED'])
  const other = await verifyEntryProof(utf8Bytes(proof), {
    ports,
    policy: policyOfLog(key),
    entry: utf8Bytes('two'),
  })
  assert.deepEqual(codesOf(other), ['VERIFY_ENTRY_NOT_INCLUDED'])
})
