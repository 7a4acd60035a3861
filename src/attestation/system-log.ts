// The system log: a Merkle log of what this deployment signed for others, in the form that Sigstore's clients verify.
import { canonicalBytes, concatBytes } from '../kernel/index.ts'
import type { Clock, Digest, Random, Signer, Sql, SqlTx } from '../kernel/index.ts'
import {
  consistencyRanges,
  formatNoteKey,
  formatTlogProof,
  inclusionRanges,
  keyIdOf,
  noteKeyOf,
  sealCheckpoint,
  verifyConsistency,
  verifyInclusion,
} from '../proof/index.ts'
import { attestationFault } from './errors.ts'
import { assertNodes, hashSystemRanges, keepNodes } from './nodes.ts'
import type { NodePorts } from './nodes.ts'
import { encodeRecord, logIdentity, presentBundle, presentTrustedRoot } from './own-bundle.ts'
import type { LoggedEntry, OwnEnvelope } from './own-bundle.ts'
import {
  insertAuthority,
  insertEntry,
  insertSystemLog,
  lockSystemLog,
  selectAuthorities,
  selectEntryPlace,
  selectSystemLogs,
  selectSystemSize,
} from './store.ts'
import type { StoredLog } from './store.ts'
import { authorityOf, issueTimestamp, makeTimestampAuthority } from './timestamp.ts'
import type { TimestampAuthority } from './timestamp.ts'

/** Frozen, as every name in something signed. */
const ROOT_KIND = 'seaworthy.tenantRoot/1'

/** What was signed of the log last, kept outside of the database. */
export interface SystemLogGuard {
  read(origin: string): Promise<Signed | undefined>
  write(origin: string, next: Signed): Promise<void>
}

interface Signed {
  readonly size: number
  readonly root: Uint8Array
}

export interface SystemLogPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly digest: Digest
  readonly random: Random
  readonly guard: SystemLogGuard
  /** The log's name, without white space; also the name of its key. */
  readonly origin: string
  /** Asked when something is logged or shown for the first time: most processes never do. */
  openSigners(): Promise<SystemLogSigners>
}

export interface SystemLogSigners {
  /** Ed25519; signs checkpoints of this log only. */
  readonly log: Signer
  /** ECDSA P-256; signs timestamps only. */
  readonly timestamp: Signer
  /** ECDSA P-256; signs the certificate of the timestamp key, once. */
  readonly timestampRoot: Signer
}

interface OpenParts {
  readonly logSigner: Signer
  readonly authority: TimestampAuthority
}

export interface SystemLog {
  /** Logs and stamps an envelope of ours: a Sigstore bundle v0.3, as JSON. The same envelope has one entry. */
  attest(envelope: OwnEnvelope): Promise<Readonly<Record<string, unknown>>>
  /** Logs the root that a day of a tenant's ledger was sealed with; the same root has one entry. */
  recordRoot(root: TenantRoot): Promise<void>
  /** C2SP tlog-proof of that entry, with its bytes in it; undefined when the root is not in the log. */
  proveRoot(root: TenantRoot): Promise<ProvenRoot | undefined>
  /** Whom such bundles are believed from: every log key and timestamp authority this deployment had, as Sigstore lists them. */
  describeTrust(): Promise<Readonly<Record<string, unknown>>>
}

/** What a day of one tenant's ledger was sealed with. The origin is opaque, so the log may be shown to everybody. */
export interface TenantRoot {
  readonly origin: string
  readonly size: number
  /** Base64. */
  readonly root: string
  /** YYYY-MM-DD, UTC. */
  readonly day: string
}

export interface ProvenRoot {
  readonly tlogProof: string
  /** Verifier key of the system log. */
  readonly noteKey: string
}

export function makeSystemLog(ports: SystemLogPorts): SystemLog {
  const { sql, digest, clock, origin } = ports
  let opened: Promise<OpenParts> | undefined
  const open = (): Promise<OpenParts> => {
    opened ??= openParts(ports)
    // What failed is tried again by whoever asks next.
    opened.catch(() => (opened = undefined))
    return opened
  }
  return {
    async attest(envelope) {
      const { authority, logSigner } = await open()
      const body = encodeRecord(digest, envelope)
      await sql.transaction('system', (tx) => appendBody(ports, tx, body))
      // In a transaction of its own: what the guard is told of is committed.
      const entry = await sql.transaction('system', (tx) => proveBody(ports, logSigner, tx, body))
      const stamp = await issueTimestamp(ports, authority, envelope.signature, clock.nowMs())
      const logId = logIdentity(digest, origin, logSigner.publicKey)
      return presentBundle(envelope, { ...entry, logId }, stamp)
    },
    async recordRoot(root) {
      await open()
      await sql.transaction('system', (tx) => appendBody(ports, tx, encodeRoot(root)))
    },
    async proveRoot(root) {
      const { logSigner } = await open()
      const body = encodeRoot(root)
      const entry = await sql.transaction('system', async (tx) => {
        const seq = await selectEntryPlace(tx, origin, hashBody(digest, body))
        return seq === undefined ? undefined : proveBody(ports, logSigner, tx, body)
      })
      if (entry === undefined) return undefined
      const { seq, proof, checkpoint } = entry
      const noteKey = formatNoteKey(noteKeyOf(digest, origin, logSigner.publicKey))
      const tlogProof = formatTlogProof({ index: seq, hashes: proof, extra: body, checkpoint })
      return { tlogProof, noteKey }
    },
    async describeTrust() {
      await open()
      const [logs, authorities] = await sql.transaction('system', async (tx) => [
        await selectSystemLogs(tx),
        await selectAuthorities(tx),
      ])
      return presentTrustedRoot(digest, logs, authorities)
    },
  }
}

/** Makes log and authority on first use; several servers that share their keys end up with the same ones. */
async function openParts(ports: SystemLogPorts): Promise<OpenParts> {
  const { sql, digest, clock, origin } = ports
  const { log: logSigner, timestamp: timestampSigner, timestampRoot } = await ports.openSigners()
  // Timestamps are of whole seconds, and none may lie before its authority began.
  const beganMs = Math.floor(clock.nowMs() / 1_000) * 1_000
  const beganAt = new Date(beganMs).toISOString()
  const noteKey = noteKeyOf(digest, origin, logSigner.publicKey)
  const log: StoredLog = {
    origin,
    noteKey: formatNoteKey(noteKey),
    publicKey: logSigner.publicKey,
    beganAt,
  }
  const made = await makeTimestampAuthority(digest, {
    organization: origin,
    rootSigner: timestampRoot,
    signer: timestampSigner,
    sinceMs: beganMs,
  })
  const keyId = keyIdOf(digest, timestampSigner.publicKey)
  return sql.transaction('system', async (tx) => {
    await lockSystemLog(tx)
    await insertSystemLog(tx, log)
    const known = (await selectSystemLogs(tx)).find((each) => each.origin === origin)
    if (known?.noteKey !== log.noteKey)
      throw attestationFault(
        'ATTESTATION_LOG_CHANGED',
        `expected the key of ${origin} that its log began with, got another`,
      )
    const nodes = { digest, tx, origin }
    await assertNodes(nodes)
    await assertContinued(ports, nodes)
    await insertAuthority(tx, { keyId, certificates: made.certificates, beganAt })
    const stored = (await selectAuthorities(tx)).find((each) => each.keyId === keyId)
    const certificates = stored?.certificates ?? made.certificates
    return { logSigner, authority: authorityOf(digest, origin, timestampSigner, certificates) }
  })
}

async function appendBody(
  { digest, origin }: SystemLogPorts,
  tx: SqlTx,
  body: Uint8Array,
): Promise<void> {
  await lockSystemLog(tx)
  const leafHash = hashBody(digest, body)
  if ((await selectEntryPlace(tx, origin, leafHash)) !== undefined) return
  const seq = await insertEntry(tx, origin, body, leafHash)
  await keepNodes({ digest, tx, origin }, seq, leafHash)
}

/** What it costs grows with the logarithm of the log. @throws ATTESTATION_LOG_CHANGED when what was signed before is no longer its beginning */
async function proveBody(
  ports: SystemLogPorts,
  logSigner: Signer,
  tx: SqlTx,
  body: Uint8Array,
): Promise<LoggedEntry> {
  const { digest, origin, guard } = ports
  await lockSystemLog(tx)
  const leafHash = hashBody(digest, body)
  const nodes = { digest, tx, origin }
  const next = await assertContinued(ports, nodes)
  const seq = await selectEntryPlace(tx, origin, leafHash)
  if (seq === undefined) throw changed(origin, next.size)
  const proof = await hashSystemRanges(nodes, inclusionRanges(seq, next.size))
  if (!verifyInclusion(digest, { leafHash, seq, ...next, proof })) throw changed(origin, next.size)
  const checkpoint = await sealCheckpoint(digest, logSigner, { origin, ...next })
  await guard.write(origin, next)
  return { seq, ...next, body, checkpoint, proof }
}

/** The tree of today, which begins with the one that was signed last. @throws ATTESTATION_LOG_CHANGED */
async function assertContinued(
  { digest, origin, guard }: SystemLogPorts,
  nodes: NodePorts,
): Promise<Signed> {
  const size = await selectSystemSize(nodes.tx, origin)
  const signed = await guard.read(origin)
  if (signed !== undefined && signed.size > size) throw changed(origin, size, signed.size)
  const [root] = await hashSystemRanges(nodes, [{ from: 0, until: size }])
  const next = { size, root: root! }
  if (signed === undefined) return next
  const proof = await hashSystemRanges(nodes, consistencyRanges(signed.size, size))
  const claim = { size1: signed.size, root1: signed.root, size2: size, root2: next.root, proof }
  if (!verifyConsistency(digest, claim)) throw changed(origin, size, signed.size)
  return next
}

function changed(origin: string, size: number, signedSize = 0): Error {
  return attestationFault(
    'ATTESTATION_LOG_CHANGED',
    `expected ${origin} to begin with the ${signedSize} entries that were signed, got ${size} that do not`,
  )
}

function encodeRoot({ origin, size, root, day }: TenantRoot): Uint8Array {
  return canonicalBytes({ kind: ROOT_KIND, origin, size, root, day })
}

/** RFC 6962 leaf hash of the bare body, as Rekor has it: no header of ours. */
function hashBody(digest: Digest, body: Uint8Array): Uint8Array {
  return digest.sha256(concatBytes([Uint8Array.of(0), body]))
}
