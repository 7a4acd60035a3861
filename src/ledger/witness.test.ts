// A witness against an outsider's sequence of submissions, and against logs that show two histories.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest, nodeVerifier, testSigner } from '../../test/crypto.ts'
import { readVector, VECTORS_MISSING, vectorsFolder } from '../../test/vectors.ts'
import { base64Of, bytesOfHex, hexOf, utf8Bytes } from '../kernel/index.ts'
import {
  buildConsistencyProof,
  cosignerKeyOf,
  ed25519SpkiOf,
  emptyRoot,
  merkleRoot,
  noteKeyOf,
  sealCheckpoint,
  verifyCosignatures,
} from '../proof/index.ts'
import type { NoteKey } from '../proof/index.ts'
import { Witness } from './witness.ts'
import type { WitnessAnswer, WitnessMemory } from './witness.ts'

const ORIGIN = 'ships.example/ledger/7f3a'
const NAME = 'witness.example/w1'
const logSigner = testSigner('ed25519')
const LOG = noteKeyOf(nodeDigest, ORIGIN, logSigner.publicKey)
const witnessSigners = [testSigner('ed25519'), testSigner('ml-dsa-44')]
const hashesOf = (count: number, salt = 0): Uint8Array[] =>
  Array.from({ length: count }, (_, at) => nodeDigest.sha256(new Uint8Array([salt, at])))

function memoryOf(): WitnessMemory & { readonly notes: Map<string, string>; isBroken: boolean } {
  const notes = new Map<string, string>()
  return {
    notes,
    isBroken: false,
    read: (origin) => Promise.resolve(notes.get(origin)),
    async write(origin, note) {
      // Others come meanwhile.
      await new Promise((resolve) => setImmediate(resolve))
      if (this.isBroken) throw new Error('the disk is full')
      notes.set(origin, note)
    },
  }
}

function aWitness(logs: readonly NoteKey[], memory: WitnessMemory = memoryOf()): Witness {
  const ports = {
    digest: nodeDigest,
    verifier: nodeVerifier,
    clock: { nowMs: () => 1_700_000_000_000 },
  }
  return new Witness({ ...ports, memory, name: NAME, signers: witnessSigners, logs })
}

async function submit(
  witness: Witness,
  oldSize: number,
  hashes: readonly Uint8Array[],
  proof?: readonly Uint8Array[],
): Promise<WitnessAnswer> {
  const size = hashes.length
  const root = size === 0 ? emptyRoot(nodeDigest) : merkleRoot(nodeDigest, hashes)
  const note = await sealCheckpoint(nodeDigest, logSigner, { origin: ORIGIN, size, root })
  const isProven = oldSize > 0 && oldSize < size
  const shown = proof ?? (isProven ? buildConsistencyProof(nodeDigest, hashes, oldSize) : [])
  const lines = shown.map((hash) => `${base64Of(hash)}\n`).join('')
  return witness.addCheckpoint(utf8Bytes(`old ${oldSize}\n${lines}\n${note}`))
}

test('an outsider’s sequence is answered as it was recorded', async (t) => {
  const folder = vectorsFolder()
  if (folder === undefined) return t.skip(VECTORS_MISSING)
  const vector = JSON.parse(readVector(folder, 'witness/add-checkpoint-sequence.json')) as {
    logOrigin: string
    logEd25519PublicKeyHex: string
    sequence: { request: string; status: number; body: string }[]
  }
  const spki = ed25519SpkiOf(bytesOfHex(vector.logEd25519PublicKeyHex))
  const witness = aWitness([noteKeyOf(nodeDigest, vector.logOrigin, spki)])
  const seen: (readonly [number, string])[] = []
  for (const { request } of vector.sequence) {
    const { status, text } = await witness.addCheckpoint(utf8Bytes(request))
    seen.push([status, status === 409 ? text : ''])
  }
  // The recorded program answers 403 for an unknown log; the specification says 404.
  const wanted = vector.sequence.map(
    ({ status, body }) =>
      [body === 'unknown log' ? 404 : status, status === 409 ? body : ''] as const,
  )
  assert.deepEqual(seen, wanted)
  assert.equal(seen.length, 9)
})

test('a log that grows is cosigned with every key, and the newest checkpoint can be read', async () => {
  const witness = aWitness([LOG])
  for (const [oldSize, size] of [
    [0, 0],
    [0, 3],
    [3, 3],
    [3, 8],
    [8, 21],
  ] as const)
    assert.equal((await submit(witness, oldSize, hashesOf(size))).status, 200, `${oldSize} ${size}`)
  const newest = (await witness.newest(hexOf(nodeDigest.sha256(utf8Bytes(ORIGIN)))))!
  const keys = witnessSigners.map(({ publicKey }) => cosignerKeyOf(nodeDigest, NAME, publicKey))
  const cosigned = await verifyCosignatures(nodeVerifier, newest, keys)
  assert.ok(cosigned.ok && cosigned.value.length === 2)
  assert.equal(newest.split('\n')[1], '21')
  assert.equal(await witness.newest('0'.repeat(64)), undefined)
})

test('a second root for one size, a shorter log and a broken proof are never cosigned', async () => {
  const memory = memoryOf()
  const witness = aWitness([LOG], memory)
  assert.equal((await submit(witness, 0, hashesOf(8))).status, 200)
  const before = memory.notes.get(ORIGIN)
  const table: readonly (readonly [WitnessAnswer, number, string?])[] = [
    [await submit(witness, 8, hashesOf(8, 1)), 422],
    [await submit(witness, 8, hashesOf(9, 1)), 422],
    [await submit(witness, 8, hashesOf(9), []), 422],
    [await submit(witness, 8, hashesOf(8), hashesOf(1)), 422],
    [await submit(witness, 0, hashesOf(8, 1)), 409, '8\n'],
    [await submit(witness, 3, hashesOf(9)), 409, '8\n'],
    [await submit(witness, 9, hashesOf(5)), 400],
    [await submit(witness, 8, hashesOf(5)), 400],
  ]
  for (const [at, [answer, status, text]] of table.entries()) {
    assert.equal(answer.status, status, `${at}: ${answer.text}`)
    if (text !== undefined) assert.equal(answer.text, text)
  }
  assert.equal(memory.notes.get(ORIGIN), before)
})

test('of two histories submitted at once one is cosigned', async () => {
  const witness = aWitness([LOG])
  const answers = await Promise.all(
    [0, 1, 2, 3].map((salt) => submit(witness, 0, hashesOf(5, salt))),
  )
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 409, 409, 409],
  )
})

test('what cannot be remembered is not cosigned, and the next submission finds the old state', async () => {
  const memory = memoryOf()
  const witness = aWitness([LOG], memory)
  memory.isBroken = true
  await assert.rejects(submit(witness, 0, hashesOf(5)), /the disk is full/)
  memory.isBroken = false
  assert.equal((await submit(aWitness([LOG], memory), 0, hashesOf(6))).status, 200)
  assert.equal((await submit(aWitness([LOG], memory), 0, hashesOf(6))).status, 409)
})

test('what is no submission is refused before anything is looked at', async () => {
  const witness = aWitness([LOG])
  const note = await sealCheckpoint(nodeDigest, logSigner, {
    origin: ORIGIN,
    size: 1,
    root: hashesOf(1)[0]!,
  })
  const hash = `${base64Of(hashesOf(1)[0]!)}\n`
  for (const text of [
    '',
    'old 0',
    `old 00\n\n${note}`,
    `old -1\n\n${note}`,
    `old 1e3\n\n${note}`,
    `older 0\n\n${note}`,
    `old 0\nAAAA\n\n${note}`,
    `old 0\n${hash.repeat(64)}\n${note}`,
  ])
    assert.equal((await witness.addCheckpoint(utf8Bytes(text))).status, 400, JSON.stringify(text))
  assert.equal((await witness.addCheckpoint(new Uint8Array([0xff, 0xfe]))).status, 400)
  const unsigned = utf8Bytes(`old 0\n\n${note.slice(0, note.indexOf('—'))}`)
  assert.equal((await witness.addCheckpoint(unsigned)).status, 403)
})
