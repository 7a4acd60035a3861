// All SQL of the system log and of the timestamp authority's certificates.
import { hexOf } from '../kernel/index.ts'
import type { SqlTx } from '../kernel/index.ts'
import type { Subtree } from '../proof/index.ts'

export interface StoredLog {
  readonly origin: string
  readonly noteKey: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
  readonly beganAt: string
}

export interface StoredAuthority {
  readonly keyId: string
  readonly certificates: readonly [leaf: Uint8Array, root: Uint8Array]
  readonly beganAt: string
}

/** A full subtree of two entries or more, and its RFC 6962 hash. */
export interface StoredNode extends Subtree {
  readonly hash: Uint8Array
}

interface LogRow {
  origin: string
  note_key: string
  public_key: Uint8Array
  began_at: string
}

interface AuthorityRow {
  key_id: string
  leaf: Uint8Array
  root: Uint8Array
  began_at: string
}

/** One writer at a time; whoever comes second sees what the first one did. */
export async function lockSystemLog(tx: SqlTx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('seaworthy.system-log', 0))")
}

export async function insertSystemLog(tx: SqlTx, log: StoredLog): Promise<void> {
  await tx.query(
    `insert into attestation_log (origin, note_key, public_key, began_at) values ($1, $2, $3, $4)
     on conflict do nothing`,
    [log.origin, log.noteKey, log.publicKey, log.beganAt],
  )
}

export async function selectSystemLogs(tx: SqlTx): Promise<readonly StoredLog[]> {
  const rows = await tx.query<LogRow>(
    'select origin, note_key, public_key, began_at from attestation_log order by began_at, origin',
  )
  return rows.map((row) => ({
    origin: row.origin,
    noteKey: row.note_key,
    publicKey: row.public_key,
    beganAt: row.began_at,
  }))
}

/** Position of an entry that is there already. */
export async function selectEntryPlace(
  tx: SqlTx,
  origin: string,
  leafHash: Uint8Array,
): Promise<number | undefined> {
  const rows = await tx.query<{ seq: number }>(
    'select seq from attestation_entry where origin = $1 and leaf_hash = $2',
    [origin, leafHash],
  )
  return rows[0]?.seq
}

/** Appends behind the last entry; the caller holds the log's turn. @returns its position */
export async function insertEntry(
  tx: SqlTx,
  origin: string,
  body: Uint8Array,
  leafHash: Uint8Array,
): Promise<number> {
  const rows = await tx.query<{ seq: number }>(
    `insert into attestation_entry (origin, seq, body, leaf_hash)
     select $1, coalesce(max(seq) + 1, 0), $2, $3 from attestation_entry where origin = $1
     returning seq`,
    [origin, body, leafHash],
  )
  return rows[0]!.seq
}

/** Every entry's hash and position, in order. */
export async function selectLeafHashes(
  tx: SqlTx,
  origin: string,
): Promise<readonly { readonly seq: number; readonly leafHash: Uint8Array }[]> {
  const rows = await tx.query<{ seq: number; leaf_hash: Uint8Array }>(
    'select seq, leaf_hash from attestation_entry where origin = $1 order by seq',
    [origin],
  )
  return rows.map((row) => ({ seq: row.seq, leafHash: row.leaf_hash }))
}

/** How many entries the log has. */
export async function selectSystemSize(tx: SqlTx, origin: string): Promise<number> {
  const [row] = await tx.query<{ size: number }>(
    'select coalesce(max(seq) + 1, 0) as size from attestation_entry where origin = $1',
    [origin],
  )
  return row!.size
}

/** Those that are there already stay as they are. */
export async function insertNodes(
  tx: SqlTx,
  origin: string,
  nodes: readonly StoredNode[],
): Promise<void> {
  if (nodes.length === 0) return
  await tx.query(
    `insert into attestation_node (origin, level, idx, hash)
     select $1, level, idx, decode(hash, 'hex') from unnest($2::int[], $3::bigint[], $4::text[]) as n (level, idx, hash)
     on conflict do nothing`,
    [
      origin,
      nodes.map(({ level }) => level),
      nodes.map(({ index }) => index),
      nodes.map(({ hash }) => hexOf(hash)),
    ],
  )
}

/** The hash of each subtree, an entry's own at level 0; null where none is kept. */
export async function selectNodes(
  tx: SqlTx,
  origin: string,
  wanted: readonly Subtree[],
): Promise<(Uint8Array | null)[]> {
  const rows = await tx.query<{ hash: Uint8Array | null }>(
    `select coalesce(n.hash, e.leaf_hash) as hash
     from unnest($2::int[], $3::bigint[]) with ordinality as w (level, idx, nth)
       left join attestation_node n on n.origin = $1 and n.level = w.level and n.idx = w.idx
       left join attestation_entry e on e.origin = $1 and w.level = 0 and e.seq = w.idx
     order by w.nth`,
    [origin, wanted.map(({ level }) => level), wanted.map(({ index }) => index)],
  )
  return rows.map(({ hash }) => hash)
}

export async function insertAuthority(tx: SqlTx, authority: StoredAuthority): Promise<void> {
  const [leaf, root] = authority.certificates
  await tx.query(
    `insert into attestation_authority (key_id, leaf, root, began_at) values ($1, $2, $3, $4)
     on conflict do nothing`,
    [authority.keyId, leaf, root, authority.beganAt],
  )
}

export async function selectAuthorities(tx: SqlTx): Promise<readonly StoredAuthority[]> {
  const rows = await tx.query<AuthorityRow>(
    'select key_id, leaf, root, began_at from attestation_authority order by began_at, key_id',
  )
  return rows.map((row) => ({
    keyId: row.key_id,
    certificates: [row.leaf, row.root],
    beganAt: row.began_at,
  }))
}
