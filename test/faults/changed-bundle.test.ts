// One byte changed anywhere in a real bundle, or one too many or too few: it never counts as intact.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test, { after, before } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseTrustText, verifyBundle } from '../../src/verify/index.ts'
import type { TrustInput } from '../../src/verify/index.ts'
import { nodeVerifyPorts } from '../../src/verify/node.ts'
import { openWorkplace } from '../e2e/command-line.ts'

const EXAMPLE = fileURLToPath(
  new URL('../../examples/checklist/release-checklist.md', import.meta.url),
)
const SEED = 20_260_117
const OFFSETS = 40
const TAR_BLOCK_BYTES = 512

const place = openWorkplace()
let bundle = new Uint8Array()
let trust: TrustInput | undefined

before(async () => {
  await place.ask(['run', EXAMPLE])
  await place.ask(['decide'])
  const { data } = await place.ask<{ paths: { bundle: string; trust: string } }>(['bundle'])
  bundle = new Uint8Array(readFileSync(data.paths.bundle))
  const parsed = parseTrustText(
    nodeVerifyPorts.digest,
    new Uint8Array(readFileSync(data.paths.trust)),
  )
  assert.ok(parsed.ok)
  trust = parsed.value
})

after(() => place.remove())

async function verdictOf(bytes: Uint8Array, believed = trust): Promise<string> {
  const report = await verifyBundle(bytes, {
    ports: nodeVerifyPorts,
    ...(believed === undefined ? {} : { trust: believed }),
  })
  if (report.verdict === 'INVALID') assert.ok(report.findings.length > 0, 'a refusal says why')
  return report.verdict
}

/** Numbers below `limit`, the same on every machine (mulberry32). */
function* seededNumbers(limit: number): Generator<number> {
  for (let state = SEED; ;) {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    yield ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
}

/** Offsets of the first content byte of every file in the archive. */
function contentOffsets(tar: Uint8Array): number[] {
  const offsets: number[] = []
  for (let at = 0; tar[at] !== 0 && at < tar.length;) {
    const size = Number.parseInt(Buffer.from(tar.subarray(at + 124, at + 135)).toString('ascii'), 8)
    if (size > 0) offsets.push(at + TAR_BLOCK_BYTES)
    at += TAR_BLOCK_BYTES * (1 + Math.ceil(size / TAR_BLOCK_BYTES))
  }
  return offsets
}

test('a changed byte at any of the seeded places, or at the start of any file, makes the bundle INVALID', async () => {
  assert.equal(await verdictOf(bundle), 'INTACT')
  const files = contentOffsets(bundle)
  assert.ok(files.length >= 20, `${files.length} files`)
  const numbers = seededNumbers(bundle.length)
  const seeded = Array.from({ length: OFFSETS }, () => numbers.next().value as number)
  for (const offset of [...seeded, ...files]) {
    const changed = bundle.slice()
    changed[offset] = (changed[offset] ?? 0) ^ (1 << (offset % 8))
    assert.equal(await verdictOf(changed), 'INVALID', `byte ${offset}`)
    assert.equal(await verdictOf(changed, undefined), 'INVALID', `byte ${offset}, nobody trusted`)
  }
})

test('a bundle that is cut, lengthened, doubled or empty is INVALID', async () => {
  assert.equal(await verdictOf(bundle), 'INTACT')
  const longer = new Uint8Array(bundle.length + TAR_BLOCK_BYTES)
  longer.set(bundle)
  const doubled = new Uint8Array(2 * bundle.length)
  doubled.set(bundle)
  doubled.set(bundle, bundle.length)
  const table = [
    ['empty', new Uint8Array()],
    ['half', bundle.slice(0, bundle.length >> 1)],
    ['one byte short', bundle.slice(0, -1)],
    ['one block short', bundle.slice(0, -TAR_BLOCK_BYTES)],
    ['one block longer', longer],
    ['twice', doubled],
  ] as const
  for (const [what, bytes] of table) assert.equal(await verdictOf(bytes), 'INVALID', what)
})
