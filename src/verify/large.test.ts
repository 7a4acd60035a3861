// A release of ten thousand entries: whole it is intact, and one byte changed deep inside it is found.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aLargeBundle } from '../../test/bundle-large.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { flipByte } from '../../test/forgery.ts'
import { parseTrust } from '../proof/index.ts'
import { verifyBundle } from './index.ts'
import { nodeVerifyPorts } from './node.ts'

test('ten thousand entries are verified each, and one changed byte in one of them is found', async () => {
  const { bytes, trustBytes } = await aLargeBundle(10_000, 40)
  const trust = parseTrust(nodeDigest, trustBytes)
  assert.ok(trust.ok)
  const opened = { ports: nodeVerifyPorts, trust: { kind: 'file' as const, trust: trust.value } }
  const whole = await verifyBundle(bytes, opened)
  assert.deepEqual([whole.verdict, whole.findings], ['INTACT', []])
  assert.deepEqual([whole.checked.entries, whole.checked.statements], [10_000, 40])
  const note = Buffer.from(bytes).indexOf('note 7777 about')
  assert.ok(note > 0)
  const changed = await verifyBundle(flipByte(bytes, note), opened)
  assert.equal(changed.verdict, 'INVALID')
  assert.ok(changed.findings.length > 0)
})
