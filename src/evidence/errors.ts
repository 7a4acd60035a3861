// Codes of stored evidence.
import { defineErrors, faultsOf } from '../kernel/index.ts'

export const evidenceErrors = defineErrors({
  EVIDENCE_DIGEST_DIFFERS: {
    status: 422,
    exit: 2,
    title: 'The bytes are not what their digest says',
    hint: 'Send the bytes again; they changed on the way.',
  },
  EVIDENCE_OBJECT_MISSING: {
    status: 404,
    exit: 6,
    title: 'No such evidence',
    hint: 'Evidence is uploaded before the statement that names it.',
  },
})

export const evidenceFault = faultsOf(evidenceErrors)
