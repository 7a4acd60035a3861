// Attestations of a Sigstore made for the test: what is proven, and that nothing altered or about somebody else is.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { base64Of, bytesOfBase64, utf8Bytes } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'
import { aSigner } from '../../test/runner.ts'
import {
  IDENTITY,
  ISSUER,
  PROVENANCE,
  SIGNED_AT_MS,
  SigstoreWorld,
  SOURCE,
} from '../../test/sigstore-world.ts'
import type { BundleTerms, Loose } from '../../test/sigstore-world.ts'
import { artefactOf } from './artefact.ts'
import { demandOf } from './demand.ts'
import type { DemandWords } from './demand.ts'
import { readAttestations } from './file.ts'
import type { AttestationReport } from './model.ts'
import { readTrustedRoots } from './trusted-roots.ts'
import { verifyAttestations } from './verify.ts'

const world = new SigstoreWorld()
const ARTEFACT = utf8Bytes('the harbour, packed')
const DEMANDED = { issuer: ISSUER, identity: IDENTITY }

async function look(
  bundle: unknown,
  words: DemandWords = DEMANDED,
  bytes = ARTEFACT,
  changeRoot: (root: Loose) => void = () => undefined,
): Promise<AttestationReport> {
  const root = await world.trustedRoot()
  changeRoot(root)
  return verifyAttestations({
    bundles: [bundle as Json],
    artefact: artefactOf(bytes),
    demand: demandOf(words),
    trustedRoots: readTrustedRoots('root.json', utf8Bytes(JSON.stringify(root))),
  })
}

const aBundle = (more: Partial<BundleTerms> = {}): Promise<Loose> =>
  world.bundle({ artefact: ARTEFACT, ...more })

/** Why the bundle is not proven; fails when it is. */
async function refusal(bundle: Loose, words?: DemandWords, bytes?: Uint8Array): Promise<string> {
  const report = await look(bundle, words, bytes)
  assert.equal(report.isProven, false)
  return report.attestations[0]!.reasons.join('; ')
}

test('a statement, and a signed file, of the demanded signer are proven in every version of bundles', async () => {
  for (const version of ['0.1', '0.2', '0.3'] as const) {
    for (const isMessage of [false, true]) {
      const { isProven, attestations } = await look(await aBundle({ version, isMessage }))
      assert.deepEqual(attestations[0]?.reasons, [], version)
      assert.equal(isProven, true)
      assert.equal(attestations[0].inclusion, version === '0.1' ? 'promise' : 'proof')
      assert.deepEqual(attestations[0].signer, {
        kind: 'identity',
        issuer: ISSUER,
        identity: IDENTITY,
        source: SOURCE,
      })
      assert.equal(attestations[0].predicateType, isMessage ? null : PROVENANCE)
      assert.equal(attestations[0].times[0]?.at, new Date(SIGNED_AT_MS).toISOString())
    }
  }
})

test('a name that only begins or continues the same, or another one, is not the demanded signer', async () => {
  const bundle = await aBundle()
  for (const identity of [
    IDENTITY.slice(0, -1),
    `${IDENTITY}2`,
    'https://forge.example',
    IDENTITY.toUpperCase(),
  ])
    assert.match(await refusal(bundle, { ...DEMANDED, identity }), /expected the identity/)
  assert.match(await refusal(bundle, { ...DEMANDED, issuer: `${ISSUER}/` }), /expected the issuer/)
  assert.match(
    await refusal(bundle, { ...DEMANDED, source: `${SOURCE}-fork` }),
    /expected the source/,
  )
  assert.match(
    await refusal(bundle, { ...DEMANDED, predicateType: `${PROVENANCE}/x` }),
    /expected the predicate/,
  )
  const whole = await look(bundle, { ...DEMANDED, source: SOURCE, predicateType: PROVENANCE })
  assert.equal(whole.isProven, true)
})

test('patterns and half a demand are refused before anything is checked', () => {
  for (const words of [
    { ...DEMANDED, identity: '.*' },
    { ...DEMANDED, identity: '^https://forge' },
    { ...DEMANDED, issuer: 'https://*.example' },
    { ...DEMANDED, source: 'https://forge\\.example' },
    { issuer: ISSUER },
    { identity: IDENTITY },
    {},
    { ...DEMANDED, key: utf8Bytes('x') },
  ])
    assert.throws(
      () => demandOf(words),
      { code: 'ATTESTATION_DEMAND_REFUSED' },
      JSON.stringify(words),
    )
})

test('another artefact is refused, for a statement and for a signed file', async () => {
  const other = utf8Bytes('another harbour')
  assert.match(await refusal(await aBundle(), DEMANDED, other), /about other artefacts/)
  assert.match(await refusal(await aBundle({ isMessage: true }), DEMANDED, other), /does not fit/)
  const liar = await aBundle({ isMessage: true, saidArtefact: other })
  assert.match(await refusal(liar), /digest that the log holds is not that of the artefact/)
})

test('a certificate that was over or not yet valid when it was logged is refused', async () => {
  const over = await aBundle({ notBeforeMs: SIGNED_AT_MS - 3_600_000 })
  const early = await aBundle({ notBeforeMs: SIGNED_AT_MS + 60_000 })
  assert.match(await refusal(over), /certificate does not lead to a trusted root/)
  assert.match(await refusal(early), /certificate does not lead to a trusted root/)
})

test('without its proof, with another checkpoint, with an entry twice or with another’s entry a bundle is refused', async () => {
  const change = async (alter: (entries: Loose[]) => void): Promise<string> => {
    const bundle = await aBundle()
    alter(bundle['verificationMaterial'].tlogEntries as Loose[])
    return refusal(bundle)
  }
  assert.match(
    await change((entries) => delete entries[0]!['inclusionProof']),
    /inclusionProof|missing|no whole/,
  )
  assert.match(await change((entries) => entries.splice(0)), /as often as it has to be/)
  assert.match(
    await change((entries) => entries.push(structuredClone(entries[0]!))),
    /one entry is there twice/,
  )
  assert.match(
    await change((entries) => (entries[0]!['inclusionProof'].logIndex = '0')),
    /proof .* does not hold/,
  )
  assert.match(
    await change((entries) => (entries[0]!['inclusionProof'].hashes = [])),
    /proof .* does not hold/,
  )
  const strange = await new SigstoreWorld().bundle({ artefact: ARTEFACT })
  const other = strange['verificationMaterial'].tlogEntries[0] as Loose
  assert.match(
    await change(
      (entries) => (entries[0]!['inclusionProof'].checkpoint = other['inclusionProof'].checkpoint),
    ),
    /proof .* does not hold/,
  )
  assert.match(await change((entries) => (entries[0] = other)), /proof .* does not hold/)
})

test('a bundle of another Sigstore is refused, and so is one without a time', async () => {
  assert.match(
    await refusal(await new SigstoreWorld().bundle({ artefact: ARTEFACT })),
    /no trusted clock/,
  )
  const timeless = await aBundle()
  delete timeless['verificationMaterial'].timestampVerificationData
  assert.match(await refusal(timeless), /no trusted clock/)
})

test('a byte changed anywhere in what is encoded is refused, or changes nothing that is reported', async () => {
  const bundle = await aBundle()
  const before = JSON.stringify(await look(bundle))
  let refused = 0
  let regions = 0
  for (const [holder, key] of encodedPlaces(bundle)) {
    regions++
    const text = holder[key] as string
    const bytes = bytesOfBase64(text)
    for (let at = 0; at < bytes.length; at += Math.max(1, Math.floor(bytes.length / 12))) {
      const changed = Uint8Array.from(bytes)
      changed[at]! ^= 1
      holder[key] = base64Of(changed)
      const report = await look(bundle)
      if (report.isProven) assert.equal(JSON.stringify(report), before, `${key} at ${at}`)
      else refused++
    }
    holder[key] = text
  }
  // Certificate, log id, body, proof, stamp, payload and signature; only a few bytes of them decide nothing.
  assert.ok(regions >= 8, `${regions} regions`)
  assert.ok(refused > regions * 8, `${refused} refused of ${regions} regions`)
  assert.equal(JSON.stringify(await look(bundle)), before)
})

test('a checkpoint with one letter changed is refused at every letter of its text', async () => {
  const bundle = await aBundle()
  const { checkpoint } = bundle['verificationMaterial'].tlogEntries[0].inclusionProof as Loose
  const envelope = checkpoint['envelope'] as string
  const end = envelope.indexOf('\n\n')
  for (let at = 0; at < end; at++) {
    const letter = envelope[at] === 'A' ? 'B' : 'A'
    checkpoint['envelope'] = envelope.slice(0, at) + letter + envelope.slice(at + 1)
    assert.match(await refusal(bundle), /does not hold/, `at ${at}`)
  }
})

test('a key stands for its own signatures only, and certificates and keys do not stand for each other', async () => {
  const keySigner = aSigner()
  const bundle = await aBundle({ keySigner })
  const key = utf8Bytes(base64Of(keySigner.publicKey))
  assert.deepEqual((await look(bundle, { key })).attestations[0]?.reasons, [])
  assert.match(
    await refusal(bundle, { key: utf8Bytes(base64Of(aSigner().publicKey)) }),
    /does not fit/,
  )
  assert.match(await refusal(bundle), /bare key/)
  assert.match(await refusal(await aBundle(), { key }), /under a certificate/)
})

test('a certificate for something else than signing code, and a log key out of use, are refused', async () => {
  assert.match(
    await refusal(await aBundle({ use: '1.3.6.1.5.5.7.3.1' })),
    /not one for signing code/,
  )
  const validFor = { start: '2026-01-01T00:00:00Z', end: '2026-05-31T00:00:00Z' }
  const late = await look(await aBundle(), DEMANDED, ARTEFACT, (root) => {
    root['tlogs'][0].publicKey.validFor = validFor
  })
  assert.match(late.attestations[0]?.reasons[0] ?? '', /key of the transparency log was not in use/)
  const endless = await look(await aBundle(), DEMANDED, ARTEFACT, (root) => {
    root['tlogs'][0].publicKey.validFor = {}
  })
  assert.match(endless.attestations[0]?.reasons[0] ?? '', /was not in use/)
})

test('a file that says something twice is refused, and every form of file gives the same bundles', async () => {
  const bundle = await aBundle()
  const text = JSON.stringify(bundle)
  const read = (content: string): number => readAttestations(utf8Bytes(content)).length
  assert.throws(() => read(text.replace('{', '{"mediaType":"x",')), {
    code: 'ATTESTATION_FILE_REFUSED',
  })
  for (const content of ['', '{}', '[]', 'x', '{"attestations":[]}'])
    assert.throws(() => read(content), { code: 'ATTESTATION_FILE_REFUSED' }, content)
  assert.equal(read(`${text}\n${text}\n`), 2)
  assert.equal(read(JSON.stringify([bundle])), 1)
  assert.equal(
    read(JSON.stringify({ attestations: [{ predicateType: PROVENANCE, bundle }, { bundle }] })),
    2,
  )
})

test('what is no bundle is a reason and never a fault', async () => {
  for (const value of [
    null,
    1,
    [],
    {},
    { mediaType: 'x' },
    { ...(await aBundle()), mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.9' },
  ])
    assert.equal((await look(value)).isProven, false)
})

/** Every place of the bundle that holds base64. */
function encodedPlaces(value: Loose): readonly (readonly [Loose, string])[] {
  return Object.entries(value).flatMap(([key, each]) => {
    if (typeof each === 'string') {
      const isEncoded = each.length >= 24 && /^[A-Za-z0-9+/]+=*$/.test(each)
      return isEncoded ? [[value, key] as const] : []
    }
    return each !== null && typeof each === 'object' ? encodedPlaces(each as Loose) : []
  })
}

test('the stock library is loaded by a verification, and neither by the commands nor by the front door', () => {
  const text = [
    "import { createRequire } from 'node:module'",
    'const { cache } = createRequire(import.meta.url)',
    "const count = () => Object.keys(cache).filter((path) => path.includes('@sigstore')).length",
    "await import('./src/app/commands.ts')",
    "await import('./src/attestation/index.ts')",
    "await import('./src/attestation/cli.ts')",
    'const before = count()',
    "await import('./src/attestation/stock.ts')",
    'process.stdout.write(JSON.stringify([before, count() > 0]))',
  ].join('\n')
  const folder = fileURLToPath(new URL('../..', import.meta.url))
  const words = ['--input-type=module', '--eval', text]
  const { stdout, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' })
  assert.equal(stdout, '[0,true]', stderr)
})
