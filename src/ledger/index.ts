// Front door of the ledger.
import type { Slice } from '../kernel/index.ts'
import { LEDGER_CHECKS } from './checks.ts'
import { ledgerErrors } from './errors.ts'
import { LEDGER_EVENTS } from './model.ts'

export { makeLedgerChecks } from './checks.ts'
export { makeLedgerRoutes } from './http.ts'
export { openJournalledSql } from './journal.ts'
export type { JournalledSql, LeafJournal } from './journal.ts'
export { QUEUE_LIMIT } from './model.ts'
export type * from './model.ts'
export { makeLedger } from './service.ts'
export type { LedgerPorts } from './service.ts'

export const ledgerSlice: Slice = {
  name: 'ledger',
  migrations: new URL('./migrations/', import.meta.url),
  errors: ledgerErrors,
  events: LEDGER_EVENTS,
  checks: LEDGER_CHECKS,
}
