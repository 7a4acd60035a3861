// Real npm attestations of two packages, verified with the trusted root that is carried.
import assert from 'node:assert/strict'
import test from 'node:test'
import { utf8Bytes } from '../kernel/index.ts'
import { readVector, vectorsFolder, VECTORS_MISSING } from '../../test/vectors.ts'
import { artefactOfDigest } from './artefact.ts'
import { demandOf } from './demand.ts'
import { readAttestations } from './file.ts'
import type { AttestationReport } from './model.ts'
import { openCarriedRoots } from './trusted-roots.ts'
import { verifyAttestations } from './verify.ts'

const folder = vectorsFolder()
const skip = folder === undefined ? VECTORS_MISSING : false
const ISSUER = 'https://token.actions.githubusercontent.com'
const SLSA = 'https://slsa.dev/provenance/v0.2'
const SIGSTORE = {
  file: 'sigstore/valid-sigstore-attestations.json',
  sha512:
    '7bea9f6e7ff37f5fab0b36bf061200fff03099fd2fd696b91d04bc5e4f225eb9fd6e0cadcad54ba980f43fb352a99e8810b4e0abeb5c0ef2cf9108cd1f258b36',
  identity:
    'https://github.com/sigstore/sigstore-js/.github/workflows/publish.yml@refs/tags/v1.0.0',
  source: 'https://github.com/sigstore/sigstore-js',
}
const TUF = {
  file: 'sigstore/valid-tuf-js-attestations.json',
  sha512:
    'd5dc6c4301120f30022634dd607438c09d5ffe87fb8c02d629f2441d205651007fe544c9531f525ba1875e9e266752af7414490a91a3b2ca0f1468b886fc3cfc',
  identity:
    'https://github.com/theupdateframework/tuf-js/.github/workflows/publish.yml@refs/tags/v1.0.0',
  source: 'https://github.com/theupdateframework/tuf-js',
}

async function lookAt(
  published: typeof SIGSTORE,
  more: { readonly identity?: string; readonly sha512?: string; readonly text?: string } = {},
): Promise<AttestationReport> {
  const { file, identity, source, sha512 } = published
  return verifyAttestations({
    bundles: readAttestations(utf8Bytes(more.text ?? readVector(folder ?? '', file))),
    artefact: artefactOfDigest(`sha512:${more.sha512 ?? sha512}`),
    demand: demandOf({
      issuer: ISSUER,
      identity: more.identity ?? identity,
      source,
      predicateType: SLSA,
    }),
    trustedRoots: await openCarriedRoots(),
  })
}

test(
  'the provenance of published packages is proven offline, down to the repository',
  { skip },
  async () => {
    for (const published of [SIGSTORE, TUF]) {
      const { isProven, attestations } = await lookAt(published)
      assert.deepEqual(attestations[0]?.reasons, [])
      assert.equal(isProven, true)
      assert.equal(attestations[0].inclusion, 'promise')
      // The registry's own attestation is under a bare key, which is nobody's identity.
      assert.match(attestations[1]?.reasons[0] ?? '', /bare key/)
    }
  },
)

test(
  'the attestations of one package do not stand for another package or workflow',
  { skip },
  async () => {
    assert.equal((await lookAt(SIGSTORE, { sha512: TUF.sha512 })).isProven, false)
    assert.equal((await lookAt(SIGSTORE, { identity: TUF.identity })).isProven, false)
    assert.equal((await lookAt({ ...SIGSTORE, source: TUF.source })).isProven, false)
  },
)

test(
  'a letter changed in signature, statement, log entry or promise is refused',
  { skip },
  async () => {
    const text = readVector(folder ?? '', SIGSTORE.file)
    for (const name of [
      'sig',
      'payload',
      'canonicalizedBody',
      'signedEntryTimestamp',
      'rawBytes',
      'integratedTime',
    ]) {
      const at = text.indexOf(`"${name}"`) + name.length + 2
      const from = text.indexOf('"', at) + 9
      const letter = /[0-8]/.test(text[from]!) ? '9' : '8'
      const changed = text.slice(0, from) + letter + text.slice(from + 1)
      assert.equal((await lookAt(SIGSTORE, { text: changed })).isProven, false, name)
    }
  },
)
