// A decision in the formats that other tools read.
import { utf8Bytes } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import { ATTESTATION_FORMATS, buildAttestation } from './attestation.ts'
import { standingsAt } from './compose.ts'
import { renderJunit } from './junit.ts'
import type { ReportFacts } from './model.ts'
import { renderOscal } from './oscal.ts'
import { renderSarif } from './sarif.ts'

export const EXPORT_FORMATS = [...ATTESTATION_FORMATS, 'junit', 'sarif', 'oscal'] as const

export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** A file as it is, or an in-toto statement that has to be signed before it says anything. */
export type ReleaseExport =
  | { readonly kind: 'file'; readonly bytes: Uint8Array }
  | { readonly kind: 'statement'; readonly statement: Readonly<Record<string, unknown>> }

/** Pure. @param verifier key id of the control plane */
export function composeExport(
  digest: Digest,
  format: ExportFormat,
  facts: ReportFacts,
  verifier: string,
): ReleaseExport {
  const standings = standingsAt(digest, facts)
  switch (format) {
    case 'junit':
      return { kind: 'file', bytes: utf8Bytes(renderJunit(facts, standings)) }
    case 'sarif':
      return { kind: 'file', bytes: utf8Bytes(renderSarif(facts)) }
    case 'oscal':
      return { kind: 'file', bytes: utf8Bytes(renderOscal(digest, facts, standings)) }
    default:
      return { kind: 'statement', statement: buildAttestation(format, facts, standings, verifier) }
  }
}
