// Front door of the kernel.
export {
  base64Of,
  bytesEqual,
  bytesOfBase64,
  bytesOfHex,
  concatBytes,
  hexOf,
  readBase64,
  utf8Bytes,
  utf8Text,
  utf8TextLossy,
} from './bytes.ts'
export {
  CANONICAL_DEPTH_LIMIT,
  canonicalBytes,
  canonicalize,
  isCanonicalText,
} from './canonical.ts'
export type { Json } from './canonical.ts'
export { beginAgain, mayBeginAgain } from './begin-again.ts'
export * from './errors.ts'
export { cutText } from './cut.ts'
export { Doorbell } from './doorbell.ts'
export { hmacSha256With } from './hmac.ts'
export * from './ids.ts'
export type * from './jobs.ts'
export type * from './locked-store.ts'
export * from './mail.ts'
export { nearestName } from './nearest.ts'
export type * from './ports.ts'
export * from './redaction.ts'
export * from './route.ts'
export type * from './seal.ts'
export type * from './slice.ts'
export { parseStrictJson } from './strict-json.ts'
export { countCells, splitRow } from './table-row.ts'
export { harmlessLine, harmlessText, jsonLine, withoutLogCommands } from './terminal.ts'
export * from './tracing.ts'
export { Turns } from './turns.ts'
