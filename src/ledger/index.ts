// Front door of the ledger.
import type { Slice } from '../kernel/index.ts'
import { LEDGER_CHECKS } from './checks.ts'
import { ledgerErrors } from './errors.ts'
import { LEDGER_EVENTS } from './model.ts'
export { makeLedgerChecks } from './checks.ts'
export { makeLedgerFeed, type LedgerFeed } from './feed.ts'
export { formatPlace, parsePlace, placeAfter, type LogPlace } from './place.ts'
export { makeLedgerFollower, type Follower, type FollowTerms } from './follower.ts'
export { makeFeedRoutes } from './feed-http.ts'
export { makeLedgerReaders, type LedgerReaders, type ReaderEntry } from './readers.ts'
export { makeLedgerRoutes } from './http.ts'
export { DAILY_SEAL, makeLedgerJobs } from './jobs.ts'
export type { DerivedPayloads, ErasurePorts } from './erasure/model.ts'
export * from './erasure/register.ts'
export * from './erasure/register-watch.ts'
export { makeErasures, type Erasures } from './erasure/service.ts'
export { countLedgerEntries } from './figures.ts'
export { openJournalledSql, type JournalledSql, type LeafJournal } from './journal.ts'
export { makePayloadSealer, sealStoredPayloads } from './payload/clear.ts'
export { PayloadKeys } from './payload/keys.ts'
export * from './model.ts'
export { gatherCosignatures } from './cosigning.ts'
export { makeLedger, type LedgerPorts } from './service.ts'
export type * from './epoch/model.ts'
export { LogRestore } from './epoch/restore.ts'
export { parseV1Description, V1_DEFAULTS, type V1Description } from './v1/description.ts'
export type * from './v1/ports.ts'
export type * from './v1/model.ts'
export { V1Migration } from './v1/service.ts'
export { Witness, type WitnessMemory } from './witness.ts'
export { makeWitnessRoutes } from './witness-http.ts'
export const ledgerSlice: Slice = {
  name: 'ledger',
  migrations: new URL('./migrations/', import.meta.url),
  errors: ledgerErrors,
  events: LEDGER_EVENTS,
  erasure: { 'note.*': 'subject' },
  checks: LEDGER_CHECKS,
}
