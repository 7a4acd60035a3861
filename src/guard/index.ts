// Front door of the guard: protections for other people's services, without a package of its own.
export { addressKey, clientKey } from './address.ts'
export { makeAddressBlocks } from './address-blocks.ts'
export type { AddressBlock, AddressBlocks, BlockTerms } from './address-blocks.ts'
export { GuardFault } from './errors.ts'
export type { GuardFaultCode } from './errors.ts'
export { expressJsonBody, fastifyJsonParser, IngestError } from './ingest-bindings.ts'
export type { BodyRequestLike } from './ingest-bindings.ts'
export { makeIngestGuard } from './ingest-guard.ts'
export type {
  Contract,
  IngestAnswer,
  IngestGuard,
  IngestReason,
  IngestRecord,
  IngestRefusal,
  IngestTerms,
} from './ingest-guard.ts'
export { SCAN_LIMITS, scanJson } from './json-scan.ts'
export type { ScanLimits, ScanReason, ScanRefusal, ScanResult } from './json-scan.ts'
export { makeLimiter } from './limiter.ts'
export type { EndpointClass, Limiter, LimiterTerms } from './limiter.ts'
export { makeLocalBuckets } from './local-buckets.ts'
export type { LocalBuckets } from './local-buckets.ts'
export { admitRequest, expressRateGuard, fastifyRateHook } from './middleware.ts'
export type { Describe, FastifyReplyLike, IncomingLike, ServerResponseLike } from './middleware.ts'
export type * from './model.ts'
export { rateFields, rateProblem } from './rate-fields.ts'
export type { RateProblem } from './rate-fields.ts'
export { makeRateGuard } from './rate-guard.ts'
export type { RateAnswer, RateGuard, RateGuardTerms, RequestFacts } from './rate-guard.ts'
export { makeRedisBuckets } from './redis-buckets.ts'
export type { RunRedisScript } from './redis-buckets.ts'
