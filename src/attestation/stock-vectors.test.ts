// Bundles that the stock Sigstore packages signed: proven for their signer, and for nobody else, with no byte changed.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { utf8Bytes } from '../kernel/index.ts'
import { artefactOf } from './artefact.ts'
import { demandOf } from './demand.ts'
import { readAttestations } from './file.ts'
import type { AttestationReport } from './model.ts'
import { readTrustedRoots } from './trusted-roots.ts'
import { verifyAttestations } from './verify.ts'

const FOLDER = new URL('../../test/vectors/sigstore/', import.meta.url)
const ISSUER = 'https://issuer.example'
const IDENTITY = 'https://forge.example/harbour/.ci/publish.yml@refs/tags/v1'
const NAMES = ['statement.sigstore.json', 'message.sigstore.json']
const BASE64_FIELD = /"(\w+)": "([A-Za-z0-9+/]{20,}={0,2})"/g
const textOf = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8')
const ARTEFACT = textOf('artefact.txt')

interface Look {
  readonly identity?: string
  readonly issuer?: string
  readonly artefact?: string
  readonly root?: string
}

function look(text: string, more: Look = {}): Promise<AttestationReport> {
  const { identity = IDENTITY, issuer = ISSUER } = more
  return verifyAttestations({
    bundles: readAttestations(utf8Bytes(text)),
    artefact: artefactOf(utf8Bytes(more.artefact ?? ARTEFACT)),
    demand: demandOf({ issuer, identity }),
    trustedRoots: readTrustedRoots(
      'trusted_root.json',
      utf8Bytes(more.root ?? textOf('trusted_root.json')),
    ),
  })
}

test('what the stock packages signed is proven, with its signer and two times', async () => {
  for (const name of NAMES) {
    const { isProven, attestations } = await look(textOf(name))
    assert.deepEqual(attestations[0]?.reasons, [], name)
    assert.equal(isProven, true)
    assert.deepEqual(
      [attestations[0].signer?.kind, attestations[0].inclusion, attestations[0].times.length],
      ['identity', 'proof', 2],
    )
  }
})

test('another signer, issuer, artefact or trusted root shows nothing', async () => {
  const others: Look[] = [
    { identity: `${IDENTITY}0` },
    { issuer: 'https://issuer.example/' },
    { artefact: `${ARTEFACT} ` },
    { root: textOf('trusted_root.json').replace('"tlogs"', '"ctlogsOfOthers"') },
    { root: JSON.stringify({ ...JSON.parse(textOf('trusted_root.json')), tlogs: [] }) },
    { root: JSON.stringify({ ...JSON.parse(textOf('trusted_root.json')), ctlogs: [] }) },
  ]
  let refusedCount = 0
  for (const name of NAMES)
    for (const other of others) {
      const isProven = await look(textOf(name), other).then(
        (report) => report.isProven,
        // A trusted root that cannot be read at all is refused before anything is looked at.
        (thrown: { readonly code?: string }) => {
          assert.match(String(thrown.code), /^ATTESTATION_/)
          return false
        },
      )
      assert.equal(isProven, false, `${name} ${JSON.stringify(other).slice(0, 60)}`)
      refusedCount++
    }
  assert.equal(refusedCount, NAMES.length * others.length)
})

test('a changed base64 value of a bundle is refused; only the root that a proof repeats changes nothing', async () => {
  const passed: string[] = []
  let refusedCount = 0
  for (const name of NAMES) {
    const text = textOf(name)
    const whole = await look(text)
    for (const { index, 0: found, 1: field, 2: value } of text.matchAll(BASE64_FIELD)) {
      const at = index + found.lastIndexOf(value!) + Math.floor(value!.length / 2)
      const letter = text[at] === 'A' ? 'B' : 'A'
      const report = await look(text.slice(0, at) + letter + text.slice(at + 1))
      if (!report.isProven) refusedCount++
      else {
        assert.deepEqual(report, whole)
        passed.push(field!)
      }
    }
  }
  // The library takes the root from the signed checkpoint and not from the proof beside it.
  assert.deepEqual(passed, ['rootHash', 'rootHash'])
  assert.ok(refusedCount >= 14, `${refusedCount} changes were refused`)
})
