// Why a body is refused, in words that stay the same: they stand in answers, audits and metric labels.
import type { ScanReason } from './json-scan.ts'

export type IngestReason =
  | ScanReason
  | 'contract'
  | 'contract-fault'
  | 'media-type'
  | 'encoded'
  | 'too-slow'

/** Every reason; a metric has one series for each. */
export const INGEST_REASONS: readonly IngestReason[] = [
  'too-large',
  'empty',
  'byte-order-mark',
  'not-utf-8',
  'not-json',
  'too-deep',
  'too-many-keys',
  'too-many-values',
  'duplicate-key',
  'forbidden-key',
  'lone-surrogate',
  'null-character',
  'inexact-number',
  'contract',
  'contract-fault',
  'media-type',
  'encoded',
  'too-slow',
]

export type IngestEvent =
  | { readonly type: 'ingest.refused'; readonly reason: IngestReason }
  | {
      readonly type: 'ingest.quarantined' | 'ingest.quarantine-full'
      readonly reason: IngestReason
    }
  | { readonly type: 'ingest.quarantine-failed'; readonly detail: string }
  /** A schema that somebody wanted for a contract; `reason` is one of a short list. */
  | { readonly type: 'contract.refused'; readonly reason: string }
