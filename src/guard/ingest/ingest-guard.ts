// Admits a body or says why not: strict scan, then the contract; nothing is repaired, every refusal is counted and told.
import type { IngestReason } from './ingest-reason.ts'
import type { Quarantine } from './quarantine.ts'
import type { ScanLimits, ScanReason } from './json-scan.ts'
import { SCAN_LIMITS, scanJson } from './json-scan.ts'
import type { GuardClock, GuardSink } from '../model.ts'
import { expectCount, expectFunction, expectPort, quietSink } from '../wiring.ts'

/** A contract that is ready to be asked; what a compiled JSON Schema of ajv is. */
export interface Contract {
  (value: unknown): boolean
  readonly errors?: readonly { readonly instancePath?: string; readonly message?: string }[] | null
}

export interface IngestRefusal {
  readonly ok: false
  readonly reason: IngestReason
  readonly status: 400 | 408 | 413 | 415 | 422
  /** For the sender: what was expected, where; never a piece of the body. */
  readonly detail: string
}

export type IngestAnswer = { readonly ok: true; readonly value: unknown } | IngestRefusal

/** What an audit keeps of a refused body: enough to recognise it, too little to be it. */
export interface IngestRecord {
  readonly reason: IngestReason
  readonly sizeBytes: number
  /** SHA-256 of the body, hexadecimal. */
  readonly sha256: string
  /** Its first 64 bytes, hexadecimal, so that no log is steered by them. */
  readonly prefix: string
}

export interface IngestTerms {
  readonly clock: Pick<GuardClock, 'monotonicUs' | 'wait'>
  sha256(bytes: Uint8Array): string
  readonly contract?: Contract
  readonly limits?: Partial<ScanLimits>
  /** Keeps refused bodies as they came; without it they are gone. */
  readonly quarantine?: Pick<Quarantine, 'keep'>
  /** Hears of refusals at a capped rate; `sinceLastCount` tells how many were left out before this one. */
  readonly audit?: (record: IngestRecord, sinceLastCount: number) => void
  /** Longest time a body may take to come in. Default 30 s. */
  readonly bodyLimitMs?: number
  /** Hears of every refusal, for counters. */
  readonly sink?: GuardSink
  /** Records a second; a flood of rubbish must not fill a disk. Default 10. */
  readonly auditLimitPerS?: number
}

export interface IngestGuard {
  readonly limits: ScanLimits
  /** For bindings that read the body themselves. */
  readonly clock: Pick<GuardClock, 'monotonicUs' | 'wait'>
  readonly bodyLimitMs: number
  /** @param contract in place of the guard's own, for a service that has several */
  admit(bytes: Uint8Array, contract?: Contract): IngestAnswer
  /** Refusals by reason since the start: `ingest_malformed_total`. */
  counts(): Readonly<Partial<Record<IngestReason, number>>>
  /** Counts a refusal that a binding found before there was a body. */
  refuse(reason: IngestReason, detail: string, bytes?: Uint8Array): IngestRefusal
}

const PREFIX_BYTES = 64
const BODY_LIMIT_MS = 30_000
/** Timers take no more than 24 days. */
const BODY_LIMIT_MAX_MS = 24 * 3_600_000
const SCAN_LIMIT_MAX = 1_000_000_000
/** Mistakes of a body that are told to its sender. */
const TOLD_MISTAKES = 5

/** @throws GuardFault GUARD_TERMS_INVALID */
export function makeIngestGuard(terms: IngestTerms): IngestGuard {
  expectPort('clock of the ingest guard', terms.clock, ['monotonicUs', 'wait'])
  expectFunction('sha256 of the ingest guard (nodeSha256 is one)', terms.sha256)
  const limits = checkScanLimits(terms.limits)
  const bodyLimitMs = terms.bodyLimitMs ?? BODY_LIMIT_MS
  expectCount('bodyLimitMs of the ingest guard', bodyLimitMs, 1, BODY_LIMIT_MAX_MS)
  const sink = quietSink(terms.sink)
  const counts: Partial<Record<IngestReason, number>> = {}
  const mayTell = cappedRate(terms.clock, terms.auditLimitPerS ?? 10)
  let leftOut = 0
  const refuse = (
    reason: IngestReason,
    detail: string,
    bytes: Uint8Array = new Uint8Array(),
  ): IngestRefusal => {
    counts[reason] = (counts[reason] ?? 0) + 1
    sink({ type: 'ingest.refused', reason })
    const isTold = terms.audit !== undefined && mayTell()
    if (terms.audit !== undefined && !isTold) leftOut++
    try {
      if (isTold || (terms.quarantine !== undefined && bytes.length > 0)) {
        const sha256 = terms.sha256(bytes)
        terms.quarantine?.keep(reason, bytes, sha256)
        if (isTold) terms.audit?.(recordOf(reason, bytes, sha256), leftOut)
      }
      if (isTold) leftOut = 0
    } catch {
      // Bodies end in an event of their stream: what is thrown there ends the process. The record counts as left out.
      leftOut++
    }
    return { ok: false, reason, status: statusOf(reason), detail }
  }
  return {
    limits,
    clock: terms.clock,
    bodyLimitMs,
    counts: () => ({ ...counts }),
    refuse,
    admit(bytes, contract = terms.contract) {
      const scanned = scanJson(bytes, limits)
      if (!scanned.ok)
        return refuse(scanned.reason, describeScan(scanned.reason, scanned.at, limits), bytes)
      if (contract === undefined) return scanned
      const verdict = askContract(contract, scanned.value)
      if (verdict === 'fault')
        return refuse('contract-fault', 'expected a body that the contract can judge', bytes)
      return verdict ? scanned : refuse('contract', describeMistakes(contract), bytes)
    },
  }
}

/** A limit that is no number would limit nothing; one that is not given is the usual one. */
function checkScanLimits(given: Partial<ScanLimits> = {}): ScanLimits {
  const limits: Record<keyof ScanLimits, number> = { ...SCAN_LIMITS }
  for (const name of Object.keys(SCAN_LIMITS) as (keyof ScanLimits)[]) {
    const limit = given[name] ?? SCAN_LIMITS[name]
    expectCount(`limit ${name} of the ingest guard`, limit, 1, SCAN_LIMIT_MAX)
    limits[name] = limit
  }
  return limits
}

/** A contract that throws, or answers with a promise, has not said yes: the body is refused, and the service goes on. */
function askContract(contract: Contract, value: unknown): boolean | 'fault' {
  try {
    const verdict: unknown = contract(value)
    return typeof verdict === 'boolean' ? verdict : 'fault'
  } catch {
    // Counted as its own reason; what was thrown may hold the body.
    return 'fault'
  }
}

function statusOf(reason: IngestReason): IngestRefusal['status'] {
  if (reason === 'too-large') return 413
  if (reason === 'too-slow') return 408
  if (reason === 'media-type' || reason === 'encoded') return 415
  return reason === 'contract' || reason === 'contract-fault' ? 422 : 400
}

function recordOf(reason: IngestReason, bytes: Uint8Array, sha256: string): IngestRecord {
  const prefix = [...bytes.subarray(0, PREFIX_BYTES)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
  return { reason, sizeBytes: bytes.length, sha256, prefix }
}

function describeScan(reason: ScanReason, at: number | undefined, limits: ScanLimits): string {
  const expected: Readonly<Record<ScanReason, string>> = {
    'too-large': `at most ${limits.sizeBytes} bytes`,
    empty: 'a body',
    'byte-order-mark': 'no byte order mark',
    'not-utf-8': 'UTF-8',
    'not-json': 'JSON (RFC 8259)',
    'too-deep': `at most ${limits.depth} levels`,
    'too-many-keys': `at most ${limits.keyCount} keys`,
    'too-many-values': `at most ${limits.valueCount} values`,
    'duplicate-key': 'each key once',
    'forbidden-key': 'no key named __proto__',
    'lone-surrogate': 'whole characters',
    'null-character': 'no U+0000',
    'inexact-number': 'numbers that a double holds exactly as written',
  }
  return `expected ${expected[reason]}${at === undefined ? '' : `, see offset ${at}`}`
}

/** Paths and rules of a contract's mistakes: both come from the contract, not from the body. */
function describeMistakes({ errors }: Contract): string {
  const told = (errors ?? [])
    .slice(0, TOLD_MISTAKES)
    .map(({ instancePath = '', message = 'does not fit' }) => `${depthOf(instancePath)} ${message}`)
  return told.length === 0 ? 'expected what the contract says' : told.join('; ')
}

/** A pointer whose steps are names of the body could carry what a sender wrote: only short plain ones are repeated. */
function depthOf(pointer: string): string {
  return /^(?:\/[\w-]{1,40}){0,10}$/.test(pointer) ? pointer || '/' : 'a nested value'
}

/** A token bucket of one second's worth. */
function cappedRate(clock: Pick<GuardClock, 'monotonicUs'>, perS: number): () => boolean {
  let tokens = perS
  let lastUs = clock.monotonicUs()
  return () => {
    const nowUs = clock.monotonicUs()
    tokens = Math.min(perS, tokens + ((nowUs - lastUs) * perS) / 1_000_000)
    lastUs = nowUs
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}
