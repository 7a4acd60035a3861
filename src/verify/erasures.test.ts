// What a bundle says was erased counts as that only where an entry attests exactly this entry.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { base64Of, utf8Bytes } from '../kernel/index.ts'
import { buildInclusionProof, hashLeaf, merkleRoot } from '../proof/index.ts'
import type { BundleEntry, EntryBody } from '../proof/index.ts'
import { settleErasures } from './erasures.ts'
import { beginInspection } from './inspection.ts'
import type { ProvenEntry } from './ledger-part.ts'
import { nodeVerifyPorts } from './node.ts'

const KEY = new Uint8Array(32).fill(3)
const leafOf = (seq: number): Uint8Array => utf8Bytes(`leaf ${seq}`)
const hashes = [0, 1, 2].map((seq) => nodeDigest.hmacSha256(KEY, hashLeaf(nodeDigest, leafOf(seq))))
const SAID = {
  alg: 'HMAC-SHA256',
  key: base64Of(KEY),
  count: 3,
  root: base64Of(merkleRoot(nodeDigest, hashes)),
}

function bodyOf(type: string): EntryBody {
  const src = { producer: 'test', version: '1' }
  const payload = { alg: 'HMAC-SHA256', c: '' } as const
  return { v: 1, id: 'i', ts: 't', type, actor: 'a', subject: 's', src, payload, refs: [] }
}

interface Case {
  readonly payload?: unknown
  readonly type?: string
  readonly index?: number
  readonly leaf?: Uint8Array
  readonly by?: number
}

/** Entry 1 is said to be erased by entry 7. */
function settle(changed: Case = {}): { readonly counts: string; readonly codes: string[] } {
  const { payload = SAID, type = 'erasure.executed', index = 1, leaf = leafOf(1), by = 7 } = changed
  const inspection = beginInspection(nodeVerifyPorts)
  const proof = buildInclusionProof(nodeDigest, hashes, 1)
  const given: BundleEntry[] = [{ seq: 1, leaf, proof: [], erased: { by, index, proof } }]
  const entries: ProvenEntry[] = [
    { seq: 1, timeMs: 0, body: bodyOf('note.appended') },
    { seq: 7, timeMs: 0, body: bodyOf(type), payload },
    { seq: 8, timeMs: 0, body: bodyOf('note.appended') },
  ]
  const settled = settleErasures(inspection, { entries: given }, entries)
  const { erased, undisclosed } = inspection.checked
  const codes = inspection.findings.map(({ code }) => code)
  return { counts: `${erased} ${undisclosed} ${settled[0]?.erasedBy ?? 'none'}`, codes }
}

test('a payload is erased only by an entry whose tree holds its entry, and whatever else is claimed is a finding', () => {
  assert.deepEqual(settle(), { counts: '1 1 7', codes: [] })
  const lies: readonly Case[] = [
    { leaf: leafOf(5) },
    { index: 2 },
    { by: 6 },
    { type: 'note.appended' },
    { payload: {} },
    { payload: { ...SAID, key: base64Of(new Uint8Array(32)) } },
    { payload: { ...SAID, key: '!' } },
    { payload: { ...SAID, count: 2 } },
    { payload: { ...SAID, root: base64Of(hashes[0]!) } },
  ]
  for (const lie of lies)
    assert.deepEqual(
      settle(lie),
      { counts: '0 1 none', codes: ['VERIFY_ENTRY_ERASURE_UNPROVEN'] },
      JSON.stringify(lie),
    )
})
