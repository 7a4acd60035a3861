// All SQL of sessions, and of the answers of issuers that were taken once.
import type { SqlTx } from '../../kernel/index.ts'
import { accountOfRow } from '../account/store.ts'
import type { AccountRow } from '../account/store.ts'
import type { Account } from '../account/model.ts'
import type { Session } from './model.ts'

interface SessionRow {
  tenant_id: string
  session_id: string
  account_id: string
  started_at: string
  authenticated_at: string | null
  seen_at: string
  ends_at: string
}

function sessionOfRow(row: SessionRow): Session {
  return {
    tenantId: row.tenant_id,
    sessionId: row.session_id,
    accountId: row.account_id,
    startedAt: row.started_at,
    ...(row.authenticated_at === null ? {} : { authenticatedAt: row.authenticated_at }),
    seenAt: row.seen_at,
    endsAt: row.ends_at,
  }
}

export async function insertSession(
  tx: SqlTx,
  session: Session,
  secretHash: string,
): Promise<void> {
  await tx.query(
    `insert into identity_session
       (tenant_id, session_id, account_id, secret_hash, started_at, authenticated_at, seen_at, ends_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      session.tenantId,
      session.sessionId,
      session.accountId,
      secretHash,
      session.startedAt,
      session.authenticatedAt ?? null,
      session.seenAt,
      session.endsAt,
    ],
  )
}

/** Without the tenant, which only the session tells; in the deployment's own scope. Of accounts in force alone. */
export async function selectSessionAnywhere(
  tx: SqlTx,
  secretHash: string,
): Promise<{ readonly session: Session; readonly account: Account } | undefined> {
  const rows = await tx.query<SessionRow & AccountRow>(
    `select account.*, session.session_id, session.started_at, session.authenticated_at, session.seen_at, session.ends_at
     from identity_session session
     join identity_account account using (tenant_id, account_id)
     where session.secret_hash = $1 and account.removed_at is null`,
    [secretHash],
  )
  return rows[0] && { session: sessionOfRow(rows[0]), account: accountOfRow(rows[0]) }
}

/** Newest first. */
export async function selectSessions(
  tx: SqlTx,
  tenantId: string,
  accountId: string,
): Promise<Session[]> {
  const rows = await tx.query<SessionRow>(
    `select * from identity_session where tenant_id = $1 and account_id = $2
     order by started_at desc, session_id`,
    [tenantId, accountId],
  )
  return rows.map(sessionOfRow)
}

export async function updateSessionUse(
  tx: SqlTx,
  { tenantId, sessionId }: Session,
  seenAt: string,
): Promise<void> {
  await tx.query(
    `update identity_session set seen_at = $3
     where tenant_id = $1 and session_id = $2 and seen_at < $3`,
    [tenantId, sessionId, seenAt],
  )
}

export async function deleteSession(
  tx: SqlTx,
  tenantId: string,
  sessionId: string,
): Promise<boolean> {
  const rows = await tx.query(
    'delete from identity_session where tenant_id = $1 and session_id = $2 returning session_id',
    [tenantId, sessionId],
  )
  return rows.length === 1
}

/** @returns how many there were */
export async function deleteSessionsOf(
  tx: SqlTx,
  tenantId: string,
  accountId: string,
): Promise<number> {
  const rows = await tx.query(
    'delete from identity_session where tenant_id = $1 and account_id = $2 returning session_id',
    [tenantId, accountId],
  )
  return rows.length
}

/** Sessions of the tenant that are over by themselves, and what an account has beyond its newest ones. */
export async function deleteStaleSessions(
  tx: SqlTx,
  { tenantId, accountId }: Session,
  terms: { readonly now: string; readonly idleSince: string; readonly keptCount: number },
): Promise<void> {
  await tx.query(
    'delete from identity_session where tenant_id = $1 and (ends_at <= $2 or seen_at <= $3)',
    [tenantId, terms.now, terms.idleSince],
  )
  await tx.query(
    `delete from identity_session where tenant_id = $1 and account_id = $2 and session_id in (
       select session_id from identity_session where tenant_id = $1 and account_id = $2
       order by started_at desc, session_id offset $3)`,
    [tenantId, accountId, terms.keptCount],
  )
}

/** @returns false when the answer was taken before; in the deployment's own scope */
export async function insertSpentAnswer(
  tx: SqlTx,
  stateHash: string,
  spentAt: string,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into identity_spent_answer (state_hash, spent_at) values ($1, $2)
     on conflict do nothing returning state_hash`,
    [stateHash, spentAt],
  )
  return rows.length === 1
}

export async function deleteSpentAnswers(tx: SqlTx, before: string): Promise<void> {
  await tx.query('delete from identity_spent_answer where spent_at < $1', [before])
}
