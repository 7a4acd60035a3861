// What can go wrong with the audit log.
import { defineErrors, EXIT, faultsOf } from '../kernel/index.ts'

export const auditErrors = defineErrors({
  AUDIT_UNRECORDED: {
    status: 503,
    exit: EXIT.unavailable,
    title: 'The request could not be recorded, so it is not answered',
    hint: 'Look before repeating: what changes outside the database may have been done. `/health/ready` says what is missing.',
    retryable: true,
  },
  AUDIT_INDEX_BEHIND: {
    status: 503,
    exit: EXIT.unavailable,
    title: 'The list of audit entries is still being made from the ledger',
    hint: 'Ask again: every try takes it further, and so does a server by itself. The ledger has all entries.',
    retryable: true,
  },
})

export const auditFault = faultsOf(auditErrors)
