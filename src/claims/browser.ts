// Door of claims for a browser: audits bytes that a reader handed in; no file, no network, no page.
import { readDocumentBytes } from '../document/index.ts'
import { auditScene } from './audit.ts'
import { LADDER } from './model.ts'
import type { AuditReport } from './model.ts'
import { CLAIM_RULES } from './rules.ts'
import { readScene, refuseLargeScene } from './scene.ts'
import type { Scene } from './scene.ts'

/** The rungs of the maturity ladder, lowest first; `level` of an area is an index into it. */
export const CLAIM_RUNGS: readonly string[] = LADDER

/** The rules for people to read, in order. */
export const CLAIM_RULE_WORDS = CLAIM_RULES.map(({ id, title, why, silent, fix }) => ({
  id,
  title,
  why,
  silent,
  fix,
}))

/** A document as it was handed in. */
export interface NamedBytes {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface AnnotatedAudit {
  readonly report: AuditReport
  /** The report as it was read, line by line; a quote's `line` is an index into it, counted from 1. */
  readonly lines: readonly string[]
}

/**
 * The same audit as `seaworthy claims`, without a working copy and without a ledger.
 * @throws DOCUMENT_CONTENT_EMPTY, DOCUMENT_CONTENT_BINARY, DOCUMENT_ENCODING_UNKNOWN, DOCUMENT_NESTING_EXCEEDED, CLAIMS_REPORT_SIZE_EXCEEDED
 */
export function auditBytes(given: NamedBytes, checklist?: NamedBytes): AnnotatedAudit {
  const { scene, lines } = sceneOf(given.bytes)
  const asides =
    checklist === undefined ? {} : { checklist: sceneOf(checklist.bytes, checklist.name).scene }
  return { report: auditScene(scene, asides), lines }
}

function sceneOf(
  bytes: Uint8Array,
  document?: string,
): { readonly scene: Scene; readonly lines: readonly string[] } {
  refuseLargeScene(bytes.length)
  const reading = readDocumentBytes(bytes)
  return { scene: readScene(reading, document), lines: reading.text.split(/\r?\n/) }
}
