// Somebody with the right keys tampers with ledger entries, proofs or checkpoints: each is found.
import { test } from 'node:test'
import { canonicalize } from '../kernel/index.ts'
import { formatNoteKey, noteKeyOf } from '../proof/index.ts'
import { nodeDigest, testSigner } from '../../test/crypto.ts'
import { alterEntry, alterFile, alterPayload, assertForged, flipByte } from '../../test/forgery.ts'

test('an entry that says something else than its statement is found', () =>
  assertForged([
    [
      'other gate',
      'VERIFY_ENTRY_DIFFERS',
      { facts: alterPayload('gate.recorded', { gate: 'release/other' }) },
    ],
    [
      'other run',
      'VERIFY_ENTRY_DIFFERS',
      { facts: alterPayload('gate.recorded', { run: 'another' }) },
    ],
    [
      'less evidence',
      'VERIFY_ENTRY_DIFFERS',
      {
        facts: (facts) =>
          facts.map((fact) =>
            fact.type === 'gate.recorded' ? { ...fact, refs: fact.refs.slice(0, 1) } : fact,
          ),
      },
    ],
    [
      'entry taken out',
      'VERIFY_ENTRY_MISSING',
      { entries: (all) => all.filter((entry) => entry.seq !== 4), numberOf: () => undefined },
    ],
    [
      'entry of another type',
      'VERIFY_ENTRY_MISSING',
      {
        facts: (facts) =>
          facts.map((fact) =>
            fact.type === 'gate.recorded' ? { ...fact, type: 'note.appended' } : fact,
          ),
      },
    ],
  ]))

test('an entry that is not in the ledger as it stands is found', () =>
  assertForged([
    [
      'forged proof',
      'VERIFY_ENTRY_NOT_INCLUDED',
      {
        entries: alterEntry(3, (entry) => ({
          ...entry,
          proof: [flipByte(entry.proof[0]!, 9), ...entry.proof.slice(1)],
        })),
      },
    ],
    [
      'shortened proof',
      'VERIFY_ENTRY_NOT_INCLUDED',
      { entries: alterEntry(3, (entry) => ({ ...entry, proof: entry.proof.slice(1) })) },
    ],
    [
      'changed time',
      'VERIFY_ENTRY_NOT_INCLUDED',
      { entries: alterEntry(3, (entry) => ({ ...entry, leaf: flipByte(entry.leaf, 19) })) },
    ],
    [
      'changed link',
      'VERIFY_ENTRY_LINK_BROKEN',
      { entries: alterEntry(3, (entry) => ({ ...entry, leaf: flipByte(entry.leaf, 30) })) },
    ],
    [
      'another leaf',
      'VERIFY_ENTRY_MALFORMED',
      { entries: (all) => all.map((entry) => ({ ...entry, leaf: all[0]!.leaf })) },
    ],
    [
      'leaves whose time goes back',
      'VERIFY_ENTRY_LINK_BROKEN',
      { timeOf: (seq) => Date.parse('2026-11-21T08:01:00.000Z') - seq },
    ],
    [
      'no entry in a leaf',
      'VERIFY_ENTRY_MALFORMED',
      { facts: (facts) => facts.map((fact) => ({ ...fact, type: 'No Type' })) },
    ],
    [
      'no leaf',
      'VERIFY_ENTRY_MALFORMED',
      { entries: alterEntry(3, (entry) => ({ ...entry, leaf: entry.leaf.subarray(0, 40) })) },
    ],
  ]))

test('a payload, an order or a beginning that the ledger does not have is found', () =>
  assertForged([
    [
      'other payload',
      'VERIFY_ENTRY_PAYLOAD_DIFFERS',
      {
        entries: alterEntry(3, (entry) => ({
          ...entry,
          payload: { ...entry.payload!, value: { gate: 'x' } },
        })),
      },
    ],
    [
      'other salt',
      'VERIFY_ENTRY_PAYLOAD_DIFFERS',
      {
        entries: alterEntry(3, (entry) => ({
          ...entry,
          payload: { ...entry.payload!, salt: flipByte(entry.payload!.salt, 0) },
        })),
      },
    ],
    [
      'entries swapped',
      'VERIFY_FILE_MALFORMED',
      { entries: (all) => [all[1]!, all[0]!, ...all.slice(2)] },
    ],
    ['entry given twice', 'VERIFY_FILE_MALFORMED', { entries: (all) => [all[0]!, ...all] }],
    [
      'another beginning',
      'VERIFY_CONSISTENCY_BROKEN',
      {
        files: alterFile('consistency.json', (text) =>
          text.replace(
            /"proof":\["./,
            (start) => start.slice(0, -1) + (start.endsWith('A') ? 'B' : 'A'),
          ),
        ),
      },
    ],
    [
      'another size',
      'VERIFY_CONSISTENCY_BROKEN',
      { files: alterFile('consistency.json', (text) => text.replace(/"size":\d+/, '"size":3')) },
    ],
  ]))

test('a true consistency proof between other ledgers than those of decision and bundle is found', () => {
  const alter = (from: 'from' | 'to'): ReturnType<typeof alterFile> =>
    alterFile('consistency.json', (text) => {
      const value = JSON.parse(text) as { readonly from: unknown; readonly to: unknown }
      return canonicalize({ from: value[from], to: value[from], proof: [] })
    })
  return assertForged([
    ['nothing after the decision', 'VERIFY_CONSISTENCY_BROKEN', { files: alter('from') }],
    ['nothing before the checkpoint', 'VERIFY_CONSISTENCY_BROKEN', { files: alter('to') }],
  ])
})

test('a checkpoint that the ledger did not sign is found', () => {
  const foreign = testSigner('ed25519')
  return assertForged([
    [
      'another key',
      'VERIFY_CHECKPOINT_REFUSED',
      {
        trust: ({ ledger, keys }) => ({
          keys,
          ledger: {
            ...ledger,
            vkey: formatNoteKey(noteKeyOf(nodeDigest, ledger.origin, foreign.publicKey)),
          },
        }),
      },
    ],
    [
      'another origin',
      'VERIFY_CHECKPOINT_REFUSED',
      { trust: (trust) => ({ ...trust, ledger: { ...trust.ledger, origin: 'elsewhere' } }) },
    ],
    [
      'no verifier key',
      'VERIFY_CHECKPOINT_REFUSED',
      { trust: (trust) => ({ ...trust, ledger: { ...trust.ledger, vkey: 'none' } }) },
    ],
    [
      'a changed root',
      'VERIFY_CHECKPOINT_REFUSED',
      { files: alterFile('checkpoint', (text) => text.replace('\n10\n', '\n11\n')) },
    ],
  ])
})
