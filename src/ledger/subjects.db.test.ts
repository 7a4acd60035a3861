// The number of each entry within its subject: without gap or repeat, whoever appends, and however the log came to be.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { nodeDigest } from '../../test/crypto.ts'
import { freshTenant } from '../../test/database.ts'
import { aFact, openTestLedger } from '../../test/ledger.ts'
import type { TestLedger } from '../../test/ledger.ts'
import { uuidV7 } from '../kernel/index.ts'
import type { SqlTx } from '../kernel/index.ts'
import { encodeEntryBody, encodeLeaf } from '../proof/index.ts'
import { subjectKeyOf } from './fact.ts'

const migration = (name: string): string =>
  readFileSync(new URL(`./migrations/${name}.sql`, import.meta.url), 'utf8')

async function numbersOf(opened: TestLedger): Promise<(readonly [string, number | undefined])[]> {
  const { entries } = await opened.ledger.list(opened.tenantId, { limit: 1000 })
  return entries.map(({ body }) => [body.subject, body.subjectSeq])
}

/** Runs in a transaction that is always taken back: the migrations of the shared test database stay as they are. */
async function withoutTrace(
  opened: TestLedger,
  work: (tx: SqlTx) => Promise<unknown>,
): Promise<void> {
  const undo = new Error('undo')
  const { sql, tenantId } = opened
  const run = sql.transaction('system', async (tx) => {
    await tx.query("select set_config('seaworthy.tenant', $1, true)", [tenantId])
    await work(tx)
    throw undo
  })
  await assert.rejects(run, (error) => error === undo)
}

test('entries are numbered within their subject, in batches, callers’ transactions and repetitions alike', async () => {
  const opened = await openTestLedger()
  const { ledger, sql, tenantId } = opened
  const about = (subject: string): ReturnType<typeof aFact> => aFact({ subject })
  const kept = aFact({ subject: 'a', id: uuidV7(1, new Uint8Array(10).fill(7)) })
  await ledger.append(tenantId, [about('a'), about('b'), kept, about('a')])
  await sql.transaction({ tenantId }, (tx) =>
    ledger.appendInTx(tx, tenantId, [about('b'), about('a')]),
  )
  const [again] = await ledger.append(tenantId, [kept])
  assert.deepEqual([again!.seq, again!.isRepeat], [2, true])
  await ledger.append(tenantId, [about('a')])
  assert.deepEqual(await numbersOf(opened), [
    ['a', 0],
    ['b', 0],
    ['a', 1],
    ['a', 2],
    ['b', 1],
    ['a', 3],
    ['a', 4],
  ])
  assert.ok((await ledger.verifyLog(tenantId, {})).ok)
  assert.ok((await ledger.verifyLog(tenantId, { limit: 3 })).ok)
})

test('numbers of many appends at once have no gap, and each tenant counts for itself', async () => {
  const opened = await openTestLedger()
  const { ledger, sql, tenantId } = opened
  const other = await freshTenant(sql)
  await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      n % 3 === 0
        ? sql.transaction({ tenantId }, (tx) => ledger.appendInTx(tx, tenantId, [aFact()]))
        : ledger.append(n % 3 === 1 ? tenantId : other, [aFact()]),
    ),
  )
  const numbers = (await numbersOf(opened)).map(([, number]) => number)
  assert.deepEqual(
    numbers,
    Array.from({ length: 40 }, (_, n) => n),
  )
  assert.equal((await numbersOf({ ...opened, tenantId: other })).at(-1)![1], 19)
})

test('an append that is taken back leaves no gap', async () => {
  const opened = await openTestLedger()
  const { ledger, sql, tenantId } = opened
  await ledger.append(tenantId, [aFact()])
  await assert.rejects(
    sql.transaction({ tenantId }, async (tx) => {
      await ledger.appendInTx(tx, tenantId, [aFact(), aFact()])
      throw new Error('changed its mind')
    }),
    /changed its mind/,
  )
  await ledger.append(tenantId, [aFact()])
  assert.deepEqual(await numbersOf(opened), [
    ['harbour@2.1.0', 0],
    ['harbour@2.1.0', 1],
  ])
})

test('SQL and TypeScript read the same subject and number out of any entry', async () => {
  const { sql, ledger, tenantId } = await openTestLedger()
  const subjects: string[] = []
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('"', '","ts":"', ',"subjectSeq":7', '\u0000', '\\', '","subject":"x', 'ſ"é'),
  )
  await fc.assert(
    fc.asyncProperty(
      text.filter((each) => each.isWellFormed()),
      text.filter((each) => each.isWellFormed()),
      fc.option(fc.nat()),
      async (subject, actor, subjectSeq) => {
        const body = encodeEntryBody({
          v: 1,
          id: uuidV7(1, new Uint8Array(10)),
          ts: '2026-11-21T10:00:00.000Z',
          type: 'note.appended',
          actor,
          subject,
          ...(subjectSeq === null ? {} : { subjectSeq }),
          src: { producer: actor, version: subject },
          payload: { alg: 'HMAC-SHA256', c: 'AA==' },
          refs: [],
        })
        const leaf = encodeLeaf({ seq: 0, timeMs: 0, prev: new Uint8Array(32), body })
        const [row] = await sql.transaction('system', (tx) =>
          tx.query<{ subject: string; subject_seq: string | null }>(
            'select subject, subject_seq from ledger_subject_of($1)',
            [leaf],
          ),
        )
        assert.deepEqual(row, {
          subject: subjectKeyOf(nodeDigest, subject),
          subject_seq: subjectSeq === null ? null : String(subjectSeq),
        })
        subjects.push(subject)
      },
    ),
    { numRuns: 200 },
  )
  // The trigger searches by itself, many leaves at once.
  for (const facts of [subjects, subjects])
    await ledger.append(
      tenantId,
      facts.map((subject) => aFact({ subject })),
    )
  const verdict = await ledger.verifyLog(tenantId, {})
  assert.deepEqual([verdict.ok, verdict.size], [true, 2 * subjects.length])
})

test('the database refuses a leaf whose number is not the count of its subject', async () => {
  const opened = await openTestLedger()
  const { ledger, tenantId } = opened
  await ledger.append(tenantId, [aFact()])
  const refused = opened.sql.transaction({ tenantId }, async (tx) => {
    // Whoever does not see the counts numbers from 0 again.
    const blind: SqlTx = {
      async query<Row>(text: string, values?: Parameters<SqlTx['query']>[1]) {
        const rows = await tx.query<Row>(text, values)
        return text.includes('ledger_turn') ? rows.map((row) => ({ ...row, counts: [0] })) : rows
      },
    }
    await ledger.appendInTx(blind, tenantId, [aFact()])
  })
  await assert.rejects(refused, { code: 'LEDGER_APPEND_REFUSED' })
})

test('going down and up again counts what was there, also entries of a version that numbered nothing', async () => {
  const opened = await openTestLedger()
  const { ledger, tenantId } = opened
  await ledger.append(tenantId, [aFact(), aFact({ subject: 'x' }), aFact()])
  await withoutTrace(opened, async (tx) => {
    for (const statement of [migration('0003-subjects.down'), migration('0003-subjects.up')])
      await tx.query(statement)
    const rows = await tx.query<{ subject: string; entries: number }>(
      'select s.subject, s.entries from ledger_subject s join ledger_log l on l.log_id = s.log_id where l.tenant_id = $1 order by 2',
      [tenantId],
    )
    assert.deepEqual(rows, [
      { subject: subjectKeyOf(nodeDigest, 'x'), entries: 1 },
      { subject: subjectKeyOf(nodeDigest, 'harbour@2.1.0'), entries: 2 },
    ])
    const [entry] = await ledger.appendInTx(tx, tenantId, [aFact()])
    assert.equal(entry!.seq, 3)
  })
})
