// The tree of a verification, grown by whole tiles where it can be, against the tree of the entries one by one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { merkleRoot } from '../proof/index.ts'
import { RootCheck } from './root-check.ts'

const PAGE_ROWS = 1_024
const TILE_WIDTH = 256
const SIZE = 2_500
const hashes = Array.from({ length: SIZE }, (_, at) =>
  nodeDigest.sha256(new Uint8Array([at, at >> 8])),
)
const knownAt = (size: number) => ({ size, root: merkleRoot(nodeDigest, hashes.slice(0, size)) })

function walk(check: RootCheck): string | undefined {
  for (let from = 0; from < SIZE; from += PAGE_ROWS) {
    const page = hashes.slice(from, from + PAGE_ROWS)
    const tiles = Array.from({ length: Math.floor(page.length / TILE_WIDTH) }, (_, at) =>
      merkleRoot(nodeDigest, page.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH)),
    )
    const fault = check.add(page, tiles)
    if (fault !== undefined) return fault
  }
  return undefined
}

test('roots of sizes within, at and between tiles are all found to be those of the entries', () => {
  const sizes = [0, 1, 255, 256, 257, 300, 511, 512, 700, 1_024, 1_025, 1_300, 2_048, 2_049, SIZE]
  const check = new RootCheck(nodeDigest, sizes.map(knownAt))
  assert.equal(walk(check), undefined)
  assert.deepEqual([check.checkedCount, check.frontier.size], [sizes.length, SIZE])
})

test('a root of another tree is found at any size', () => {
  for (const size of [1, 256, 300, 1_024, 1_700, SIZE]) {
    const other = { size, root: nodeDigest.sha256(new Uint8Array([7])) }
    const fault = walk(new RootCheck(nodeDigest, [other]))
    assert.equal(fault, `expected the root of the checkpoint of size ${size}, got another`)
  }
})
