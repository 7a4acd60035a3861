// What an action told of itself outside the database, when its transaction is undone, and when nobody knows how its commit ended.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest, nodeRandom } from '../../test/crypto.ts'
import { openTestSql } from '../../test/database.ts'
import { openTestLedger } from '../../test/ledger.ts'
import type { Action, Sql } from '../kernel/index.ts'
import { ledgerSlice } from '../ledger/index.ts'
import { actionSlice, makeActions } from './index.ts'

test('what was told outside is taken back when the transaction was undone, and not when nobody knows how its commit ended', async () => {
  const slices = [ledgerSlice, actionSlice]
  const sql = await openTestSql(
    slices.flatMap(({ name, migrations }) => (migrations ? [{ name, migrations }] : [])),
  )
  const { ledger, clock, tenantId } = await openTestLedger()
  const world = { isStuck: true, doneCount: 0, takenBackCount: 0 }
  /** The connection is lost once the commit of what was done is on its way. */
  const losing: Sql = {
    engine: sql.engine,
    async transaction(scope, work) {
      const before = world.doneCount
      const result = await sql.transaction(scope, work)
      if (world.doneCount > before) throw new Error('the connection is lost')
      return result
    },
  }
  const shown = { summary: 'lower it', risk: 'low', changes: [], policy: 'ask', state: {} } as const
  const action: Action = {
    name: 'crane.lower',
    summary: 'Lower the crane',
    open: () =>
      Promise.resolve({
        preview: () => Promise.resolve(shown),
        carryOut: () => {
          if (world.isStuck) return Promise.reject(new Error('the winch is stuck'))
          world.doneCount++
          return Promise.resolve({})
        },
        takeBack: () => Promise.resolve(void world.takenBackCount++),
      }),
  }
  const system = { random: nodeRandom, digest: nodeDigest, areOneHand: () => Promise.resolve(true) }
  const confirmSecret = new Uint8Array(32).fill(7)
  const actions = makeActions({ ...system, sql: losing, ledger, clock, confirmSecret })
  const principal = { id: 'operator', tenantId }
  const { token } = await actions.preview(principal, action, {})
  await assert.rejects(actions.confirm(principal, action, token), /winch is stuck/)
  assert.equal(world.takenBackCount, 1)
  world.isStuck = false
  await assert.rejects(actions.confirm(principal, action, token), /connection is lost/)
  assert.deepEqual([world.doneCount, world.takenBackCount], [1, 1])
})
