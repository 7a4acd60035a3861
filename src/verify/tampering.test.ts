// One changed byte anywhere in a bundle is found, and nothing that strangers send breaks the verifier.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { contentDigest, utf8Bytes } from '../kernel/index.ts'
import { readTar } from '../proof/index.ts'
import type { BundleFile } from '../proof/index.ts'
import { aBundle, freshBundleKeys } from '../../test/bundle.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { alterFile } from '../../test/forgery.ts'
import { verifyBundle } from './index.ts'
import { beginInspection, checkSomethingShown } from './inspection.ts'
import { nodeVerifyPorts } from './node.ts'

const keys = freshBundleKeys()
const MIB = 1024 * 1024

test('every single byte of a bundle, changed by itself, makes it INVALID', async (t) => {
  const { bytes, trust } = await aBundle({ keys })
  assert.ok(bytes.length <= 60 * 1024)
  // One bit per byte, chosen by a fixed rule, so that a failure can be repeated.
  let triedCount = 0
  for (let at = 0; at < bytes.length; at++) {
    const mask = 1 << ((at * 7 + (at >> 9)) % 8)
    bytes[at]! ^= mask
    const report = await verifyBundle(bytes, {
      ports: nodeVerifyPorts,
      trust: { kind: 'file', trust },
    })
    bytes[at]! ^= mask
    triedCount++
    if (report.verdict !== 'INVALID' || report.findings.length === 0)
      assert.fail(`byte ${at} with mask ${mask}`)
  }
  assert.equal(triedCount, bytes.length)
  assert.equal(
    (await verifyBundle(bytes, { ports: nodeVerifyPorts })).verdict,
    'INTACT_SIGNER_UNKNOWN',
  )
  t.diagnostic(`${triedCount} single-byte changes tried, ${triedCount} found`)
})

test('bundles cut, extended or spliced at random are INVALID and never throw', async () => {
  const { bytes } = await aBundle({ keys })
  const splice = fc.record({
    at: fc.nat(bytes.length),
    drop: fc.nat(2000),
    put: fc.uint8Array({ maxLength: 40 }),
  })
  await fc.assert(
    fc.asyncProperty(splice, async ({ at, drop, put }) => {
      const changed = new Uint8Array([
        ...bytes.subarray(0, at),
        ...put,
        ...bytes.subarray(at + drop),
      ])
      if (Buffer.compare(changed, bytes) === 0) return
      assert.equal((await verifyBundle(changed, { ports: nodeVerifyPorts })).verdict, 'INVALID')
    }),
    { numRuns: 200 },
  )
})

test('files given twice or in another order are refused although their blocks are genuine', async () => {
  const { bytes } = await aBundle({ keys })
  const tar = readTar(bytes)
  assert.ok(tar.ok)
  const first = tar.value[0]!
  const firstBlocks = 512 + Math.ceil(first.bytes.length / 512) * 512
  const twice = new Uint8Array([...bytes.subarray(0, firstBlocks), ...bytes])
  const reordered = new Uint8Array([
    ...bytes.subarray(firstBlocks, -1024),
    ...bytes.subarray(0, firstBlocks),
    ...new Uint8Array(1024),
  ])
  for (const forged of [twice, reordered]) {
    const report = await verifyBundle(forged, { ports: nodeVerifyPorts })
    assert.deepEqual(
      report.findings.map((finding) => finding.code),
      ['VERIFY_CONTAINER_REFUSED'],
    )
  }
})

test('hostile documents under a genuine signature are refused as malformed', async () => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000)
  const documents: readonly (readonly [string, (text: string) => string])[] = [
    ['plan.json', () => deep],
    ['plan.json', (text) => text.replace('{', '{"__proto__":{"x":1},')],
    ['plan.json', (text) => text.replace('"environment"', '"version":"1","environment"')],
    ['plan.json', (text) => ` ${text}`],
    ['plan.json', () => 'null'],
    ['decision-inputs.json', (text) => text.replace('"asOfMs":', '"asOfMs":1e400,"x":')],
    ['decision-inputs.json', (text) => text.replace(/"asOfMs":\d+/, '"asOfMs":9007199254740993')],
    ['entries.json', () => '{"length":1}'],
    ['entries.json', () => '[{"seq":-1,"leaf":"","proof":[]}]'],
    ['consistency.json', () => '[]'],
    ['keys.json', () => deep],
    ['keys.json', (text) => text.replace('"keys":[', '"keys":[[],')],
  ]
  for (const [path, change] of documents) {
    const built = await aBundle({ keys, files: alterFile(path, change) })
    const report = await verifyBundle(built.bytes, { ports: nodeVerifyPorts })
    assert.equal(report.verdict, 'INVALID')
    assert.deepEqual(
      [report.findings[0]?.code, report.findings[0]?.path],
      ['VERIFY_FILE_MALFORMED', path],
      JSON.stringify(report.findings),
    )
  }
})

test('evidence that inflates to a gigabyte is refused at its declared size', async () => {
  const zeros = gzipSync(new Uint8Array(64 * MIB))
  const bomb = new Uint8Array(Buffer.concat(Array.from({ length: 16 }, () => zeros)))
  const path = `evidence/${contentDigest(nodeDigest.sha256(bomb)).slice(7)}.gz`
  for (const sizeBytes of [8, 1024 * MIB]) {
    const file: BundleFile = {
      path,
      bytes: bomb,
      content: { sizeBytes, sha256: contentDigest(nodeDigest.sha256(utf8Bytes('x'))) },
    }
    const built = await aBundle({ keys, files: (files) => [...files, file] })
    const before = process.memoryUsage().rss
    const report = await verifyBundle(built.bytes, { ports: nodeVerifyPorts })
    assert.deepEqual(
      report.findings.map((finding) => [finding.code, finding.path]),
      [['VERIFY_EVIDENCE_DIFFERS', path]],
    )
    assert.ok(process.memoryUsage().rss - before < 256 * MIB)
  }
})

test('a bundle that somebody compressed is refused, and said to be no canonical container', async () => {
  const { bytes } = await aBundle({ keys })
  for (const packed of [gzipSync(bytes), gzipSync(new Uint8Array(64 * MIB))]) {
    const report = await verifyBundle(new Uint8Array(packed), { ports: nodeVerifyPorts })
    assert.deepEqual(
      report.findings.map((finding) => finding.code),
      ['VERIFY_CONTAINER_REFUSED'],
    )
  }
})

test('a bundle with a report of twenty megabytes as evidence verifies within bounded memory', async () => {
  const path = 'report.xml'
  const cases = Array.from({ length: 10_000 }, (_, at) => `<testcase name="case ${at}"/>`)
  const padding = `<!--${'x'.repeat(20 * MIB)}-->`
  const text = `<testsuite name="large" tests="10000">${cases.join('')}${padding}</testsuite>`
  const built = await aBundle({
    keys,
    command: { exitCode: 0, stdout: 'rows: 42\n', report: { path, text } },
  })
  const before = process.memoryUsage().rss
  const report = await verifyBundle(built.bytes, { ports: nodeVerifyPorts })
  assert.deepEqual([report.findings, report.release], [[], 'GO'])
  assert.ok(process.memoryUsage().rss - before < 256 * MIB)
})

test('a verification that breaks in the middle proves nothing', async () => {
  const { bytes } = await aBundle({ keys })
  const verifier = { verify: () => Promise.reject(new Error('no such engine')) }
  const report = await verifyBundle(bytes, { ports: { ...nodeVerifyPorts, verifier } })
  assert.deepEqual([report.verdict, report.release], ['INVALID', 'INVALID'])
  assert.deepEqual(
    report.findings.map((finding) => finding.code),
    ['VERIFY_INSPECTION_BROKEN'],
  )
})

test('a check that looked at nothing is a finding', () => {
  const inspection = beginInspection(nodeVerifyPorts)
  checkSomethingShown(inspection)
  const named = inspection.findings.map((finding) =>
    finding.text.replace(/.* of (\w+), got none/, '$1'),
  )
  assert.deepEqual(named, [
    'files',
    'bytes',
    'statements',
    'signatures',
    'entries',
    'inclusionProofs',
    'gates',
    'decisions',
  ])
})

test('a small bundle is verified in a few milliseconds', async (t) => {
  const { bytes, trust } = await aBundle({ keys })
  const runs: number[] = []
  for (let run = 0; run < 15; run++) {
    // Processor time, because neighbours on the machine stretch every other clock.
    const before = process.cpuUsage()
    await verifyBundle(bytes, { ports: nodeVerifyPorts, trust: { kind: 'file', trust } })
    runs.push(process.cpuUsage(before).user / 1_000)
  }
  const medianMs = runs.toSorted((a, b) => a - b)[7]!
  t.diagnostic(`median of 15: ${medianMs.toFixed(1)} ms for ${bytes.length} bytes`)
  // Usually 2 ms.
  assert.ok(medianMs < 50)
})
