// Sessions as they can lie in the database of a composed house: in force, over, of somebody removed, of another tenant.
import { createHash, randomBytes } from 'node:crypto'
import type { AccessRole, Sql } from '../src/kernel/index.ts'
import { insertAccount, updateAccountRemoval } from '../src/identity/account/store.ts'
import { insertSession } from '../src/identity/session/store.ts'
import { ensureTenant } from '../src/platform/index.ts'

export interface SweptSessions {
  readonly admin: string
  readonly developer: string
  readonly viewer: string
  /** Begun longer ago than a session can last. */
  readonly expired: string
  readonly idle: string
  readonly removed: string
  /** Of an admin who proved who they are six minutes ago. */
  readonly stale: string
  /** Of an admin whose issuer does not say when they did. */
  readonly untold: string
  /** Never begun, or deleted. */
  readonly revoked: string
  /** Of an admin of another tenant. */
  readonly foreign: string
}

interface Wish {
  readonly role?: AccessRole
  readonly tenantId?: string
  readonly startedHoursAgo?: number
  readonly seenHoursAgo?: number
  readonly isRemoved?: boolean
  /** Null = the issuer did not say. */
  readonly provenMinutesAgo?: number | null
}

const HOUR_MS = 3_600_000

export async function insertSweptSessions(sql: Sql): Promise<SweptSessions> {
  const make = (wish: Wish): Promise<string> => insertOne(sql, wish)
  return {
    admin: await make({}),
    developer: await make({ role: 'developer' }),
    viewer: await make({ role: 'viewer' }),
    expired: await make({ startedHoursAgo: 13 }),
    idle: await make({ startedHoursAgo: 2, seenHoursAgo: 1 }),
    removed: await make({ isRemoved: true }),
    stale: await make({ provenMinutesAgo: 6 }),
    untold: await make({ provenMinutesAgo: null }),
    revoked: newSecret(),
    foreign: await make({ tenantId: 'other' }),
  }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

async function insertOne(
  sql: Sql,
  {
    role = 'admin',
    tenantId = 'local',
    startedHoursAgo = 0,
    seenHoursAgo = 0,
    isRemoved,
    provenMinutesAgo = 0,
  }: Wish,
): Promise<string> {
  const secret = newSecret()
  const accountId = `account-${randomBytes(8).toString('hex')}`
  const ago = (hours: number): string => new Date(Date.now() - hours * HOUR_MS).toISOString()
  const at = ago(startedHoursAgo)
  await ensureTenant(sql, tenantId, at)
  await sql.transaction({ tenantId }, async (tx) => {
    await insertAccount(tx, {
      tenantId,
      accountId,
      issuer: 'https://login.example',
      subject: accountId,
      role,
      environments: null,
      signsAs: [],
      invitedAt: at,
      invitedBy: 'operator',
      expiresAt: ago(-24),
    })
    const session = { tenantId, accountId, sessionId: `session-of-${accountId}`, startedAt: at }
    const authenticatedAt = provenMinutesAgo === null ? undefined : ago(provenMinutesAgo / 60)
    const times = { seenAt: ago(seenHoursAgo), endsAt: ago(startedHoursAgo - 12) }
    const hash = createHash('sha256').update(secret).digest('hex')
    await insertSession(
      tx,
      { ...session, ...times, ...(authenticatedAt && { authenticatedAt }) },
      hash,
    )
    if (isRemoved === true)
      await updateAccountRemoval(tx, tenantId, accountId, { at, by: 'operator', reason: 'left' })
  })
  return secret
}
