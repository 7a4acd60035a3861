// Codes of stored evidence.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const evidenceErrors = defineErrors({
  EVIDENCE_DIGEST_DIFFERS: {
    status: 422,
    exit: 2,
    title: 'The bytes are not what their digest says',
    hint: 'Send the bytes again; they changed on the way.',
  },
  EVIDENCE_REPORT_REFUSED: {
    status: 422,
    exit: 2,
    title: 'The file is no report that can be read',
    hint: 'Look at the reason; docs/evidence-formats.md lists the formats and how they are recognised.',
  },
  EVIDENCE_OBJECT_MISSING: {
    status: 404,
    exit: 6,
    title: 'No such evidence',
    hint: 'Evidence is uploaded before the statement that names it.',
  },
})

export const evidenceFault = faultsOf(evidenceErrors)
