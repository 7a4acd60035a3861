// Reads the whole log of the candidate as C2SP describes it and computes it again: tiles, root, signature, a proof that one checkpoint continues another.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { readWholeLog, treeHash } from '../../test/tile-client.ts'
import { expect, mark, must, read, tell } from './asking.ts'

const ED25519_NOTE = 1
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: string
  readonly note: string
  readonly noteKey: string
}

const sha256 = (...parts: readonly Buffer[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest()

async function signAfter(text: string): Promise<{ readonly seq: number; readonly at: Checkpoint }> {
  const { seq } = await must<{ seq: number }>('POST', '/v1/ledger/entries', {
    subject: mark,
    payload: text,
  })
  return { seq, at: await must<Checkpoint>('POST', '/v1/ledger/checkpoints') }
}

/** Signed note of C2SP, Ed25519: the text before the empty line, under the key that its name and hash name. */
function isNoteSigned({ note, noteKey, origin }: Checkpoint): boolean {
  const [, name = '', hash = '', encoded = ''] =
    /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(noteKey) ?? []
  const key = Buffer.from(encoded, 'base64')
  const end = note.indexOf('\n\n') + 1
  const line = note
    .slice(end)
    .split('\n')
    .find((each) => each.startsWith(`— ${name} `))
  const signature = Buffer.from(line?.split(' ')[2] ?? '', 'base64')
  if (name !== origin || key[0] !== ED25519_NOTE || signature.length !== 68) return false
  if (signature.subarray(0, 4).toString('hex') !== hash) return false
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, key.subarray(1)]),
    format: 'der',
    type: 'spki',
  })
  return verify(null, Buffer.from(note.slice(0, end)), publicKey, signature.subarray(4))
}

/** RFC 9162, section 2.1.3.2. */
function rootFrom(seq: number, size: number, leaf: Buffer, path: readonly Buffer[]): Buffer {
  let [at, last, hash] = [seq, size - 1, sha256(Buffer.of(0), leaf)]
  for (const other of path) {
    const isRight = at % 2 === 1 || at === last
    hash = isRight ? sha256(Buffer.of(1), other, hash) : sha256(Buffer.of(1), hash, other)
    if (isRight) while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)]
    ;[at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
  }
  return hash
}

const older = await signAfter('before')
const newer = await signAfter('after')
for (const { at } of [older, newer]) {
  expect(isNoteSigned(at), 'a checkpoint is not signed by the key of its log')
  expect(!isNoteSigned({ ...at, note: at.note.replace(/\n\d+\n/, '\n1\n') }), 'another size passes')
}
const proof = await must<{ leaf: string; proof: readonly string[]; size: number; root: string }>(
  'GET',
  `/v1/ledger/proofs/${newer.seq}`,
)
const path = proof.proof.map((each) => Buffer.from(each, 'base64'))
const leaf = Buffer.from(proof.leaf, 'base64')
const proven = rootFrom(newer.seq, proof.size, leaf, path).toString('base64')
expect(proven === proof.root, 'the proof leads to another root')
expect(
  rootFrom(newer.seq, proof.size, Buffer.concat([leaf, Buffer.of(0)]), path).toString('base64') !==
    proven,
  'another entry is proven as well',
)
const folder = newer.at.origin.split('/').at(-1) ?? ''
const log = await readWholeLog(async (piece) => {
  const answer = await read(`/ledger/${folder}/${piece}`)
  expect(answer.status === 200, `${piece}: ${answer.status}`)
  return new Uint8Array(await answer.arrayBuffer())
})
expect(log.size >= newer.at.size && log.origin === newer.at.origin, 'the tiles are of another log')
const hashes = log.entries.map((entry) => sha256(Buffer.of(0), Buffer.from(entry)))
for (const { at } of [older, newer]) {
  const root = treeHash(hashes.slice(0, at.size)).toString('base64')
  expect(root === at.root, `the checkpoint of ${at.size} is no beginning of the log`)
}
tell({
  'Entries computed again': log.entries.length,
  'Checkpoints that continue each other': 2,
  'Entries proven': 1,
})
