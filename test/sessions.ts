// Accounts and sessions of a fresh tenant as two servers know them, on a clock that tests move.
import { identitySlice, makeAccounts, makeSessions } from '../src/identity/index.ts'
import type { Accounts, Sessions } from '../src/identity/index.ts'
import type { Sql } from '../src/kernel/index.ts'
import type { Ledger } from '../src/ledger/index.ts'
import type { FakeClock } from './clock.ts'
import { nodeDigest, nodeRandom } from './crypto.ts'
import { freshTenant, openTestSql } from './database.ts'
import { openTestLedger } from './ledger.ts'

export const ISSUER = 'https://login.example'

export interface Lodge {
  readonly sql: Sql
  readonly clock: FakeClock
  readonly ledger: Ledger
  readonly tenantId: string
  readonly accounts: Accounts
  readonly sessions: Sessions
  /** The same sessions as another server knows them. */
  readonly elsewhere: Sessions
  freshTenant(): Promise<string>
  /** Invites somebody into a tenant and lets them in. */
  admit(subject: string, tenantId?: string): Promise<{ tenantId: string; accountId: string }>
}

export async function openLodge(): Promise<Lodge> {
  const { ledger, clock, tenantId } = await openTestLedger()
  const sql = await openTestSql([{ name: 'identity', migrations: identitySlice.migrations! }])
  const ports = { sql, ledger, clock, random: nodeRandom, digest: nodeDigest }
  const issuers = [{ name: 'corp', label: 'Corp', issuer: ISSUER }]
  const accounts = makeAccounts({ ...ports, issuers })
  return {
    sql,
    clock,
    ledger,
    tenantId,
    accounts,
    sessions: makeSessions(ports),
    elsewhere: makeSessions(ports),
    freshTenant: () => freshTenant(sql),
    async admit(subject, tenant = tenantId) {
      await accounts.invite(tenant, 'operator', { subject, role: 'developer', environments: null })
      return accounts.admit({ issuer: ISSUER, subject }, tenant, tenant)
    },
  }
}
