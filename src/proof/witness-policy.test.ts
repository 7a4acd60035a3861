// Policies of witnesses: quorums of groups within groups, what a policy may not say, and checkpoints held against one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest, nodeVerifier, testSigner } from '../../test/crypto.ts'
import {
  cosignCheckpoint,
  cosignerKeyOf,
  formatCheckpoint,
  formatCosignerKey,
  formatNoteKey,
  isQuorumMet,
  isWitnessPolicy,
  noteKeyOf,
  openWitnessedCheckpoint,
  parseWitnessPolicy,
  sealCheckpoint,
} from './index.ts'
import type { WitnessPolicy } from './index.ts'

const ORIGIN = 'ships.example/ledger/7f3a'
const logSigner = testSigner('ed25519')
const LOG = formatNoteKey(noteKeyOf(nodeDigest, ORIGIN, logSigner.publicKey))
const NAMES = ['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3'] as const
const signerOf = new Map(NAMES.map((name) => [name, testSigner('ed25519')]))
const nameOf = (name: string): string => `witness.example/${name}`
const keyOf = (name: (typeof NAMES)[number]): string =>
  formatCosignerKey(cosignerKeyOf(nodeDigest, nameOf(name), signerOf.get(name)!.publicKey))

/** The example of the specification. */
const TEXT = `log ${LOG}

witness X1 ${keyOf('X1')}
witness X2 ${keyOf('X2')}\thttps://witness.example/x2
  witness X3 ${keyOf('X3')}
group X-witnesses 2 X1 X2 X3
# any one of them
witness Y1 ${keyOf('Y1')}
witness Y2 ${keyOf('Y2')}
witness Y3 ${keyOf('Y3')}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`

function policyOf(text: string): WitnessPolicy {
  const parsed = parseWitnessPolicy(nodeDigest, text)
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.reason)
  return parsed.value
}

test('the quorum of the specification’s example holds for two of three and one of three', () => {
  assert.ok(isWitnessPolicy(TEXT) && !isWitnessPolicy(LOG))
  const policy = policyOf(TEXT)
  assert.equal(policy.witnesses[1]!.url, 'https://witness.example/x2')
  const table: readonly (readonly [string, boolean])[] = [
    ['X1 X2 Y1', true],
    ['X1 X3 Y3', true],
    ['X1 X2 X3', false],
    ['X1 Y1 Y2 Y3', false],
    ['', false],
  ]
  for (const [names, isMet] of table)
    assert.equal(isQuorumMet(policy, new Set(names.split(' '))), isMet, names)
  assert.ok(isQuorumMet(policyOf('quorum none\n'), new Set()))
})

test('what a policy may not say is refused with its line', () => {
  const witness = `witness X1 ${keyOf('X1')}\n`
  const table: readonly (readonly [string, RegExp])[] = [
    ['', /expected a quorum line/],
    ['quorum none\nquorum none\n', /line 2: expected one quorum/],
    ['quorum X1\n', /line 1: expected a name from a line above/],
    [`${witness}${witness}quorum X1\n`, /line 2: expected a new name/],
    [`${witness}witness other ${keyOf('X1')}\nquorum X1\n`, /line 2: expected each witness once/],
    [`witness none ${keyOf('X1')}\nquorum none\n`, /line 1: expected a new name/],
    [`log ${LOG}\nlog ${LOG}\nquorum none\n`, /line 2: expected each log once/],
    [`log ${keyOf('X1')}\nquorum none\n`, /line 1: expected an Ed25519 verifier key/],
    [`witness X1 ${LOG}\nquorum none\n`, /line 1: expected the key of a cosigner/],
    [`${witness}group g 2 X1\nquorum g\n`, /line 2: expected "all", "any" or 1 to 1/],
    [`${witness}group g 0 X1\nquorum g\n`, /line 2/],
    [`${witness}group g any X1 X1\nquorum g\n`, /line 2: expected X1 to be a member once/],
    [`${witness}group g any none\nquorum g\n`, /line 2: expected members from lines above/],
    [`${witness}group g any\nquorum g\n`, /line 2/],
    [`${witness}group g any g\nquorum g\n`, /line 2: expected members from lines above/],
    ['quorum none\nsomething else\n', /line 2: expected "log"/],
    ['quorum none\r\n', /control characters/],
  ]
  for (const [text, reason] of table) {
    const parsed = parseWitnessPolicy(nodeDigest, text)
    assert.ok(!parsed.ok, JSON.stringify(text))
    assert.match(parsed.reason, reason)
  }
})

test('a checkpoint opens with the quorum’s cosignatures only, and only of a log that is listed', async () => {
  const checkpoint = { origin: ORIGIN, size: 3, root: nodeDigest.sha256(new Uint8Array([1])) }
  const text = formatCheckpoint(checkpoint)
  let note = await sealCheckpoint(nodeDigest, logSigner, checkpoint)
  const policy = policyOf(TEXT)
  for (const name of ['X1', 'Y2', 'X3'] as const) {
    const before = await openWitnessedCheckpoint(nodeVerifier, note, policy)
    assert.ok(!before.ok && before.reason.startsWith('expected the quorum X-and-Y, got'))
    note += await cosignCheckpoint(nodeDigest, signerOf.get(name)!, nameOf(name), text, 1)
  }
  const opened = await openWitnessedCheckpoint(nodeVerifier, note, policy)
  assert.ok(opened.ok)
  assert.deepEqual(opened.value.checkpoint, checkpoint)
  assert.deepEqual(
    opened.value.cosignatures.map(({ name }) => name),
    ['X1', 'Y2', 'X3'],
  )
  const nobody = await openWitnessedCheckpoint(nodeVerifier, note, policyOf('quorum none\n'))
  assert.ok(!nobody.ok)
})
