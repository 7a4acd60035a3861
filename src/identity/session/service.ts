// Begins, recognises and ends sessions. Every request asks the database: what was ended anywhere is over everywhere at once.
import { hexOf, utf8Bytes, UUID_CHANCE_BYTES, uuidV7 } from '../../kernel/index.ts'
import type { Clock, Digest, Random, Sql } from '../../kernel/index.ts'
import type { Ledger } from '../../ledger/index.ts'
import type { Account } from '../account/model.ts'
import { lockAccount } from '../account/store.ts'
import { makeFailureLimit } from '../api-key/failure-limit.ts'
import { identityFault } from '../errors.ts'
import { base64UrlOf } from '../service-token/model.ts'
import {
  endOfSession,
  looksLikeSessionSecret,
  SEEN_STEP_MS,
  SESSION_COUNT_LIMIT,
  SESSION_LIMITS,
} from './model.ts'
import type { Session, SessionLimits } from './model.ts'
import {
  deleteSession,
  deleteStaleSessions,
  insertSession,
  selectSessionAnywhere,
  selectSessions,
  updateSessionUse,
} from './store.ts'

export interface SessionPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly digest: Digest
  readonly ledger: Ledger
  readonly limits?: SessionLimits
}

export interface BegunSession {
  readonly session: Session
  /** What the cookie holds; told once and kept nowhere. */
  readonly secret: string
}

export interface KnownSession {
  readonly session: Session
  readonly account: Account
}

export interface Sessions {
  /**
   * Always under a new secret, also for somebody who has a session: what was known before opens nothing of this one.
   * @param authenticatedAtMs when the person proved who they are @param former secret of the session that this one replaces
   * @throws IDENTITY_ACCOUNT_UNKNOWN for an account that was removed meanwhile
   */
  begin(
    account: Pick<Account, 'tenantId' | 'accountId'>,
    authenticatedAtMs: number | undefined,
    former: string | undefined,
  ): Promise<BegunSession>
  /**
   * Undefined for what is no secret of ours by its form. A secret that was in force here before is asked about whatever else comes from its address.
   * @param peer address that it came from @throws IDENTITY_SESSION_ENDED, IDENTITY_FAILURES_LIMITED
   */
  verify(secret: string, peer?: string): Promise<KnownSession | undefined>
  /** Ending what is over, or never was, is no change. */
  end(secret: string): Promise<void>
  /** Of one account, newest first; those in force. */
  list(tenantId: string, accountId: string): Promise<readonly Session[]>
}

const SECRET_BYTES = 32
/** Sessions that are told from guesses without a look, each by the hash of its secret. */
const FAMILIAR_LIMIT_COUNT = 10_000

export function makeSessions(ports: SessionPorts): Sessions {
  const { sql, clock, digest, ledger, limits = SESSION_LIMITS } = ports
  const hashOf = (secret: string): string => hexOf(digest.sha256(utf8Bytes(secret)))
  const failures = makeFailureLimit(clock)
  const familiar = new FamiliarSecrets()
  const find = async (secret: string): Promise<KnownSession | undefined> => {
    if (!looksLikeSessionSecret(secret)) return undefined
    return sql.transaction('system', (tx) => selectSessionAnywhere(tx, hashOf(secret)))
  }
  const end = async (secret: string): Promise<void> => {
    const found = await find(secret)
    if (found === undefined) return
    const { tenantId, sessionId, accountId } = found.session
    await sql.transaction({ tenantId }, async (tx) => {
      if (!(await deleteSession(tx, tenantId, sessionId))) return
      const payload = { account: accountId, session: sessionId }
      await ledger.appendInTx(tx, tenantId, [
        { type: 'session.ended', actor: accountId, subject: accountId, payload, refs: [] },
      ])
    })
  }
  return {
    async begin({ tenantId, accountId }, authenticatedAtMs, former) {
      if (former !== undefined) await end(former)
      const secret = base64UrlOf(ports.random.bytes(SECRET_BYTES))
      const session = makeSession(ports, tenantId, accountId, authenticatedAtMs)
      const nowMs = Date.parse(session.startedAt)
      await sql.transaction({ tenantId }, async (tx) => {
        // Locked until the end: a removal comes wholly before, or finds this session and ends it.
        const account = await lockAccount(tx, tenantId, accountId)
        if (account === undefined || account.removedAt !== undefined)
          throw identityFault('IDENTITY_ACCOUNT_UNKNOWN', 'expected somebody with an account here')
        await insertSession(tx, session, hashOf(secret))
        await deleteStaleSessions(tx, session, {
          now: session.startedAt,
          idleSince: instantOf(nowMs - limits.idleMs),
          keptCount: SESSION_COUNT_LIMIT,
        })
        const payload = {
          account: accountId,
          authenticatedAt: session.authenticatedAt ?? null,
          session: session.sessionId,
        }
        await ledger.appendInTx(tx, tenantId, [
          { type: 'session.begun', actor: accountId, subject: accountId, payload, refs: [] },
        ])
      })
      familiar.add(hashOf(secret))
      return { session, secret }
    },
    async verify(secret, peer) {
      if (!looksLikeSessionSecret(secret)) return undefined
      const mark = hashOf(secret)
      // Each look costs the database a question, which whoever sends cookies of chance must not have for nothing.
      if (!familiar.has(mark)) failures.assertAdmitted(peer)
      const found = await find(secret)
      const nowMs = clock.nowMs()
      const why =
        found === undefined ? 'ended, or never begun' : endOfSession(found.session, nowMs, limits)
      if (found === undefined || why !== undefined) {
        familiar.forget(mark)
        failures.count(peer)
        throw identityFault('IDENTITY_SESSION_ENDED', `expected a session in force, got one ${why}`)
      }
      familiar.add(mark)
      if (Date.parse(found.session.seenAt) + SEEN_STEP_MS <= nowMs)
        await sql.transaction({ tenantId: found.session.tenantId }, (tx) =>
          updateSessionUse(tx, found.session, instantOf(nowMs)),
        )
      return found
    },
    end,
    async list(tenantId, accountId) {
      const all = await sql.transaction({ tenantId }, (tx) =>
        selectSessions(tx, tenantId, accountId),
      )
      const nowMs = clock.nowMs()
      return all.filter((each) => endOfSession(each, nowMs, limits) === undefined)
    },
  }
}

/** By their hashes, so that what lies in memory opens nothing. */
class FamiliarSecrets {
  readonly #marks = new Set<string>()

  has(mark: string): boolean {
    return this.#marks.has(mark)
  }

  /** Anew at the end: the oldest is the one that was not used for longest. */
  add(mark: string): void {
    this.#marks.delete(mark)
    const [oldest] = this.#marks
    if (this.#marks.size >= FAMILIAR_LIMIT_COUNT && oldest !== undefined) this.#marks.delete(oldest)
    this.#marks.add(mark)
  }

  forget(mark: string): void {
    this.#marks.delete(mark)
  }
}

function makeSession(
  { clock, random, limits = SESSION_LIMITS }: SessionPorts,
  tenantId: string,
  accountId: string,
  authenticatedAtMs: number | undefined,
): Session {
  const nowMs = clock.nowMs()
  return {
    tenantId,
    accountId,
    sessionId: `session-${uuidV7(nowMs, random.bytes(UUID_CHANCE_BYTES))}`,
    startedAt: instantOf(nowMs),
    ...(authenticatedAtMs === undefined ? {} : { authenticatedAt: instantOf(authenticatedAtMs) }),
    seenAt: instantOf(nowMs),
    endsAt: instantOf(nowMs + limits.wholeMs),
  }
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString()
}
