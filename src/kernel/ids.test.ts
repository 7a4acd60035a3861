// Ids: sortable by time, digests of one spelling, slugs in any script.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentDigest, isContentDigest, slugOf, uuidV7 } from './index.ts'

test('the id of RFC 9562 appendix A.6 comes out of its own time and chance', () => {
  const chance = new Uint8Array([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f])
  assert.equal(uuidV7(0x017f22e279b0, chance), '017f22e2-79b0-7cc3-98c4-dc0c0c07398f')
})

test('ids of later milliseconds sort later', () => {
  const high = new Uint8Array(10).fill(0xff)
  const low = new Uint8Array(10)
  assert.ok(uuidV7(1_700_000_000_000, high) < uuidV7(1_700_000_000_001, low))
})

test('a content digest has one spelling', () => {
  const digest = contentDigest(new Uint8Array(32).fill(0xab))
  assert.equal(digest, `sha256:${'ab'.repeat(32)}`)
  assert.ok(isContentDigest(digest))
  for (const text of [
    digest.toUpperCase(),
    digest.slice(0, -1),
    `${digest}0`,
    'ab'.repeat(32),
    `${digest}\n`,
  ]) {
    assert.ok(!isContentDigest(text), text)
  }
  assert.throws(() => contentDigest(new Uint8Array(31)), RangeError)
})

test('slugs keep letters of any script and drop the rest', () => {
  assert.equal(slugOf('  3. Ledger & Größe — Prüfung! '), '3-ledger-große-prufung')
  assert.equal(slugOf('数据库 迁移'), '数据库-迁移')
  assert.equal(slugOf('✅'), '')
})
