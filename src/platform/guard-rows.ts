// What a checkpoint guard remembers, as text and as rows: per log what was signed last, whose it is, and how it began.
import { base64Of, bytesEqual, bytesOfBase64 } from '../kernel/index.ts'
import { platformFault } from './errors.ts'

export interface GuardedCheckpoint {
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
}

/** A size and its root in base64. */
export interface GuardedEnd {
  readonly size: number
  readonly root: string
}

/** What began a log that goes on for others. */
export interface GuardedRestore {
  /** Hexadecimal SHA-256 of the statement that was signed. */
  readonly statement: string
  /** base64 of the key that signed it. */
  readonly publicKey: string
  /** By origin, how the tenant's other logs stand from then on; null for one that the database lacks. */
  readonly stands: Readonly<Record<string, GuardedEnd | null>>
}

export interface GuardedLog {
  readonly origin: string
  /** Undefined for a restore that was announced and never came to sign anything. */
  readonly signed: GuardedCheckpoint | undefined
  /** Undefined for a log of which no restore was announced. */
  readonly restored: GuardedRestore | undefined
}

interface GuardRow extends Omit<GuardedLog, 'origin'> {
  /** Undefined in rows of versions that did not say it. */
  readonly tenant: string | undefined
}

/** By origin, oldest first. */
export type GuardRows = Map<string, GuardRow>

export function logsOfTenant(rows: GuardRows, tenantId: string): readonly GuardedLog[] {
  return [...rows]
    .filter(([, { tenant }]) => tenant === tenantId)
    .map(([origin, { signed, restored }]) => ({ origin, signed, restored }))
}

/**
 * @returns whether the rows are others now
 * @throws PLATFORM_CHECKPOINT_CONFLICT for a smaller size, or another root for the same size
 */
export function advanceRow(
  rows: GuardRows,
  origin: string,
  next: GuardedCheckpoint,
  tenantId: string | undefined,
): boolean {
  const row = rows.get(origin)
  const last = row?.signed
  const tenant = row?.tenant ?? tenantId
  if (last !== undefined) {
    const isFork = next.size === last.size && !bytesEqual(next.root, last.root)
    if (next.size < last.size || isFork) {
      throw platformFault(
        'PLATFORM_CHECKPOINT_CONFLICT',
        `expected a checkpoint of ${origin} after size ${last.size}, got ${isFork ? 'another root for' : ''} size ${next.size}`,
        { details: { origin, signedSize: last.size, size: next.size } },
      )
    }
    if (next.size === last.size && row?.tenant === tenant) return false
  }
  rows.set(origin, { signed: next, tenant, restored: row?.restored })
  return true
}

/** @throws PLATFORM_CHECKPOINT_CONFLICT once something was signed of the log */
export function announceRow(
  rows: GuardRows,
  origin: string,
  tenant: string,
  restored: GuardedRestore,
): boolean {
  const row = rows.get(origin)
  if (row?.signed !== undefined)
    throw platformFault(
      'PLATFORM_CHECKPOINT_CONFLICT',
      `expected ${origin} to be new, got a log of which ${row.signed.size} entries were signed`,
      { details: { origin, signedSize: row.signed.size } },
    )
  rows.set(origin, { signed: undefined, tenant, restored })
  return true
}

export function formatGuard(rows: GuardRows): string {
  const lines = [...rows].map(([origin, { signed, tenant, restored }]) => {
    const named = signed === undefined ? {} : { size: signed.size, root: base64Of(signed.root) }
    return [origin, { ...named, tenant, restored }]
  })
  return `${JSON.stringify(Object.fromEntries(lines), null, 2)}\n`
}

/** @throws SyntaxError, TypeError for what is no guard */
export function parseGuard(text: string): GuardRows {
  const entries = Object.entries(JSON.parse(text) as object)
  return new Map(entries.map(([origin, row]) => [origin, readRow(row as Partial<StoredRow>)]))
}

interface StoredRow {
  readonly size: unknown
  readonly root: unknown
  readonly tenant: unknown
  readonly restored: Partial<Record<keyof GuardedRestore, unknown>>
}

function readRow({ size, root, tenant, restored }: Partial<StoredRow>): GuardRow {
  const isOwned = tenant === undefined || typeof tenant === 'string'
  const isSigned = isSize(size) && typeof root === 'string'
  const isAnnounced = size === undefined && root === undefined && restored !== undefined
  if (!isOwned || !(isSigned || isAnnounced)) throw new TypeError('a row without size and root')
  return {
    tenant,
    signed: isSigned ? { size, root: bytesOfBase64(root) } : undefined,
    restored: restored === undefined ? undefined : readRestore(restored),
  }
}

function readRestore({ statement, publicKey, stands }: StoredRow['restored']): GuardedRestore {
  if (typeof statement !== 'string' || typeof publicKey !== 'string' || !isRecord(stands))
    throw new TypeError('a restore without its statement')
  return {
    statement,
    publicKey,
    stands: Object.fromEntries(
      Object.entries(stands).map(([origin, end]) => [origin, end === null ? null : readEnd(end)]),
    ),
  }
}

function readEnd(value: unknown): GuardedEnd {
  const { size, root } = isRecord(value) ? value : {}
  if (!isSize(size) || typeof root !== 'string') throw new TypeError('an end without its root')
  return { size, root }
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
