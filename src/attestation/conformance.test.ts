// Every bundle of Sigstore's own conformance suite, where its checkout is: what has to fail is not proven, and the rest is.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { messageOf } from '../kernel/index.ts'
import { artefactOf } from './artefact.ts'
import { demandOf } from './demand.ts'
import { readAttestations } from './file.ts'
import { openCarriedRoots, readTrustedRoots } from './trusted-roots.ts'
import { verifyAttestations } from './verify.ts'

const BEACON = 'sigstore-conformance/extremely-dangerous-public-oidc-beacon'
const IDENTITY = `https://github.com/${BEACON}/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main`
const ISSUER = 'https://token.actions.githubusercontent.com'
/** A checkout of sigstore/sigstore-conformance; its files are not part of this tree. */
const checkout = process.env['SEAWORTHY_SIGSTORE_CONFORMANCE'] ?? ''
const skip = checkout === '' ? 'SEAWORTHY_SIGSTORE_CONFORMANCE is not set' : false
const CASES_AT_LEAST = 60

/** Undefined when proven, else why not. */
async function refusalOf(assets: string, name: string): Promise<string | undefined> {
  const at = (file: string): string => join(assets, name, file)
  const given = (file: string): string | undefined =>
    existsSync(at(file)) ? readFileSync(at(file), 'utf8').trim() : undefined
  const hasKey = existsSync(at('key.pub'))
  const signer = hasKey
    ? { key: readFileSync(at('key.pub')) }
    : { issuer: given('issuer') ?? ISSUER, identity: given('identity') ?? IDENTITY }
  const artefact = existsSync(at('artifact')) ? at('artifact') : join(assets, 'a.txt')
  const root = at('trusted_root.json')
  try {
    const report = await verifyAttestations({
      bundles: readAttestations(readFileSync(at('bundle.sigstore.json'))),
      artefact: artefactOf(readFileSync(artefact)),
      demand: demandOf(signer),
      trustedRoots: existsSync(root)
        ? readTrustedRoots(root, readFileSync(root))
        : await openCarriedRoots(),
    })
    return report.isProven
      ? undefined
      : report.attestations.flatMap(({ reasons }) => reasons).join('; ')
  } catch (thrown) {
    return messageOf(thrown)
  }
}

test('every case of the conformance suite ends as the suite says', { skip }, async () => {
  const assets = join(checkout, 'test', 'assets', 'bundle-verify')
  const names = readdirSync(assets, { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .map((each) => each.name)
  assert.ok(names.length >= CASES_AT_LEAST, `${names.length} cases`)
  const wrong: string[] = []
  for (const name of names) {
    const refusal = await refusalOf(assets, name)
    if (name.endsWith('_fail') !== (refusal !== undefined))
      wrong.push(`${name}: ${refusal ?? 'proven'}`)
  }
  assert.deepEqual(wrong, [])
})
