// Makes, rotates and revokes API keys; each of it is a fact in the tenant's ledger.
import type { Clock, Digest, Random, SlowHash, Sql, SqlTx } from '../../kernel/index.ts'
import type { Ledger } from '../../ledger/index.ts'
import { identityFault } from '../errors.ts'
import { makeApiKeyText } from './format.ts'
import type { ApiKeyReach } from './format.ts'
import { makeKeyStates } from './key-states.ts'
import { API_KEY_LIMIT, apiKeyPayload, earlierOf, endOfKey } from './model.ts'
import type { ApiKey, ApiKeyWish } from './model.ts'
import { lockRegistrations } from '../store.ts'
import { hashSecret } from './secret-hash.ts'
import {
  countApiKeys,
  insertApiKey,
  lockApiKey,
  selectApiKeys,
  updateApiKeyEnd,
  updateApiKeyRevocation,
  withoutHash,
} from './store.ts'
import type { StoredApiKey } from './store.ts'
import { makeKeyVerification } from './verification.ts'
import type { KeyVerification } from './verification.ts'
import type { RowPage } from '../../web/index.ts'

export interface ApiKeyPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly digest: Digest
  readonly slowHash: SlowHash
  readonly ledger: Ledger
}

/** A key with its text, which is told once and kept nowhere. */
export interface IssuedApiKey {
  readonly key: ApiKey
  readonly text: string
}

export interface ApiKeys {
  /** @throws IDENTITY_SCOPE_REFUSED for an admin limited to environments; IDENTITY_FULL */
  create(tenantId: string, actor: string, wish: ApiKeyWish, within?: SqlTx): Promise<IssuedApiKey>
  /** The first key of a tenant; undefined when it has, or ever had, one. */
  createFirst(tenantId: string, actor: string, wish: ApiKeyWish): Promise<IssuedApiKey | undefined>
  /**
   * A successor with the same rights; the predecessor goes on for `overlapS` seconds, or until it would have ended.
   * @throws IDENTITY_API_KEY_UNKNOWN; IDENTITY_API_KEY_OVER for one that is over or has a successor
   */
  rotate(tenantId: string, actor: string, keyId: string, overlapS: number): Promise<IssuedApiKey>
  /** Revoking again is no change. @throws IDENTITY_API_KEY_UNKNOWN */
  revoke(tenantId: string, actor: string, keyId: string, reason: string): Promise<ApiKey>
  /** The oldest first; every key, or one page. */
  list(tenantId: string, page?: RowPage): Promise<readonly ApiKey[]>
  readonly verify: KeyVerification['verify']
  readonly verifyAgain: KeyVerification['verifyAgain']
  /** Whether the key still opens something; for whoever acts in its name without showing it. */
  isInForce(keyId: string): Promise<boolean>
}

const SECOND_MS = 1_000

export function makeApiKeys(ports: ApiKeyPorts): ApiKeys {
  const { sql, clock, ledger } = ports
  const verification = makeKeyVerification(ports)
  const states = makeKeyStates(ports)
  const forget = (keyId: string): void => {
    verification.forget(keyId)
    states.forget(keyId)
  }
  const issue = async (
    tenantId: string,
    actor: string,
    wish: ApiKeyWish,
    predecessor?: string,
  ): Promise<{ readonly stored: StoredApiKey; readonly text: string }> => {
    const { keyId, secretPart, text } = makeApiKeyText(ports.random, reachOf(wish))
    const nowMs = clock.nowMs()
    const stored: StoredApiKey = {
      tenantId,
      keyId,
      name: wish.name,
      role: wish.role,
      environments: wish.environments,
      lifetimeS: wish.lifetimeS,
      secretHash: await hashSecret(ports, secretPart),
      createdAt: instantOf(nowMs),
      createdBy: actor,
      ...(wish.lifetimeS === null
        ? {}
        : { expiresAt: instantOf(nowMs + wish.lifetimeS * SECOND_MS) }),
      ...(predecessor === undefined ? {} : { predecessor }),
    }
    return { stored, text }
  }
  const tell = (
    tx: SqlTx,
    type: 'created' | 'rotated' | 'revoked',
    actor: string,
    key: ApiKey,
    reason?: string,
  ): Promise<unknown> => {
    const payload = {
      ...(apiKeyPayload(key) as object),
      ...(reason === undefined ? {} : { reason }),
    }
    const fact = { type: `api-key.${type}`, actor, subject: `key-${key.keyId}`, payload, refs: [] }
    return ledger.appendInTx(tx, key.tenantId, [fact])
  }
  return {
    verify: (text, peer) => verification.verify(text, peer),
    verifyAgain: (text) => verification.verifyAgain(text),
    isInForce: (keyId) => states.isInForce(keyId),
    async create(tenantId, actor, wish, within) {
      assertScope(wish)
      const { stored, text } = await issue(tenantId, actor, wish)
      const keep = async (tx: SqlTx): Promise<IssuedApiKey> => {
        await insertApiKey(tx, stored)
        await assertRoom(tx, tenantId)
        await tell(tx, 'created', actor, stored)
        return { key: withoutHash(stored), text }
      }
      return within === undefined ? sql.transaction({ tenantId }, keep) : keep(within)
    },
    async createFirst(tenantId, actor, wish) {
      assertScope(wish)
      const { stored, text } = await issue(tenantId, actor, wish)
      return sql.transaction({ tenantId }, async (tx) => {
        // Of two servers that start together one makes the key.
        await lockRegistrations(tx, tenantId)
        if ((await countApiKeys(tx, tenantId)) > 0) return undefined
        await insertApiKey(tx, stored)
        await tell(tx, 'created', actor, stored)
        return { key: withoutHash(stored), text }
      })
    },
    async rotate(tenantId, actor, keyId, overlapS) {
      const old = await sql.transaction({ tenantId }, (tx) => lockApiKey(tx, tenantId, keyId))
      if (old === undefined) throw unknownKey(keyId)
      // Hashed before the transaction: nothing slow belongs into one.
      const { stored, text } = await issue(tenantId, actor, old, keyId)
      const issued = await sql.transaction({ tenantId }, async (tx) => {
        const now = await lockApiKey(tx, tenantId, keyId)
        if (now === undefined) throw unknownKey(keyId)
        const end = endOfKey(now, clock.nowMs())
        if (end !== undefined) throw keyOver(keyId, `it ${end}`)
        if (!(await insertApiKey(tx, stored))) throw keyOver(keyId, 'it has a successor already')
        await assertRoom(tx, tenantId)
        const overlapEnd = instantOf(clock.nowMs() + overlapS * SECOND_MS)
        await updateApiKeyEnd(tx, tenantId, keyId, earlierOf(now.expiresAt, overlapEnd))
        await tell(tx, 'rotated', actor, stored)
        return { key: withoutHash(stored), text }
      })
      forget(keyId)
      return issued
    },
    async revoke(tenantId, actor, keyId, reason) {
      const revoked = await sql.transaction({ tenantId }, async (tx) => {
        const found = await lockApiKey(tx, tenantId, keyId)
        if (found === undefined) throw unknownKey(keyId)
        if (found.revokedAt !== undefined) return withoutHash(found)
        const at = instantOf(clock.nowMs())
        await updateApiKeyRevocation(tx, tenantId, keyId, { at, by: actor, reason })
        await tell(tx, 'revoked', actor, found, reason)
        return { ...withoutHash(found), revokedAt: at }
      })
      forget(keyId)
      return revoked
    },
    async list(tenantId, page) {
      const keys = await sql.transaction({ tenantId }, (tx) => selectApiKeys(tx, tenantId, page))
      return keys.map(withoutHash)
    },
  }
}

/** Scanners rank a leaked key by it: one that can change production says so. */
function reachOf({ environments }: ApiKeyWish): ApiKeyReach {
  return environments === null || environments.includes('production') ? 'live' : 'test'
}

// An admin makes keys, also such as have no limits: a limit on an admin would only look like one.
function assertScope({ role, environments }: ApiKeyWish): void {
  if (role === 'admin' && environments !== null)
    throw identityFault(
      'IDENTITY_SCOPE_REFUSED',
      'expected an admin for every environment, got one limited to some',
    )
}

async function assertRoom(tx: SqlTx, tenantId: string): Promise<void> {
  if ((await countApiKeys(tx, tenantId)) > API_KEY_LIMIT)
    throw identityFault('IDENTITY_FULL', `expected at most ${API_KEY_LIMIT} API keys of one tenant`)
}

function unknownKey(keyId: string): Error {
  return identityFault(
    'IDENTITY_API_KEY_UNKNOWN',
    `expected the id of an API key, got ${JSON.stringify(keyId.slice(0, 100))}`,
  )
}

function keyOver(keyId: string, why: string): Error {
  return identityFault(
    'IDENTITY_API_KEY_OVER',
    `expected a key to go on from, got ${keyId}: ${why}`,
  )
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString()
}
