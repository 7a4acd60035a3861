// Why a captured stream may not be read: it was cut, masked, or is too large.
import type { Found } from './found.ts'
import type { Capture } from './model.ts'

/** Evidence beyond this is not read: the outcome is "no data". */
const READING_SIZE_LIMIT_BYTES = 16 * 1024 * 1024

export function closedReason(
  name: string,
  capture: Capture,
  bytes: Uint8Array,
): Extract<Found, { state: 'unreadable' }> | undefined {
  const state =
    capture.kind !== 'manual' && Object.hasOwn(capture.streams, name)
      ? capture.streams[name]
      : undefined
  if (state?.truncated === true)
    return { state: 'unreadable', why: `${name} was cut at its size limit`, tainted: true }
  if (state !== undefined && state.maskedCount > 0) {
    return {
      state: 'unreadable',
      why: `${name} was masked in ${state.maskedCount} places`,
      tainted: true,
    }
  }
  if (bytes.length > READING_SIZE_LIMIT_BYTES) {
    return {
      state: 'unreadable',
      why: `${name} is larger than ${READING_SIZE_LIMIT_BYTES} bytes`,
      tainted: true,
    }
  }
  return undefined
}
