// Makes a fact ready to be appended: every check and all hashing that need no lock.
import {
  canonicalBytes,
  canonicalize,
  concatBytes,
  hexOf,
  isContentDigest,
  SeaworthyError,
  utf8Bytes,
  UUID_CHANCE_BYTES,
  uuidV7,
} from '../kernel/index.ts'
import type { Digest, Random, Tracing } from '../kernel/index.ts'
import {
  commitCanonical,
  encodeUncountedBody,
  isEntryId,
  isEntryInstant,
  isEntryType,
  countedLeafLimit,
  LEAF_LIMIT_BYTES,
  SALT_BYTES,
} from '../proof/index.ts'
import type { EntryBody, UncountedBody } from '../proof/index.ts'
import { ledgerFault } from './errors.ts'
import type { LedgerFact } from './model.ts'
import type { PayloadOwner } from './payload/keys.ts'

/** Canonical bytes a payload may have; larger content is evidence, named by digest. */
export const PAYLOAD_LIMIT_BYTES = 256 * 1024
const REFS_LIMIT = 500
const LINE_FEED = new Uint8Array([0x0a])

export interface Producer {
  readonly producer: string
  readonly version: string
}

export interface PreparedFact {
  readonly id: string
  /** True when the caller gave the id: a later append of the same id must find this one. */
  readonly keepsId: boolean
  readonly body: UncountedBody
  /** What decides whose key the payload is sealed under. */
  readonly owner: PayloadOwner
  /** What the subject is counted under. */
  readonly subjectKey: string
  readonly salt: Uint8Array
  /** Canonical JSON. */
  readonly payload: string
  /** What the caller said, canonical: what a repetition is compared by. Made when it is asked for, as few facts are repeated. */
  readonly content: () => Uint8Array
  /** `traceparent` of what appends it; kept beside the log for its readers, no part of what is proven. */
  readonly trace?: string
}

export interface FactPorts {
  readonly digest: Digest
  readonly random: Random
  readonly producer: Producer
  readonly tracing?: Pick<Tracing, 'current'>
}

/** @throws LEDGER_ENTRY_REFUSED, LEDGER_ENTRY_TOO_LARGE */
export function prepareFact(ports: FactPorts, fact: LedgerFact, nowMs: number): PreparedFact {
  assertFact(fact)
  const ts = fact.ts ?? new Date(timeOfFact(fact, nowMs)).toISOString()
  const id = fact.id ?? uuidV7(Date.parse(ts), ports.random.bytes(UUID_CHANCE_BYTES))
  const salt = ports.random.bytes(SALT_BYTES)
  const payload = canonicalPayload(fact)
  const payloadBytes = utf8Bytes(payload)
  if (payloadBytes.length > PAYLOAD_LIMIT_BYTES) {
    throw ledgerFault(
      'LEDGER_ENTRY_TOO_LARGE',
      `expected a payload of at most ${PAYLOAD_LIMIT_BYTES} bytes, got ${payloadBytes.length}`,
    )
  }
  const { type, actor, subject, refs } = fact
  const body = encodeUncountedBody({
    v: 1,
    id,
    ts,
    type,
    actor,
    subject,
    src: ports.producer,
    payload: commitCanonical(ports.digest, salt, payloadBytes),
    refs,
  })
  const leafBytes = countedLeafLimit(body)
  if (leafBytes > LEAF_LIMIT_BYTES) {
    throw ledgerFault(
      'LEDGER_ENTRY_TOO_LARGE',
      `expected an entry of at most ${LEAF_LIMIT_BYTES} bytes, got ${leafBytes}`,
    )
  }
  const trace = ports.tracing?.current()
  const said = { type, actor, subject, refs, ...(fact.ts === undefined ? {} : { ts: fact.ts }) }
  return {
    id,
    keepsId: fact.id !== undefined,
    body,
    owner: { type, actor, subject },
    subjectKey: subjectKeyOf(ports.digest, subject),
    salt,
    payload,
    content: () => contentOf(said, payloadBytes),
    ...(trace === undefined ? {} : { trace }),
  }
}

/** An id that the ledger makes says the millisecond of the entry, one of a caller another: so a lost repetition row is missed. */
function timeOfFact({ id }: LedgerFact, nowMs: number): number {
  return id !== undefined && isIdOf(id, nowMs) ? nowMs - 1 : nowMs
}

function isIdOf(id: string, atMs: number): boolean {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) === atMs
}

/** Whether a caller chose the id. False for entries of before 2026-11-28 whose caller made it in the very millisecond of the entry. */
export function isIdChosen({ id, ts }: Pick<EntryBody, 'id' | 'ts'>): boolean {
  return !isIdOf(id, Date.parse(ts))
}

/** Hexadecimal SHA-256 of the subject as JSON, as the database computes it from the leaf. */
export function subjectKeyOf(digest: Digest, subject: string): string {
  return hexOf(digest.sha256(canonicalBytes(subject)))
}

/** What a repetition is compared by: everything the caller said, canonical. */
export function contentOf(
  said: Omit<LedgerFact, 'id' | 'payload'>,
  payload: Uint8Array,
): Uint8Array {
  return concatBytes([canonicalBytes(said), LINE_FEED, payload])
}

/** Keyed by the entry's salt, so that the row says nothing about the payload once the salt is destroyed. */
export function hashContent(digest: Digest, salt: Uint8Array, content: Uint8Array): Uint8Array {
  return digest.hmacSha256(salt, content)
}

// The reader's own rules, applied before writing: what could not be read back is not written.
function assertFact(fact: LedgerFact): void {
  if (fact.id !== undefined && !isEntryId(fact.id)) {
    throw ledgerFault('LEDGER_ENTRY_REFUSED', 'expected id to be a UUID of version 7 in lower case')
  }
  if (!isEntryType(fact.type)) {
    throw ledgerFault(
      'LEDGER_ENTRY_REFUSED',
      'expected type to be words joined by dots, such as note.appended',
    )
  }
  if (!fact.actor.isWellFormed() || !fact.subject.isWellFormed()) {
    throw ledgerFault('LEDGER_ENTRY_REFUSED', 'expected actor and subject without lone surrogates')
  }
  if (fact.ts !== undefined && !isEntryInstant(fact.ts)) {
    throw ledgerFault(
      'LEDGER_ENTRY_REFUSED',
      'expected ts to be an RFC 3339 instant in UTC with milliseconds',
    )
  }
  if (fact.refs.length > REFS_LIMIT || !fact.refs.every(isContentDigest)) {
    throw ledgerFault(
      'LEDGER_ENTRY_REFUSED',
      `expected at most ${REFS_LIMIT} refs, each sha256: and 64 hexadecimal digits`,
    )
  }
}

function canonicalPayload(fact: LedgerFact): string {
  try {
    return canonicalize(fact.payload)
  } catch (error) {
    if (!(error instanceof SeaworthyError)) throw error
    throw ledgerFault('LEDGER_ENTRY_REFUSED', `payload: ${error.message}`, { cause: error })
  }
}
