// Bundles that earlier versions sealed, frozen: each verifies for ever, with the verdict it had.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { nodeDigest } from '../../test/crypto.ts'
import { parseTrust } from '../proof/index.ts'
import { verifyBundle } from './service.ts'
import { nodeVerifyPorts } from './node.ts'

const FOLDER = new URL('../../test/vectors/own/', import.meta.url)

/** What each frozen bundle said when it was sealed. */
const FROZEN: Readonly<Record<string, { readonly verdict: string; readonly decidedAt: string }>> = {
  // Decided twice on a waiver, a risk closed with nothing pinned, another accepted, a freeze ahead: the first edition of the rules.
  'harbour-1.4.0': { verdict: 'GO_WITH_WAIVERS', decidedAt: '2026-11-21T10:00:01.001Z' },
  // The same under the second edition: the closing pinned, the waiver used once, the Go ending with the acceptance; entries numbered.
  'harbour-second-edition': { verdict: 'GO_WITH_WAIVERS', decidedAt: '2026-11-21T10:00:01.002Z' },
  // A rejection that the same person's approval lifted, as the rules were before rejections stood.
  'sloop-1.0.0': { verdict: 'GO', decidedAt: '2026-11-25T16:05:05.503Z' },
}

test('every bundle that an earlier version sealed verifies with the verdict it had', async () => {
  const names = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.bundle.tar.gz'))
    .map((name) => name.replace('.bundle.tar.gz', ''))
  assert.deepEqual(names.toSorted(), Object.keys(FROZEN).toSorted())
  for (const name of names) {
    const bytes = new Uint8Array(gunzipSync(readFileSync(new URL(`${name}.bundle.tar.gz`, FOLDER))))
    const trust = parseTrust(
      nodeDigest,
      new Uint8Array(gunzipSync(readFileSync(new URL(`${name}.trust.json.gz`, FOLDER)))),
    )
    assert.ok(trust.ok)
    const report = await verifyBundle(bytes, {
      ports: nodeVerifyPorts,
      trust: { kind: 'file', trust: trust.value },
    })
    assert.deepEqual(report.findings, [], name)
    const { verdict, decidedAt } = report.decision!
    assert.deepEqual([report.verdict, { verdict, decidedAt }], ['INTACT', FROZEN[name]], name)
  }
})
