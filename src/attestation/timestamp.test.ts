// Our own timestamps, read by OpenSSL and by the stock library.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { base64Of, hexOf, utf8Bytes } from '../kernel/index.ts'
import { nodeDigest, nodeRandom } from '../../test/crypto.ts'
import { aSigner } from '../../test/runner.ts'
import { derInteger, derOid, derTime, derValue } from './der.ts'
import { issueTimestamp, makeTimestampAuthority } from './timestamp.ts'

const SINCE_MS = Date.parse('2026-01-01T00:00:00Z')
const skip = spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not installed'

test('DER has the shortest length, positive integers, long arcs, and years after 2049 in four digits', () => {
  assert.equal(hexOf(derInteger(Uint8Array.of(0, 0, 0x80))), '02020080')
  assert.equal(hexOf(derInteger(Uint8Array.of(0))), '020100')
  assert.equal(hexOf(derOid('1.2.840.113549')), '06062a864886f70d')
  assert.equal(hexOf(derOid('2.25.128')), '0603698100')
  assert.equal(hexOf(derValue(4, new Uint8Array(128)).subarray(0, 3)), '048180')
  assert.equal(hexOf(derValue(4, new Uint8Array(300)).subarray(0, 4)), '0482012c')
  assert.equal(hexOf(derTime(SINCE_MS)), `170d${hexOf(utf8Bytes('260101000000Z'))}`)
  assert.equal(
    hexOf(derTime(Date.parse('2050-01-01T00:00:00Z'))),
    `180f${hexOf(utf8Bytes('20500101000000Z'))}`,
  )
})

test(
  'openssl verifies a timestamp for its data, and refuses it for other data, another authority and a changed byte',
  { skip },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-timestamp-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const anAuthority = () =>
      makeTimestampAuthority(nodeDigest, {
        organization: 'Harbour',
        rootSigner: aSigner(),
        signer: aSigner(),
        sinceMs: SINCE_MS,
      })
    const authority = await anAuthority()
    const stranger = await anAuthority()
    const write = (name: string, content: Uint8Array | string): string => {
      writeFileSync(join(folder, name), content)
      return join(folder, name)
    }
    const data = write('data', 'what was there')
    const stamp = await issueTimestamp(
      { digest: nodeDigest, random: nodeRandom },
      authority,
      utf8Bytes('what was there'),
      SINCE_MS + 1_000,
    )
    const changed = Uint8Array.from(stamp)
    changed[stamp.length - 20]! ^= 1
    const root = write('root.pem', pemOf(authority.certificates[1]))
    const check = (file: string, about: string, believed: string): number | null =>
      spawnSync('openssl', ['ts', '-verify', '-in', file, '-data', about, '-CAfile', believed])
        .status
    const file = write('stamp', stamp)
    assert.equal(check(file, data, root), 0)
    assert.notEqual(check(file, write('other', 'what was not'), root), 0)
    assert.notEqual(check(file, data, write('stranger.pem', pemOf(stranger.certificates[1]))), 0)
    assert.notEqual(check(write('changed', changed), data, root), 0)
    const text = spawnSync('openssl', ['ts', '-reply', '-in', file, '-text'], {
      encoding: 'utf8',
    }).stdout
    assert.match(text, /Status: Granted[^]*Time stamp: Jan {2}1 00:00:01 2026 GMT/)
  },
)

function pemOf(der: Uint8Array): string {
  const lines = base64Of(der).replace(/(.{64})/g, '$1\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}
