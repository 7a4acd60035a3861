// A bundle's container: what is written is read back, and every other spelling is refused with its place.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { utf8Bytes } from '../kernel/index.ts'
import { readTar, refuseTarPath, TAR_LIMIT_BYTES, writeTar } from './tar.ts'

const twoFiles = [
  { path: 'a', bytes: utf8Bytes('hi') },
  { path: 'd/b.json', bytes: utf8Bytes('x'.repeat(512)) },
]

/** A canonical container in which `change` replaced bytes, with the first header's checksum made right again. */
function tamper(change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = writeTar(twoFiles)
  change(bytes)
  bytes.fill(0x20, 148, 156)
  let sum = 0
  for (const byte of bytes.subarray(0, 512)) sum += byte
  bytes.set(utf8Bytes(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
  return bytes
}

test('files that were written are read back, in order of their names', () => {
  const path = fc.stringMatching(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,20}(\/[A-Za-z0-9][A-Za-z0-9._-]{0,20})?$/,
  )
  const file = fc.record({ path, bytes: fc.uint8Array({ maxLength: 1500 }) })
  fc.assert(
    fc.property(fc.uniqueArray(file, { selector: (one) => one.path, maxLength: 8 }), (files) => {
      const read = readTar(writeTar(files))
      assert.ok(read.ok)
      assert.deepEqual(
        read.value.map(({ path: name, bytes }) => ({ path: name, bytes: Uint8Array.from(bytes) })),
        files
          .toSorted((a, b) => (a.path < b.path ? -1 : 1))
          .map((one) => ({ path: one.path, bytes: Uint8Array.from(one.bytes) })),
      )
    }),
  )
})

test('GNU tar writes the same bytes', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-tar-'))
  try {
    for (const file of twoFiles) {
      mkdirSync(dirname(join(folder, file.path)), { recursive: true })
      writeFileSync(join(folder, file.path), file.bytes)
    }
    const flags =
      '--format=ustar -b1 --sort=name --mode=0644 --owner=0 --group=0 --numeric-owner --mtime=@0 -cf -'
    const made = spawnSync('tar', [...flags.split(' '), ...twoFiles.map((file) => file.path)], {
      cwd: folder,
    })
    if (made.error !== undefined || made.status !== 0) return t.skip('GNU tar is not here')
    assert.deepEqual(Uint8Array.from(made.stdout), writeTar(twoFiles))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('every single flipped byte of a container without content is refused', () => {
  const whole = writeTar([
    { path: 'a', bytes: new Uint8Array(0) },
    { path: 'b', bytes: new Uint8Array(0) },
  ])
  let triedCount = 0
  for (let at = 0; at < whole.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = Uint8Array.from(whole)
      changed[at]! ^= 1 << bit
      const read = readTar(changed)
      triedCount++
      // Only a change of the name can give another canonical container, and then its checksum is off.
      assert.equal(read.ok, false, `byte ${at} bit ${bit}`)
    }
  }
  assert.equal(triedCount, 2048 * 8)
})

test('a container that is not canonical is refused with the place and the reason', () => {
  const cases: readonly (readonly [string, Uint8Array, number, RegExp])[] = [
    ['link', tamper((b) => b.set([0x32], 156)), 156, /type flag/],
    ['directory', tamper((b) => b.set([0x35], 156)), 156, /type flag/],
    ['hard link', tamper((b) => b.set([0x31], 156)), 156, /type flag/],
    ['device', tamper((b) => b.set([0x33], 156)), 156, /type flag/],
    ['pax header', tamper((b) => b.set([0x78], 156)), 156, /type flag/],
    ['global pax header', tamper((b) => b.set([0x67], 156)), 156, /type flag/],
    ['sparse file', tamper((b) => b.set([0x53], 156)), 156, /type flag/],
    ['link target', tamper((b) => b.set([0x61], 157)), 157, /link/],
    [
      'eight gibibytes declared',
      tamper((b) => b.set(utf8Bytes('77777777777'), 124)),
      124,
      /ends before/,
    ],
    ['long name record', tamper((b) => b.set([0x4c], 156)), 156, /type flag/],
    ['mode', tamper((b) => b.set([0x37], 104)), 104, /mode/],
    ['owner', tamper((b) => b.set([0x31], 114)), 114, /user id/],
    ['time', tamper((b) => b.set([0x31], 146)), 146, /modification time/],
    ['user name', tamper((b) => b.set([0x72], 265)), 265, /user name/],
    ['prefix', tamper((b) => b.set([0x72], 345)), 345, /prefix/],
    ['binary size', tamper((b) => b.set([0x80], 124)), 124, /octal/],
    ['parent folder', tamper((b) => b.set(utf8Bytes('../a'), 0)), 0, /"\.\."/],
    ['absolute', tamper((b) => b.set(utf8Bytes('/a'), 0)), 0, /absolute/],
    ['hidden bytes after the name', tamper((b) => b.set([0x61], 5)), 5, /name field/],
    ['unsorted', tamper((b) => b.set(utf8Bytes('z'), 0)), 1024, /in order/],
    ['duplicate', tamper((b) => b.set(utf8Bytes('d/b.json'), 0)), 1024, /twice/],
    [
      'content past the end',
      tamper((b) => b.set(utf8Bytes('00000777777'), 124)),
      124,
      /ends before/,
    ],
    ['padding', tamper((b) => b.set([1], 512 + 2)), 514, /after the content/],
    ['trailing byte', tamper((b) => b.set([1], b.length - 1)), 3071, /two zero blocks/],
    [
      'one zero block more',
      new Uint8Array([...writeTar(twoFiles), ...new Uint8Array(512)]),
      2048,
      /without a name/,
    ],
    ['one zero block less', writeTar(twoFiles).subarray(0, -512), 1148, /ends before/],
    ['half a block', writeTar(twoFiles).subarray(0, -1), 3071, /whole blocks/],
    ['nothing', new Uint8Array(0), 0, /two zero blocks/],
    ['bad checksum', writeTar(twoFiles).with(150, 0x38), 150, /checksum/],
  ]
  for (const [name, bytes, offset, reason] of cases) {
    const read = readTar(bytes)
    assert.ok(!read.ok, name)
    assert.match(read.reason, reason, name)
    assert.equal(read.offset, offset, name)
  }
})

test('a container beyond the limit is refused before it is read', () => {
  const read = readTar({ length: TAR_LIMIT_BYTES + 512 } as Uint8Array)
  assert.ok(!read.ok)
  assert.match(read.reason, /at most/)
})

test('paths that leave the bundle or another system would read differently may not be written', () => {
  for (const path of [
    '',
    '/a',
    '../a',
    'a/../b',
    'a//b',
    'a/',
    './a',
    '.git',
    'a b',
    'a\\b',
    'C:a',
    'ä',
    'a\n',
    'x'.repeat(101),
  ]) {
    assert.notEqual(refuseTarPath(path), undefined, JSON.stringify(path))
    assert.throws(() => writeTar([{ path, bytes: new Uint8Array(0) }]), RangeError)
  }
  assert.equal(refuseTarPath(`evidence/${'0'.repeat(64)}.gz`), undefined)
  assert.throws(() => writeTar([twoFiles[0]!, twoFiles[0]!]), /twice/)
})
