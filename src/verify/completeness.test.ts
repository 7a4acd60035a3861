// Entries left out of a bundle by somebody who holds every key but the ledger's: found, and what stays open is said.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aBundle } from '../../test/bundle.ts'
import type { BundleChanges } from '../../test/bundle.ts'
import {
  assertForged,
  dropAttempt,
  dropEntries,
  dropStatements,
  forgerKeys,
} from '../../test/forgery.ts'
import { verifyBundle } from './service.ts'
import { nodeVerifyPorts } from './node.ts'
import type { VerifyReport } from './model.ts'

const passes = { exitCode: 0, stdout: 'rows: 42\n' }
const fails = { exitCode: 1, stdout: 'rows: 0\n' }
const COMMAND = 'release/migration'

/** The last attempt failed: it goes, with its intent, its statement and its evidence. */
const withoutLastAttempt: BundleChanges = {
  command: passes,
  retry: fails,
  decidedAttempt: 1,
  files: dropAttempt(2),
  entries: (all) => dropEntries(COMMAND, '"attempt":2')(all),
}
/** The first of two attempts failed: what needed a second try looks as if it had not. */
const withoutFirstAttempt: BundleChanges = {
  command: fails,
  retry: passes,
  files: dropAttempt(1),
  entries: (all) => dropEntries(COMMAND, '"attempt":1')(all),
}
const withoutRejection: BundleChanges = {
  signOffs: ['APPROVE', 'REJECT'],
  usedSignOffs: (signOffs) => signOffs.filter(({ decision }) => decision === 'APPROVE'),
  files: dropStatements({ decision: 'REJECT' }),
  entries: dropEntries('sign-off.recorded', '"REJECT"'),
}
const uncounted = { numberOf: (): undefined => undefined }

async function verify(changes: BundleChanges): Promise<VerifyReport> {
  const built = await aBundle({ keys: forgerKeys, ...changes })
  return verifyBundle(built.bytes, { ports: nodeVerifyPorts })
}

test('an attempt or a rejection that is left out with all that belongs to it is found by the numbers of the others', () =>
  assertForged([
    ['last attempt', 'VERIFY_ENTRIES_LEFT_OUT', withoutLastAttempt],
    ['first attempt', 'VERIFY_ENTRIES_LEFT_OUT', withoutFirstAttempt],
    ['rejection', 'VERIFY_ENTRIES_LEFT_OUT', withoutRejection],
    [
      'beginning',
      'VERIFY_ENTRIES_LEFT_OUT',
      { entries: (all) => all.filter((entry) => entry.seq > 0) },
    ],
  ]))

test('without numbers the same forgeries cannot be seen, and the report says so', async () => {
  for (const forged of [withoutLastAttempt, withoutFirstAttempt, withoutRejection]) {
    const report = await verify({ ...forged, ...uncounted })
    assert.deepEqual(report.findings, [])
    assert.match(report.notProven.join('\n'), /positions of the ledger are left out/)
    assert.doesNotMatch(report.proven.join('\n'), /none is missing/)
  }
})

test('entries that a ledger numbers twice, backwards or with a gap are found', () =>
  assertForged([
    [
      'the same number twice',
      'VERIFY_ENTRY_NUMBER_REPEATED',
      { numberOf: (honest, seq) => (seq >= 4 ? honest - 1 : honest) },
    ],
    [
      'two numbers exchanged',
      'VERIFY_ENTRY_NUMBER_REPEATED',
      { numberOf: (honest, seq) => (seq === 3 ? 4 : seq === 4 ? 3 : honest) },
    ],
    [
      'a dropped entry and the later ones numbered anew',
      'VERIFY_ENTRY_NOT_INCLUDED',
      {
        entries: (all) =>
          all.flatMap((entry) =>
            entry.seq === 4
              ? []
              : [
                  {
                    ...entry,
                    leaf: renumber(entry.leaf, entry.seq > 4 ? entry.seq - 1 : entry.seq),
                  },
                ],
          ),
      },
    ],
    [
      'a number left out',
      'VERIFY_ENTRIES_LEFT_OUT',
      { numberOf: (honest, seq) => (seq >= 4 ? honest + 1 : honest) },
    ],
  ]))

function renumber(leaf: Uint8Array, to: number): Uint8Array {
  const text = Buffer.from(leaf).toString('latin1')
  return new Uint8Array(
    Buffer.from(text.replace(/"subjectSeq":\d+/, `"subjectSeq":${to}`), 'latin1'),
  )
}

test('a whole bundle says that all entries are there, up to where, and who alone could still deceive', async () => {
  const report = await verify({ retry: passes })
  assert.deepEqual(report.findings, [])
  const proven = report.proven.join('\n')
  assert.match(proven, /All 12 entries about "harbour@2\.4\.0" up to entry 11 are here/)
  const open = report.notProven.join('\n')
  assert.match(open, /one history: who holds its key and its database could keep two/)
  assert.doesNotMatch(open, /That nothing was recorded/)
})

test('what came after the last entry shown stays open unless every later position is shown', async () => {
  const late = { type: 'note.appended', actor: 'p-1', payload: {}, refs: [] }
  const foreign = await verify({
    lateFacts: () => [{ ...late, subject: 'other@1.0.0' }],
    entries: (all) => all.slice(0, -1),
  })
  assert.deepEqual(foreign.findings, [])
  assert.match(
    foreign.notProven.join('\n'),
    /nothing was recorded about "harbour@2\.4\.0" after entry 9/,
  )
  const shown = await verify({ lateFacts: () => [{ ...late, subject: 'other@1.0.0' }] })
  assert.doesNotMatch(shown.notProven.join('\n'), /nothing was recorded/)
})

test('entries of a version that numbered nothing are counted by those that came after the upgrade', async () => {
  const upgraded: BundleChanges = {
    numberOf: (honest, seq) => (seq < 6 ? undefined : honest),
  }
  const whole = await verify(upgraded)
  assert.deepEqual(whole.findings, [])
  assert.match(whole.proven.join('\n'), /none is missing/)
  await assertForged([
    [
      'an old entry left out',
      'VERIFY_ENTRIES_LEFT_OUT',
      { ...upgraded, entries: (all) => all.filter((entry) => entry.seq !== 3) },
    ],
  ])
})
