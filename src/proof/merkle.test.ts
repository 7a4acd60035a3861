// Merkle trees against RFC 6962 constants, a naive tree written from its definition, and outside vectors.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nodeDigest } from '../../test/crypto.ts'
import { listVectors, readVector, VECTORS_MISSING, vectorsFolder } from '../../test/vectors.ts'
import { bytesOfBase64, bytesOfHex, hexOf, utf8Bytes } from '../kernel/index.ts'
import {
  buildConsistencyProof,
  buildInclusionProof,
  makeInclusionProver,
  coverRange,
  decodeFrontier,
  EMPTY_FRONTIER,
  emptyRoot,
  encodeFrontier,
  extendFrontier,
  frontierRoot,
  hashLeaf,
  hashNode,
  inclusionRanges,
  consistencyRanges,
  makeInclusionVerifier,
  merkleRoot,
  verifyConsistency,
  verifyInclusion,
} from './index.ts'

// RFC 6962 section 2.1.3's leaves as the reference implementation uses them, and the roots of sizes 0 to 8.
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

function hashesOf(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, at) => hashLeaf(nodeDigest, utf8Bytes(`entry ${at}`)))
}

/** MTH of RFC 6962 section 2.1, word for word. */
function naiveRoot(leafHashes: readonly Uint8Array[]): Uint8Array {
  if (leafHashes.length === 0) return nodeDigest.sha256(new Uint8Array(0))
  if (leafHashes.length === 1) return leafHashes[0]!
  let split = 1
  while (split * 2 < leafHashes.length) split *= 2
  return hashNode(
    nodeDigest,
    naiveRoot(leafHashes.slice(0, split)),
    naiveRoot(leafHashes.slice(split)),
  )
}

const treeSize = fc.integer({ min: 1, max: 300 })

test('hashes and roots equal the constants of RFC 6962 implementations', () => {
  const hashes = LEAVES.map((leaf) => hashLeaf(nodeDigest, bytesOfHex(leaf)))
  ROOTS.forEach((root, size) =>
    assert.equal(hexOf(merkleRoot(nodeDigest, hashes.slice(0, size))), root),
  )
  assert.equal(hexOf(emptyRoot(nodeDigest)), ROOTS[0])
  const node = hashNode(nodeDigest, utf8Bytes('N123'), utf8Bytes('N456'))
  assert.equal(hexOf(node), 'aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb')
  const leaf = hashLeaf(nodeDigest, utf8Bytes('L123456'))
  assert.equal(hexOf(leaf), '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56')
})

test('a frontier extended in any steps has the root of the definition', () => {
  fc.assert(
    fc.property(treeSize, fc.array(fc.nat({ max: 300 }), { maxLength: 5 }), (size, cuts) => {
      const hashes = hashesOf(size)
      let frontier = EMPTY_FRONTIER
      for (const cut of [...cuts.filter((at) => at <= size).sort((a, b) => a - b), size]) {
        frontier = extendFrontier(nodeDigest, frontier, hashes.slice(frontier.size, cut))
      }
      const stored = decodeFrontier(size, encodeFrontier(frontier))
      assert.ok(stored.ok)
      assert.deepEqual(frontierRoot(nodeDigest, stored.value), naiveRoot(hashes))
    }),
  )
})

test('every entry of every size up to 33 is proven, and no other place accepts the proof', () => {
  let accepted = 0
  for (let size = 1; size <= 33; size++) {
    const hashes = hashesOf(size)
    const root = merkleRoot(nodeDigest, hashes)
    const prove = makeInclusionProver(nodeDigest, hashes)
    for (let seq = 0; seq < size; seq++) {
      const proof = buildInclusionProof(nodeDigest, hashes, seq)
      assert.deepEqual(prove(seq), proof)
      for (let claimed = 0; claimed < size; claimed++) {
        const holds = verifyInclusion(nodeDigest, {
          leafHash: hashes[seq]!,
          seq: claimed,
          size,
          root,
          proof,
        })
        assert.equal(holds, claimed === seq, `entry ${seq} of ${size} claimed at ${claimed}`)
        if (holds) accepted++
      }
    }
  }
  assert.equal(accepted, (33 * 34) / 2)
})

test('every pair of sizes up to 33 is consistent, and neither root may be exchanged', () => {
  let accepted = 0
  for (let size2 = 1; size2 <= 33; size2++) {
    const hashes = hashesOf(size2)
    const root2 = merkleRoot(nodeDigest, hashes)
    for (let size1 = 1; size1 <= size2; size1++) {
      const root1 = merkleRoot(nodeDigest, hashes.slice(0, size1))
      const proof = buildConsistencyProof(nodeDigest, hashes, size1)
      assert.ok(
        verifyConsistency(nodeDigest, { size1, root1, size2, root2, proof }),
        `${size1} in ${size2}`,
      )
      accepted++
      if (size1 === size2) continue
      const foreign = nodeDigest.sha256(root1)
      assert.ok(!verifyConsistency(nodeDigest, { size1, root1: foreign, size2, root2, proof }))
      assert.ok(!verifyConsistency(nodeDigest, { size1, root1, size2, root2: foreign, proof }))
    }
  }
  assert.equal(accepted, (33 * 34) / 2)
})

test('a proof with any byte changed, a hash more or a hash less is refused', () => {
  fc.assert(
    fc.property(treeSize, fc.nat(), fc.nat(), fc.nat(), (size, pickSeq, pickHash, pickByte) => {
      const hashes = hashesOf(size)
      const seq = pickSeq % size
      const claim = { leafHash: hashes[seq]!, seq, size, root: merkleRoot(nodeDigest, hashes) }
      const proof = buildInclusionProof(nodeDigest, hashes, seq)
      assert.ok(verifyInclusion(nodeDigest, { ...claim, proof }))
      assert.ok(!verifyInclusion(nodeDigest, { ...claim, proof: [...proof, claim.root] }))
      if (proof.length === 0) return
      assert.ok(!verifyInclusion(nodeDigest, { ...claim, proof: proof.slice(1) }))
      const damaged = proof.map((hash) => hash.slice())
      damaged[pickHash % proof.length]![pickByte % 32]! ^= 1 << (pickByte % 8)
      assert.ok(!verifyInclusion(nodeDigest, { ...claim, proof: damaged }))
    }),
  )
})

test('a verifier that remembers what it proved answers as one that does not', () => {
  const forged = fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.constantFrom(0, 1, 2, 3))
  fc.assert(
    fc.property(treeSize, fc.array(forged, { maxLength: 40 }), (size, claims) => {
      const hashes = Array.from({ length: size }, (_, at) =>
        hashLeaf(nodeDigest, utf8Bytes(`${at}`)),
      )
      const root = merkleRoot(nodeDigest, hashes)
      const remembers = makeInclusionVerifier(nodeDigest)
      for (const [pickSeq, pickHash, pickByte, change] of claims) {
        const seq = pickSeq % size
        const proof = buildInclusionProof(nodeDigest, hashes, seq).map((hash) => hash.slice())
        const altered = change === 1 ? hashes[seq]!.slice() : proof[pickHash % (proof.length || 1)]
        if (change !== 0 && altered !== undefined) altered[pickByte % 32]! ^= 1
        const leafHash = change === 1 ? altered! : hashes[seq]!
        const claim = { leafHash, seq: change === 3 ? pickByte % size : seq, size, root, proof }
        assert.equal(remembers(claim), verifyInclusion(nodeDigest, claim))
      }
    }),
  )
})

test('positions beyond 32 bits keep their parity in proofs', () => {
  const size = 2 ** 40 + 3
  const leafHash = hashLeaf(nodeDigest, utf8Bytes('far out'))
  const ranges = inclusionRanges(2 ** 40 + 1, size)
  assert.deepEqual(ranges, [
    { from: 2 ** 40, until: 2 ** 40 + 1 },
    { from: 2 ** 40 + 2, until: 2 ** 40 + 3 },
    { from: 0, until: 2 ** 40 },
  ])
  const [left, right, far] = ['left', 'right', 'far'].map((name) =>
    nodeDigest.sha256(utf8Bytes(name)),
  )
  const inner = hashNode(nodeDigest, hashNode(nodeDigest, left!, leafHash), right!)
  const root = hashNode(nodeDigest, far!, inner)
  const claim = { leafHash, seq: 2 ** 40 + 1, size, root, proof: [left!, right!, far!] }
  assert.ok(verifyInclusion(nodeDigest, claim))
  assert.ok(!verifyInclusion(nodeDigest, { ...claim, seq: 1 }))
  assert.ok(!verifyInclusion(nodeDigest, { ...claim, size: 2 ** 53 }))
})

test('a range is covered by full aligned subtrees without gap', () => {
  fc.assert(
    fc.property(fc.nat({ max: 5_000 }), fc.nat({ max: 5_000 }), (a, b) => {
      const [from, until] = a < b ? [a, b] : [b, a]
      let at = from
      for (const { level, index } of coverRange({ from, until })) {
        assert.equal(index * 2 ** level, at)
        at += 2 ** level
      }
      assert.equal(at, until)
    }),
  )
})

test('proofs are not built for entries or sizes that do not exist', () => {
  assert.throws(() => inclusionRanges(3, 3), RangeError)
  assert.throws(() => inclusionRanges(-1, 3), RangeError)
  assert.throws(() => consistencyRanges(0, 3), RangeError)
  assert.throws(() => consistencyRanges(4, 3), RangeError)
  assert.equal(decodeFrontier(3, new Uint8Array(32)).ok, false)
})

test('all 98 outside inclusion vectors are judged as marked', (t) => {
  const folder = vectorsFolder()
  if (folder === undefined) return t.skip(VECTORS_MISSING)
  const verdicts = { accepted: 0, refused: 0 }
  for (const path of listVectors(folder, 'merkle/inclusion')) {
    const vector = JSON.parse(readVector(folder, path)) as InclusionVector
    const holds = verifyInclusion(nodeDigest, {
      leafHash: bytesOfBase64(vector.leafHash ?? ''),
      seq: vector.leafIdx,
      size: vector.treeSize,
      root: bytesOfBase64(vector.root ?? ''),
      proof: (vector.proof ?? []).map(bytesOfBase64),
    })
    assert.equal(holds, !vector.wantErr, path)
    verdicts[holds ? 'accepted' : 'refused']++
  }
  assert.equal(verdicts.accepted + verdicts.refused, 98)
  assert.ok(verdicts.accepted >= 5 && verdicts.refused >= 80)
})

test('all 98 outside consistency vectors are judged as marked, the empty first tree included', (t) => {
  const folder = vectorsFolder()
  if (folder === undefined) return t.skip(VECTORS_MISSING)
  const verdicts = { accepted: 0, refused: 0 }
  for (const path of listVectors(folder, 'merkle/consistency')) {
    const vector = JSON.parse(readVector(folder, path)) as ConsistencyVector
    const holds = verifyConsistency(nodeDigest, {
      size1: vector.size1,
      root1: bytesOfBase64(vector.root1 ?? ''),
      size2: vector.size2,
      root2: bytesOfBase64(vector.root2 ?? ''),
      proof: (vector.proof ?? []).map(bytesOfBase64),
    })
    assert.equal(holds, !vector.wantErr, path)
    verdicts[holds ? 'accepted' : 'refused']++
  }
  assert.equal(verdicts.accepted + verdicts.refused, 98)
  assert.ok(verdicts.accepted >= 5 && verdicts.refused >= 80)
})

interface InclusionVector {
  readonly leafIdx: number
  readonly treeSize: number
  readonly root: string | null
  readonly leafHash: string | null
  readonly proof: readonly string[] | null
  readonly wantErr: boolean
}

interface ConsistencyVector {
  readonly size1: number
  readonly size2: number
  readonly root1: string | null
  readonly root2: string | null
  readonly proof: readonly string[] | null
  readonly wantErr: boolean
}
