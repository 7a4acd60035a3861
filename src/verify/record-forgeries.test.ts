// Somebody with the right keys tampers with statements, evidence, keys or files: each is found.
import { test } from 'node:test'
import { contentDigest, utf8Bytes } from '../kernel/index.ts'
import { gzipEvidence } from '../../test/bundle.ts'
import { nodeDigest, testSigner } from '../../test/crypto.ts'
import {
  alterKeys,
  assertForged,
  dropFirst,
  forgerKeys,
  swapStatements,
} from '../../test/forgery.ts'

const other = contentDigest(nodeDigest.sha256(utf8Bytes('another')))

test('a gate run that does not fit plan, key, evidence or time is found', () =>
  assertForged([
    [
      'gate that the plan does not have',
      'VERIFY_DEFINITION_DIFFERS',
      { gateRun: (run) => ({ ...run, gate: 'release/more' }) },
    ],
    [
      'other definition',
      'VERIFY_DEFINITION_DIFFERS',
      { gateRun: (run) => ({ ...run, definition: other }) },
    ],
    [
      'other plan',
      'VERIFY_STATEMENT_PLAN_DIFFERS',
      { gateRun: (run) => ({ ...run, plan: other }) },
    ],
    [
      'other runner',
      'VERIFY_SIGNER_DIFFERS',
      { gateRun: (run) => ({ ...run, runner: { ...run.runner, id: 'runner-x' } }) },
    ],
    [
      'from the future',
      'VERIFY_TIME_IMPOSSIBLE',
      { gateRun: (run) => ({ ...run, finishedAt: '2027-01-01T00:00:00.000Z' }) },
    ],
    [
      'ended before it began',
      'VERIFY_TIME_IMPOSSIBLE',
      { gateRun: (run) => ({ ...run, finishedAt: '2026-01-01T00:00:00.000Z' }) },
    ],
    [
      'other size of evidence',
      'VERIFY_EVIDENCE_DIFFERS',
      {
        gateRun: (run) => ({
          ...run,
          evidence: run.evidence.map((ref) => ({ ...ref, sizeBytes: ref.sizeBytes + 1 })),
        }),
      },
    ],
    [
      'without a capture',
      'VERIFY_EVIDENCE_MISSING',
      {
        gateRun: (run) => ({
          ...run,
          evidence: run.evidence.map((ref) =>
            ref.name === 'capture' ? { ...ref, name: 'trace' } : ref,
          ),
        }),
      },
    ],
    [
      'standard output as capture',
      'VERIFY_EVIDENCE_DIFFERS',
      {
        gateRun: (run) => ({
          ...run,
          evidence: run.evidence.map((ref) => ({
            ...ref,
            name: ref.name === 'capture' ? 'stdout' : 'capture',
          })),
        }),
      },
    ],
  ]))

test('files that were taken out, swapped, exchanged or added are found although the manifest was signed again', () =>
  assertForged([
    ['statements swapped', 'VERIFY_FILE_DIFFERS', { files: swapStatements }],
    ['statement taken out', 'VERIFY_STATEMENT_MISSING', { files: dropFirst('statements/') }],
    ['evidence taken out', 'VERIFY_EVIDENCE_MISSING', { files: dropFirst('evidence/') }],
    [
      'evidence exchanged',
      'VERIFY_EVIDENCE_DIFFERS',
      {
        files: (files) => {
          const genuine = files.find((file) => file.content !== undefined)
          const forged = gzipEvidence(utf8Bytes('rows: 1\n'))
          return files.map((file) =>
            file === genuine ? { ...forged, content: genuine.content! } : file,
          )
        },
      },
    ],
    [
      'evidence of nothing',
      'VERIFY_EVIDENCE_UNREFERENCED',
      { files: (files) => [...files, gzipEvidence(utf8Bytes('look'))] },
    ],
    [
      'evidence without content',
      'VERIFY_FILE_MALFORMED',
      { files: (files) => files.map(({ path, bytes }) => ({ path, bytes })) },
    ],
    [
      'unknown file',
      'VERIFY_FILE_UNKNOWN',
      { files: (files) => [...files, { path: 'notes.txt', bytes: utf8Bytes('hello') }] },
    ],
    ['plan taken out', 'VERIFY_FILE_MISSING', { files: dropFirst('plan.json') }],
    ['keys taken out', 'VERIFY_FILE_MISSING', { files: dropFirst('keys.json') }],
    ['entries emptied', 'VERIFY_ENTRY_MISSING', { entries: () => [] }],
    [
      'statement damaged',
      'VERIFY_STATEMENT_MALFORMED',
      {
        files: (files) =>
          renamed(
            files.map((file) =>
              file.path.startsWith('statements/') ? { ...file, bytes: utf8Bytes('{}') } : file,
            ),
          ),
      },
    ],
  ]))

test('the control plane’s word on what a runner should have run is refused', () =>
  assertForged([
    [
      'a control plane that tells of what a runner should have run',
      'VERIFY_KEY_USE_REFUSED',
      { trust: alterKeys('runner', { uses: ['gate-run', 'decision'] }) },
    ],
  ]))

test('a key that signs what it may not, or for somebody else, is found', () =>
  assertForged([
    [
      'runner without the use',
      'VERIFY_KEY_USE_REFUSED',
      { trust: alterKeys('runner', { uses: ['approval'] }) },
    ],
    [
      'control plane without the use',
      'VERIFY_KEY_USE_REFUSED',
      { trust: alterKeys('control-plane', { uses: ['decision'] }) },
    ],
    [
      'person without the role',
      'VERIFY_SIGNER_DIFFERS',
      { trust: alterKeys('person', { roles: ['janitor'] }) },
    ],
    [
      'person under another name',
      'VERIFY_SIGNER_DIFFERS',
      { trust: alterKeys('person', { principal: 'person-x' }) },
    ],
    [
      'manual gate answered by a machine',
      'VERIFY_KEY_USE_REFUSED',
      { signOffs: ['APPROVE'], trust: alterKeys('person', { uses: ['gate-run'] }) },
    ],
    [
      'runner that nobody vouches for',
      'VERIFY_KEY_UNTRUSTED',
      {
        trust: (trust) => ({
          ...trust,
          keys: trust.keys.filter((key) => !key.principal.startsWith('runner')),
        }),
      },
    ],
    [
      'signed twice',
      'VERIFY_STATEMENT_MALFORMED',
      { files: (files) => renamed(files.map(signedTwice)) },
    ],
    [
      'signed by another key than it names',
      'VERIFY_STATEMENT_SIGNATURE_BROKEN',
      { files: (files) => renamed(files.map(withForeignSignature)) },
    ],
    [
      'sealed by another key than it names',
      'VERIFY_MANIFEST_SIGNATURE_BROKEN',
      { manifestSigner: { ...forgerKeys.plane, sign: forgerKeys.runner.sign } },
    ],
    [
      'signer that is not in the bundle',
      'VERIFY_SIGNER_MISSING',
      { manifestSigner: testSigner('ecdsa-p256-sha256') },
    ],
    [
      'recorded after its key was revoked, as the reader knows',
      'VERIFY_KEY_REVOKED',
      { trust: alterKeys('runner', { revokedAt: '2020-01-01T00:00:00.000Z' }) },
    ],
    ['runner that seals', 'VERIFY_KEY_USE_REFUSED', { manifestSigner: forgerKeys.runner }],
  ]))

function signedTwice<F extends { readonly path: string; readonly bytes: Uint8Array }>(file: F): F {
  if (!file.path.startsWith('statements/')) return file
  const text = Buffer.from(file.bytes).toString()
  return {
    ...file,
    bytes: utf8Bytes(text.replace(/"signatures":\[(.*)\]/, '"signatures":[$1,$1]')),
  }
}

/** Every statement with one signature for all, which fits none of the others. */
function withForeignSignature<F extends { readonly path: string; readonly bytes: Uint8Array }>(
  file: F,
): F {
  if (!file.path.startsWith('statements/')) return file
  const text = Buffer.from(file.bytes).toString()
  const der = '3006020101020101'
  return {
    ...file,
    bytes: utf8Bytes(
      text.replace(/"sig":"[^"]+"/, `"sig":"${Buffer.from(der, 'hex').toString('base64')}"`),
    ),
  }
}

/** Statements under the name of their new content, each once. */
function renamed<F extends { readonly path: string; readonly bytes: Uint8Array }>(
  files: readonly F[],
): readonly F[] {
  const out = files.map((file) =>
    file.path.startsWith('statements/')
      ? {
          ...file,
          path: `statements/${contentDigest(nodeDigest.sha256(file.bytes)).slice(7)}.json`,
        }
      : file,
  )
  return out.filter(
    (file, index) => out.findIndex((candidate) => candidate.path === file.path) === index,
  )
}

test('a key that counts as somebody else than when it signed is found', () =>
  assertForged([
    [
      'key of a person that the ledger counted as somebody else',
      'VERIFY_PERSON_DIFFERS',
      { trust: alterKeys('person', { person: 'person-x' }) },
    ],
  ]))
