// Door of the ingest guard within the guard: bodies and their quarantine.
export type { BodyStreamLike, HeadersLike } from './body-reader.ts'
export { expressJsonBody, fastifyJsonParser, IngestError } from './ingest-bindings.ts'
export type { BodyRequestLike, ContractFor, FastifyRequestLike } from './ingest-bindings.ts'
export { makeIngestGuard } from './ingest-guard.ts'
export type {
  Contract,
  IngestAnswer,
  IngestGuard,
  IngestRecord,
  IngestRefusal,
  IngestTerms,
} from './ingest-guard.ts'
export type { IngestReason } from './ingest-reason.ts'
export { SCAN_LIMITS, scanJson } from './json-scan.ts'
export type { ScanLimits, ScanReason, ScanRefusal, ScanResult } from './json-scan.ts'
export { makeMemoryQuarantine, makeQuarantine } from './quarantine.ts'
export type { Quarantine, QuarantinedBody, QuarantineStore, QuarantineTerms } from './quarantine.ts'
