// What an API key is once it is stored: whose, what it may do, and until when.
import type { AccessRole, Json } from '../../kernel/index.ts'

export interface ApiKey {
  readonly tenantId: string
  readonly keyId: string
  readonly name: string
  readonly role: AccessRole
  /** Environments that the key may change something in; null = every one. */
  readonly environments: readonly string[] | null
  /** RFC 3339. */
  readonly createdAt: string
  readonly createdBy: string
  /** RFC 3339; absent = it does not expire. */
  readonly expiresAt?: string
  /** How long it was made for, in seconds; its successor is made for as long. */
  readonly lifetimeS: number | null
  /** To the minute; absent = it was never used. */
  readonly lastUsedAt?: string
  /** Id of the key that this one replaces. */
  readonly predecessor?: string
  readonly revokedAt?: string
}

export interface ApiKeyWish {
  readonly name: string
  readonly role: AccessRole
  readonly environments: readonly string[] | null
  readonly lifetimeS: number | null
}

export const API_KEY_EVENTS = ['api-key.created', 'api-key.rotated', 'api-key.revoked'] as const

/** Keys of one tenant at most, ended ones included: the list of them is whole. */
export const API_KEY_LIMIT = 10_000

/** Ends at the earlier of the two instants in RFC 3339. */
export function earlierOf(a: string | undefined, b: string): string {
  return a !== undefined && Date.parse(a) <= Date.parse(b) ? a : b
}

/** Why a key opens nothing any more; undefined while it does. */
export function endOfKey(
  key: Pick<ApiKey, 'revokedAt' | 'expiresAt'>,
  nowMs: number,
): string | undefined {
  if (key.revokedAt !== undefined) return `revoked at ${key.revokedAt}`
  if (key.expiresAt !== undefined && Date.parse(key.expiresAt) <= nowMs)
    return `expired at ${key.expiresAt}`
  return undefined
}

/** The fact that goes into the ledger's committed payload; nothing of the secret, not even its hash. */
export function apiKeyPayload(key: ApiKey): Json {
  return {
    environments: key.environments,
    expiresAt: key.expiresAt ?? null,
    keyId: key.keyId,
    name: key.name,
    role: key.role,
    ...(key.predecessor === undefined ? {} : { predecessor: key.predecessor }),
  }
}
