// Each value of each row that a log consists of is changed, each row deleted, swapped, each table emptied: found, or named here.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listFieldChanges } from '../../test/field-changes.ts'
import type { FieldChange } from '../../test/field-changes.ts'
import { aFact, openTestLedger } from '../../test/ledger.ts'
import { isFound, judgeTampering, LEDGER_TABLES, openTampered } from '../../test/tampered-log.ts'
import type { TamperedLog } from '../../test/tampered-log.ts'

const SIZE = 6

/** What verification with a checkpoint outside does not find, and why. */
const MISSED: Readonly<Record<string, string>> = {
  'ledger_checkpoint.created_at': 'when the row was written is in no signature',
  'ledger_checkpoint.*': 'nobody counts the checkpoints that were signed; those outside remain',
  'ledger_checkpoint.log_id': 'as if it were deleted',
  'ledger_daily.log_id': 'as if it were deleted',
  'ledger_daily.created_at': 'when the row was written is in no signature',
  'ledger_daily.*': 'nobody counts the days that were sealed; the system log has their roots',
  'ledger_dek.made_by': 'when a process may remember the key',
}

class Refused extends Error {}
class Same extends Error {}

type Outcome = 'found' | 'refused' | 'same' | 'missed'

interface Outside {
  readonly size: number
  readonly root: Uint8Array
}

/** `refused` by the table itself, `same` where the change changes nothing. */
async function judge(
  tampered: TamperedLog,
  change: FieldChange,
  outside: Outside,
): Promise<Outcome> {
  try {
    const seen = await judgeTampering(
      tampered,
      async (tx) => {
        const changed = await change.apply(tx).catch((error: unknown) => {
          throw new Refused(String(error))
        })
        if (changed.length === 0) throw new Same()
      },
      outside,
    )
    return isFound(seen.checkpoint) ? 'found' : 'missed'
  } catch (error) {
    if (error instanceof Refused) return 'refused'
    if (error instanceof Same) return 'same'
    throw error
  }
}

async function outsideOf({ ledger, tenantId }: TamperedLog, size: number): Promise<Outside> {
  const { root2: root } = await ledger.proveConsistency(tenantId, size, size)
  return { size, root }
}

function changesOf({ sql, logId, tenantId }: TamperedLog): Promise<FieldChange[]> {
  return sql.transaction('system', async (tx) => {
    const all: FieldChange[] = []
    for (const table of LEDGER_TABLES)
      all.push(...(await listFieldChanges(tx, { table, where: 'log_id = $1', parameter: logId })))
    const keys = { table: 'ledger_dek', where: 'tenant_id = $1', parameter: tenantId }
    return [...all, ...(await listFieldChanges(tx, keys))]
  })
}

test('no value of a log can be changed and no row deleted unnoticed, but for those that are named', async () => {
  const addNeighbour = async (): Promise<void> => {
    const { ledger, tenantId } = await openTestLedger()
    await ledger.append(tenantId, [aFact()])
  }
  // A row can be moved into the log on either side.
  await addNeighbour()
  const tampered = await openTampered(SIZE)
  await addNeighbour()
  const outside = await outsideOf(tampered, SIZE)
  const counts: Record<Outcome, number> = { found: 0, refused: 0, same: 0, missed: 0 }
  const missed = new Set<string>()
  for (const change of await changesOf(tampered)) {
    const outcome = await judge(tampered, change, outside)
    counts[outcome]++
    if (outcome === 'missed') missed.add(`${change.table}.${change.column}`)
  }
  assert.deepEqual([...missed].toSorted(), Object.keys(MISSED).toSorted())
  assert.ok(counts.found > 200 && counts.refused > 50, JSON.stringify(counts))
})

test('nor any value of a tile', async () => {
  const size = 300
  const tampered = await openTampered(size)
  const outside = await outsideOf(tampered, size)
  const changes = (await changesOf(tampered)).filter(({ table }) => table === 'ledger_tile')
  const outcomes = new Set<string>()
  for (const change of changes) {
    const outcome = await judge(tampered, change, outside)
    assert.notEqual(outcome, 'missed', `${change.column} ${change.how}`)
    outcomes.add(outcome)
  }
  assert.ok(changes.length > 10 && outcomes.has('found'), `${changes.length} changes`)
})

test('two rows whose places are swapped, and a table without its rows, are found', async () => {
  const tampered = await openTampered(SIZE)
  const { logId } = tampered
  const outside = await outsideOf(tampered, SIZE)
  const swaps = ['ledger_entry', 'ledger_payload', 'ledger_idem'].map((table): FieldChange => {
    const move = (tx: Parameters<FieldChange['apply']>[0], from: number, to: number) =>
      tx.query(`update ${table} set seq = ${to} where log_id = $1 and seq = ${from} returning 1`, [
        logId,
      ])
    return {
      table,
      column: '*',
      row: 3,
      how: 'swapped with the next',
      apply: async (tx) => [
        ...(await move(tx, 3, 1_000)),
        ...(await move(tx, 4, 3)),
        ...(await move(tx, 1_000, 4)),
      ],
    }
  })
  for (const swap of swaps) assert.equal(await judge(tampered, swap, outside), 'found', swap.table)
  const outcomes: Record<string, Outcome> = {}
  for (const table of LEDGER_TABLES)
    outcomes[table] = await judge(
      tampered,
      {
        table,
        column: '*',
        row: -1,
        how: 'all deleted',
        apply: (tx) => tx.query(`delete from ${table} where log_id = $1 returning 1`, [logId]),
      },
      outside,
    )
  const missed = Object.keys(outcomes).filter((table) => outcomes[table] === 'missed')
  assert.deepEqual(missed, ['ledger_checkpoint', 'ledger_daily'])
  assert.equal(outcomes['ledger_tile'], 'same', 'six entries fill no tile')
})
