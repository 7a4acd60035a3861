// API keys of a fresh tenant as two servers know them, with hashes that are counted and held back, and a database that can be lost.
import { SeaworthyError } from '../src/kernel/index.ts'
import type { SlowHash, Sql } from '../src/kernel/index.ts'
import type { Ledger } from '../src/ledger/index.ts'
import { identitySlice, makeApiKeys } from '../src/identity/index.ts'
import type { ApiKeys } from '../src/identity/index.ts'
import { systemSlowHash } from '../src/platform/index.ts'
import type { FakeClock } from './clock.ts'
import { nodeDigest, nodeRandom } from './crypto.ts'
import { openTestSql } from './database.ts'
import { openTestLedger } from './ledger.ts'

export interface Gatehouse {
  readonly sql: Sql
  readonly clock: FakeClock
  readonly ledger: Ledger
  readonly tenantId: string
  readonly keys: ApiKeys
  /** The same keys as another server knows them. */
  readonly elsewhere: ApiKeys
  /** Hashes worked out so far, by both. */
  hashCount(): number
  loseDatabase(): void
  /** Holds hashes back until they are let go. */
  holdHashes(): () => void
}

export async function openGatehouse(): Promise<Gatehouse> {
  const { ledger, clock, tenantId } = await openTestLedger()
  const sql = await openTestSql([{ name: 'identity', migrations: identitySlice.migrations! }])
  let hashCount = 0
  let held: Promise<void> = Promise.resolve()
  const slowHash: SlowHash = {
    async argon2id(...terms) {
      hashCount++
      await held
      return systemSlowHash.argon2id(...terms)
    },
  }
  let isDown = false
  const failing: Sql = {
    engine: sql.engine,
    transaction: (scope, work) =>
      isDown ? Promise.reject(new Error('the database is away')) : sql.transaction(scope, work),
  }
  const ports = { sql: failing, ledger, clock, random: nodeRandom, digest: nodeDigest, slowHash }
  return {
    sql,
    clock,
    ledger,
    tenantId,
    keys: makeApiKeys(ports),
    elsewhere: makeApiKeys(ports),
    hashCount: () => hashCount,
    loseDatabase() {
      isDown = true
    },
    holdHashes() {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      return resolve
    },
  }
}

/** What became of a verification: opened, refused, or the code it was refused with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    (value) => (value === undefined ? 'refused' : 'opened'),
    (error: unknown) => (error instanceof SeaworthyError ? error.code : String(error)),
  )
}

/** Chance that spells the id of a key, and its secret too when wanted. */
export function grafter(text: string, withSecret = false): (count: number) => Uint8Array {
  const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  const spelled = [text.slice(9, 21), ...(withSecret ? [text.slice(22, 54)] : [])]
  return (count) => {
    const next = spelled.shift()
    return next === undefined
      ? nodeRandom.bytes(count)
      : Uint8Array.from(next, (letter) => letters.indexOf(letter))
  }
}
