// What is shown is asked about again: what opens nothing more ends its connections, and so does what cannot be looked at for long.
import assert from 'node:assert/strict'
import test from 'node:test'
import { fakeClock } from '../../test/clock.ts'
import type { Caller } from '../kernel/index.ts'
import type { LedgerEntry } from '../ledger/index.ts'
import { Credentials } from './credentials.ts'
import type { Shown } from './credentials.ts'

const ignore = (): undefined => undefined
const CALLER: Caller = {
  id: 'key-1',
  tenantId: 'local',
  role: 'viewer',
  environments: null,
  credential: 'api-key',
}
const SHOWN: Shown = { token: 'x', tenant: undefined, session: undefined, peer: '192.0.2.7' }
const body = { type: 'api-key.revoked', subject: CALLER.id }
const ASK_NOW = [{ body } as Partial<LedgerEntry> as LedgerEntry]

test('what cannot be looked at keeps its connections for a minute after it last could, and no longer', async () => {
  const clock = fakeClock(0)
  let isAway = false
  let closedCount = 0
  const asked: Shown[] = []
  const credentials = new Credentials({
    clock,
    log: { info: ignore, warn: ignore, error: ignore },
    authenticate(shown) {
      asked.push(shown)
      return isAway ? Promise.reject(new Error('the database is away')) : Promise.resolve(CALLER)
    },
  })
  credentials.admit(SHOWN, CALLER, () => (closedCount += 1))
  const ask = (): Promise<void> => credentials.hear(CALLER.tenantId, ASK_NOW)
  clock.advance(90_000)
  await ask()
  isAway = true
  clock.advance(60_000)
  await ask()
  assert.equal(closedCount, 0)
  clock.advance(1)
  await ask()
  assert.equal(closedCount, 1)
  const askedAgain = { ...SHOWN, wasLetIn: true }
  assert.deepEqual(asked, [askedAgain, askedAgain, askedAgain])
})
