// All SQL of the keys that sign service tokens: no tenant's, and written in the deployment's own scope but for their early end.
import type { SqlTx } from '../../kernel/index.ts'
import type { TokenKey } from './model.ts'

interface TokenKeyRow {
  kid: string
  issuer: string
  public_key: Uint8Array
  signs_from: string
  signs_until: string
  ended_at: string | null
}

/** Published keys at most: two for each of the servers that a deployment can have. */
const KEY_LIMIT = 1_000

function tokenKeyOfRow(row: TokenKeyRow): TokenKey {
  return {
    kid: row.kid,
    issuer: row.issuer,
    publicKey: row.public_key,
    signsFromMs: Date.parse(row.signs_from),
    signsUntilMs: Date.parse(row.signs_until),
    isEnded: row.ended_at !== null,
  }
}

export async function selectTokenKeys(tx: SqlTx): Promise<TokenKey[]> {
  const rows = await tx.query<TokenKeyRow>(
    'select * from identity_token_key order by signs_from, kid limit $1',
    [KEY_LIMIT],
  )
  return rows.map(tokenKeyOfRow)
}

/** Of two servers that publish a deployment's first keys at once, the second has to see the issuer of the first. */
export async function lockTokenKeys(tx: SqlTx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('seaworthy.token-keys', 0))")
}

/** Every key that has not ended; to be asked under the lock, so that none is published meanwhile. @returns their kids, sorted */
export async function endTokenKeys(tx: SqlTx, at: string): Promise<readonly string[]> {
  const rows = await tx.query<{ kid: string }>(
    'update identity_token_key set ended_at = $1 where ended_at is null returning kid',
    [at],
  )
  return rows.map(({ kid }) => kid).sort()
}

/** Those of them that have not ended; to be asked under the lock. */
export async function endTokenKeysAgain(
  tx: SqlTx,
  kids: readonly string[],
  at: string,
): Promise<void> {
  await tx.query(
    'update identity_token_key set ended_at = $2 where kid = any($1) and ended_at is null',
    [kids, at],
  )
}

export async function insertTokenKey(tx: SqlTx, key: TokenKey): Promise<void> {
  await tx.query(
    `insert into identity_token_key (kid, issuer, public_key, signs_from, signs_until)
     values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [
      key.kid,
      key.issuer,
      key.publicKey,
      new Date(key.signsFromMs).toISOString(),
      new Date(key.signsUntilMs).toISOString(),
    ],
  )
}

/** Keeps the newest, which bears the deployment's issuer. */
export async function deleteRetiredTokenKeys(tx: SqlTx, signsUntil: string): Promise<void> {
  await tx.query(
    `delete from identity_token_key where signs_until < $1
     and kid <> (select kid from identity_token_key order by signs_until desc, kid limit 1)`,
    [signsUntil],
  )
}
