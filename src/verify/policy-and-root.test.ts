// The files that name policy and keys: true ones are said in the report's words, and each that says something else is found.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aBundle } from '../../test/bundle.ts'
import { alterFile, assertForged, dropFirst, forgerKeys } from '../../test/forgery.ts'
import { verifyBundle } from './index.ts'
import { nodeVerifyPorts } from './node.ts'

test('a report says which policy and which keys the bundle names, and whose word their age is', async () => {
  const { bytes } = await aBundle({ keys: forgerKeys })
  const report = await verifyBundle(bytes, { ports: nodeVerifyPorts })
  assert.deepEqual(report.findings, [])
  assert.match(report.proven.join('\n'), /policy\.json is the policy .*2 required gates, 2 roles/)
  assert.match(report.proven.join('\n'), /trusted-root\.json names .* 5 keys of 5 people/)
  assert.match(report.notProven.join('\n'), /Since when each key counts/)
})

test('a bundle without both files, as earlier versions sealed them, is intact', async () => {
  const { bytes } = await aBundle({
    keys: forgerKeys,
    files: (files) =>
      files.filter(({ path }) => path !== 'policy.json' && path !== 'trusted-root.json'),
  })
  const report = await verifyBundle(bytes, { ports: nodeVerifyPorts })
  assert.deepEqual(report.findings, [])
  assert.doesNotMatch(report.proven.join('\n'), /policy\.json|trusted-root\.json/)
})

test('a policy that was not decided by, and keys that nobody holds, are found under a genuine signature', () =>
  assertForged([
    [
      'a role fewer',
      'VERIFY_POLICY_DIFFERS',
      { files: alterFile('policy.json', (text) => text.replace('"operations"', '"janitors"')) },
    ],
    [
      'a gate no longer required',
      'VERIFY_POLICY_DIFFERS',
      {
        files: alterFile('policy.json', (text) => text.replace('"release/migration",', '')),
      },
    ],
    ['no JSON', 'VERIFY_POLICY_DIFFERS', { files: alterFile('policy.json', () => 'x') }],
    [
      'another role of a key',
      'VERIFY_TRUSTED_ROOT_DIFFERS',
      {
        files: alterFile('trusted-root.json', (text) => text.replace('"operations"', '"janitors"')),
      },
    ],
    [
      'another ledger',
      'VERIFY_TRUSTED_ROOT_DIFFERS',
      {
        files: alterFile('trusted-root.json', (text) => text.replace('"origin":"', '"origin":"x')),
      },
    ],
    [
      'other keys than the bundle brought',
      'VERIFY_TRUSTED_ROOT_DIFFERS',
      { files: alterFile('keys.json', (text) => text.replace('["developer"]', '[]')) },
    ],
    [
      'a beginning that is no time',
      'VERIFY_FILE_MALFORMED',
      {
        files: alterFile('trusted-root.json', (text) =>
          text.replaceAll('"from":"2026', '"from":"x'),
        ),
      },
    ],
    ['no list', 'VERIFY_FILE_MALFORMED', { files: alterFile('trusted-root.json', () => '{}') }],
    [
      'keys registered after they signed',
      'VERIFY_KEY_NOT_YET_VALID',
      {
        since: (since) => new Map([...since.keys()].map((id) => [id, '2026-11-22T00:00:00.000Z'])),
      },
    ],
    ['keys taken out', 'VERIFY_FILE_MISSING', { files: dropFirst('keys.json') }],
  ]))
