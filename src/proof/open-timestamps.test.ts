// OpenTimestamps proofs: one that the reference implementation wrote, every cut and change of it, and the first block of Bitcoin.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { bytesOfHex, concatBytes, hexOf, utf8Bytes } from '../kernel/index.ts'
import { parseOpenTimestamps, readBlockHeader } from './open-timestamps.ts'

/** Written by opentimestamps 0.4.2 for the file "harbour checkpoint\n": a Bitcoin block, two calendars, one behind RIPEMD-160. */
const PROOF =
  '004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e892940108c78ad7da1748787b37dbccc714fd0655f69e4e00ce2d67dcfbf17ffb59bb2a21ff030083dfe30d2ef90c8e161568747470733a2f2f6f746865722e6578616d706c65f010000102030405060708090a0b0c0d0e0f08f120111111111111111111111111111111111111111111111111111111111111111108ff0083dfe30d2ef90c8e191868747470733a2f2f63616c656e6461722e6578616d706c65f02022222222222222222222222222222222222222222222222222222222222222220808000588960d73d7190103f7ef15'
/** As that implementation computed it, in the order of block explorers. */
const MERKLE_ROOT = '2bd11cc405078968462a8f0317ff07f7e5c4554ea7ccf4f0d18dc1834e657e61'
/** Block 0 of Bitcoin, whose hash everybody knows. */
const GENESIS =
  '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c'

const parse = (bytes: Uint8Array): ReturnType<typeof parseOpenTimestamps> =>
  parseOpenTimestamps(nodeDigest, bytes)

test('a proof of the reference implementation leads from the file to the root of its block', () => {
  const proof = parse(bytesOfHex(PROOF))
  assert.ok(proof.ok)
  const file = createHash('sha256').update('harbour checkpoint\n').digest('hex')
  assert.equal(hexOf(proof.value.fileDigest), file)
  assert.deepEqual(
    proof.value.ends.map((end) =>
      end.kind === 'bitcoin'
        ? [end.kind, end.height, hexOf(end.merkleRoot.toReversed())]
        : [end.kind, end.kind === 'pending' ? end.calendar : end.what],
    ),
    [
      ['pending', 'https://other.example'],
      ['pending', 'https://calendar.example'],
      ['bitcoin', 358_391, MERKLE_ROOT],
    ],
  )
})

test('a proof that is cut anywhere is refused, and one that was changed leads elsewhere or is refused', () => {
  const bytes = bytesOfHex(PROOF)
  let leftCount = 0
  for (let at = 0; at < bytes.length; at++) {
    assert.equal(parse(bytes.subarray(0, at)).ok, false, `cut at ${at}`)
    const changed = bytes.slice()
    changed[at]! ^= 1
    const read = parse(changed)
    if (!read.ok) continue
    leftCount++
    const isSame = JSON.stringify(read.value) === JSON.stringify(parse(bytes))
    assert.equal(isSame, false, `changed at ${at}`)
  }
  assert.ok(leftCount > 50, `expected changes that still parse, got ${leftCount}`)
  assert.equal(parse(concatBytes([bytes, new Uint8Array(1)])).ok, false)
})

test('hostile proofs end soon: endless forks, deep chains, huge numbers, other hashes', () => {
  const head = bytesOfHex(PROOF.slice(0, 2 * (32 + 1 + 32)))
  const chain = (tags: readonly number[], count: number): Uint8Array =>
    concatBytes([head, ...Array.from({ length: count }, () => new Uint8Array(tags))])
  for (const [what, bytes] of [
    ['forks', chain([0xff, 0x08], 200_000)],
    ['depth', chain([0x08], 10_000)],
    ['growth', chain([0xf0, 0x80, 0x20, ...Array.from({ length: 4_096 }, () => 1)], 3)],
    ['number', concatBytes([head, new Uint8Array(9).fill(0xff)])],
    ['operation', concatBytes([head, new Uint8Array([0x44])])],
    ['nothing', head],
    ['text', utf8Bytes('no proof at all')],
  ] as const) {
    const read = parse(bytes)
    assert.equal(read.ok, false, what)
  }
  const other = parse(
    concatBytes([head, bytesOfHex('02'), bytesOfHex('000588960d73d7190103f7ef15')]),
  )
  assert.deepEqual(other.ok && other.value.ends, [{ kind: 'unread', what: 'a path through SHA-1' }])
})

test('the header of a block is read when the work is in it', () => {
  const header = bytesOfHex(GENESIS)
  const read = readBlockHeader(nodeDigest, header)
  assert.ok(read.ok)
  assert.equal(read.value.hash, '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f')
  assert.equal(new Date(read.value.timeMs).toISOString(), '2009-01-03T18:15:05.000Z')
  assert.equal(
    hexOf(read.value.merkleRoot.toReversed()),
    '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
  )
  assert.equal(Math.round(read.value.workBits), 32)
  for (let at = 0; at < header.length; at++) {
    const changed = header.slice()
    changed[at]! ^= 1
    assert.equal(readBlockHeader(nodeDigest, changed).ok, false, `changed at ${at}`)
  }
  assert.equal(readBlockHeader(nodeDigest, header.subarray(1)).ok, false)
})
