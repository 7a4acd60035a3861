// Reads a request body as strict JSON.
import { scanJson } from '../guard/index.ts'
import type { ScanLimits } from '../guard/index.ts'
import { webFault } from './errors.ts'

/** A plan of ten thousand gates is the largest thing that comes as JSON. */
export const JSON_LIMIT_BYTES = 64 * 1024 * 1024
const JSON_LIMITS: ScanLimits = {
  sizeBytes: JSON_LIMIT_BYTES,
  depth: 64,
  keyCount: 2_000_000,
  valueCount: 4_000_000,
}

/**
 * What a parser would change in silence (a doubled key, a number that a double cannot hold, half a character) is refused.
 * @throws WEB_BODY_MALFORMED, WEB_BODY_TOO_LARGE
 */
export function readJsonBody(bytes: Uint8Array): unknown {
  const scanned = scanJson(bytes, JSON_LIMITS)
  if (scanned.ok) return scanned.value
  if (scanned.reason === 'too-large')
    throw webFault(
      'WEB_BODY_TOO_LARGE',
      `expected at most ${JSON_LIMITS.sizeBytes} bytes of JSON, got ${bytes.length}`,
    )
  const place = scanned.at === undefined ? '' : ` at ${scanned.at}`
  throw webFault(
    'WEB_BODY_MALFORMED',
    `expected strict JSON in UTF-8, got ${scanned.reason}${place}`,
    {
      details: { reason: scanned.reason },
    },
  )
}
