// The bundle container and the trust file: what was packed opens again, what is not exact is refused.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { base64Of, contentDigest, utf8Bytes, utf8Text } from '../kernel/index.ts'
import { aBundle } from '../../test/bundle.ts'
import { nodeDigest, testSigner } from '../../test/crypto.ts'
import {
  formatBundleConsistency,
  formatBundleEntries,
  parseBundleConsistency,
  parseBundleEntries,
} from './bundle-ledger.ts'
import { buildManifest, compareFiles, openBundle, packBundle, parseManifest } from './bundle.ts'
import { canonicalBytes } from '../kernel/index.ts'
import { keyIdOf } from './keyid.ts'
import { readTar } from './tar.ts'
import { formatTrust, parseTrust } from './trust.ts'

const signer = testSigner('ecdsa-p256-sha256')
const keyId = keyIdOf(nodeDigest, signer.publicKey)
const draft = {
  release: { service: 'harbour', version: '2.4.0' },
  createdAt: '2026-11-21T08:00:00.000Z',
  gates: ['b', 'a'],
  files: [
    { path: 'z.txt', bytes: utf8Bytes('last') },
    {
      path: 'evidence.gz',
      bytes: utf8Bytes('packed'),
      content: { sizeBytes: 9, sha256: contentDigest(nodeDigest.sha256(utf8Bytes('unpacked.'))) },
    },
  ],
}

test('a bundle that was packed opens with the same files under a manifest that lists them', async () => {
  const opened = openBundle(await packBundle(nodeDigest, draft, signer))
  assert.ok(opened.ok)
  const { manifest, files } = opened.value
  assert.deepEqual(manifest, buildManifest(nodeDigest, draft, keyId))
  assert.deepEqual(
    manifest.files.map((file) => file.path),
    ['evidence.gz', 'z.txt'],
  )
  assert.deepEqual(manifest.gates, ['b', 'a'])
  assert.deepEqual([...files.keys()], ['evidence.gz', 'z.txt'])
  assert.deepEqual(compareFiles(nodeDigest, opened.value), [])
})

test('sizes, digests, missing and extra files are told apart', async () => {
  const opened = openBundle(await packBundle(nodeDigest, draft, signer))
  assert.ok(opened.ok)
  const changed = new Map([
    ['z.txt', utf8Bytes('lost')],
    ['more.txt', utf8Bytes('x')],
  ])
  assert.deepEqual(
    compareFiles(nodeDigest, { ...opened.value, files: changed }).map(({ path, text }) => [
      path,
      text.split(',')[0],
    ]),
    [
      ['evidence.gz', 'the manifest lists it'],
      ['z.txt', `expected the digest ${contentDigest(nodeDigest.sha256(utf8Bytes('last')))}`],
      ['more.txt', 'the bundle has it'],
    ],
  )
  const cut = new Map([...opened.value.files, ['z.txt', utf8Bytes('las')]])
  assert.match(
    compareFiles(nodeDigest, { ...opened.value, files: cut })[0]?.text ?? '',
    /expected 4 bytes, got 3/,
  )
})

test('a manifest that is not exact is refused with the place', () => {
  const manifest = JSON.parse(
    utf8Text(canonicalBytes(buildManifest(nodeDigest, draft, keyId))),
  ) as { files: object[] }
  const [first, second] = manifest.files
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{ ...manifest, extra: 1 }, /extra/],
    [{ ...manifest, format: 'seaworthy-bundle/2' }, /format/],
    [{ ...manifest, createdAt: '2026-11-21' }, /createdAt/],
    [{ ...manifest, signer: 'me' }, /signer/],
    [{ ...manifest, files: [second, first] }, /sorted/],
    [{ ...manifest, files: [first, first] }, /sorted/],
    [{ ...manifest, files: [{ ...first, path: '../x' }] }, /files\[0\]\.path/],
    [{ ...manifest, files: [{ ...first, path: 'manifest.json' }] }, /itself/],
    [{ ...manifest, files: [{ ...first, sizeBytes: -1 }] }, /sizeBytes/],
    [{ ...manifest, files: [{ ...first, sha256: 'abc' }] }, /sha256/],
  ]
  for (const [value, reason] of cases) {
    const parsed = parseManifest(canonicalBytes(value))
    assert.ok(!parsed.ok)
    assert.match(parsed.reason, reason)
  }
  assert.match(
    JSON.stringify(parseManifest(utf8Bytes(JSON.stringify(manifest, null, 1)))),
    /canonical/,
  )
})

test('a payload that looks like the beginning of the next entry is read as a payload', () => {
  const hash = nodeDigest.sha256(utf8Bytes('x'))
  const traps = [[{}, { leaf: 'AA==' }], '},{"leaf":"', { a: {}, b: [{ leaf: '' }, { leaf: '' }] }]
  const entries = traps.map((value, seq) => {
    return { seq, leaf: hash, proof: [hash], payload: { salt: hash, value } }
  })
  assert.deepEqual(parseBundleEntries(formatBundleEntries(entries)), { ok: true, value: entries })
  const text = utf8Text(formatBundleEntries(entries))
  for (const other of [
    `${text} `,
    ` ${text}`,
    text.replace('},{', '}, {'),
    `${text.slice(0, -1)},]`,
  ])
    assert.equal(parseBundleEntries(utf8Bytes(other)).ok, false, other)
  assert.deepEqual(parseBundleEntries(utf8Bytes('[]')), { ok: true, value: [] })
})

test('entries and consistency read back what was written, and refuse disorder', () => {
  const hash = nodeDigest.sha256(utf8Bytes('x'))
  const entries = [
    { seq: 3, leaf: hash, proof: [hash, hash], payload: { salt: hash, value: { a: null } } },
    { seq: 9, leaf: hash, proof: [] },
  ]
  assert.deepEqual(parseBundleEntries(formatBundleEntries(entries)), { ok: true, value: entries })
  assert.equal(parseBundleEntries(formatBundleEntries(entries.toReversed())).ok, false)
  assert.equal(parseBundleEntries(utf8Bytes('[{"leaf":"A","proof":[],"seq":0}]')).ok, false)
  const consistency = {
    from: { size: 3, root: hash },
    to: { size: 9, root: hash },
    proof: Array.from({ length: 64 }, () => hash),
  }
  assert.deepEqual(parseBundleConsistency(formatBundleConsistency(consistency)), {
    ok: true,
    value: consistency,
  })
  const long = { ...consistency, proof: [...consistency.proof, hash] }
  assert.equal(parseBundleConsistency(formatBundleConsistency(long)).ok, false)
})

test('a trust file reads back what was written, and refuses keys that are not what they say', async () => {
  const { trust, trustBytes } = await aBundle()
  assert.deepEqual(parseTrust(nodeDigest, trustBytes), { ok: true, value: trust })
  const text = utf8Text(trustBytes)
  const stranger = base64Of(testSigner('ecdsa-p256-sha256').publicKey)
  const cases: readonly (readonly [string, RegExp])[] = [
    [text.replace('seaworthy-trust/1', 'seaworthy-trust/2'), /format/],
    [text.replace(/"publicKey":"[^"]+"/, `"publicKey":"${stranger}"`), /SHA-256 of its key/],
    [
      text.replace(
        /"publicKey":"[^"]+"/,
        `"publicKey":"${base64Of(testSigner('ed25519').publicKey)}"`,
      ),
      /P-256/,
    ],
    [text.replace('["gate-run"]', '["everything"]'), /uses/],
    [text.replace('["gate-run"]', '[]'), /uses/],
    [text.replace('"roles":[]', '"roles":[],"admin":true'), /admin/],
    [text.replace(/"keys":\[(\{.*\})\]/, '"keys":[$1,$1]'), /order/],
    ['{"format":"seaworthy-trust/1","format":"seaworthy-trust/1"}', /once/],
    ['[', /expected/],
  ]
  for (const [changed, reason] of cases) {
    assert.notEqual(changed, text)
    const parsed = parseTrust(nodeDigest, utf8Bytes(changed))
    assert.ok(!parsed.ok)
    assert.match(parsed.reason, reason)
  }
  assert.equal(formatTrust({ ...trust, keys: trust.keys.toReversed() }).length, trustBytes.length)
})

test('the commands of README.txt check a bundle with openssl and sha256sum, and find a changed file', async (t) => {
  if (
    spawnSync('openssl', ['version']).status !== 0 ||
    spawnSync('sha256sum', ['--version']).status !== 0
  ) {
    return t.skip('openssl or sha256sum is not here')
  }
  const built = await aBundle()
  const tar = readTar(built.bytes)
  assert.ok(tar.ok)
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bundle-'))
  try {
    for (const { path, bytes } of tar.value) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), bytes)
    }
    const readme = utf8Text(tar.value.find((file) => file.path === 'README.txt')!.bytes)
    const commands = readme.split('\n').filter((line) => /^ {5}\S/.test(line))
    assert.equal(commands.length, 16)
    // Nothing but the plain shell of POSIX, as it stands in the file.
    const script = `set -eu\n${commands.join('\n')}\n`
    const KEY = base64Of(built.keys.plane.publicKey)
    const run = (): { status: number | null; stdout: string } =>
      spawnSync('sh', ['-c', script], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, KEY },
      })
    const done = run()
    assert.equal(done.status, 0, done.stdout)
    assert.equal(done.stdout.match(/Verified OK/g)?.length, 2)
    // Every file of the list, and the key itself.
    assert.equal(done.stdout.match(/: OK$/gm)?.length, built.files.length + 1)
    assert.match(done.stdout, /"_type":"https:\/\/in-toto.io\/Statement\/v1"/)
    writeFileSync(join(folder, 'plan.json'), '{}')
    assert.notEqual(run().status, 0)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
