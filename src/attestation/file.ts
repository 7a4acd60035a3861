// Finds the Sigstore bundles in a file, in any of the forms that registries and forges hand them out in.
import { messageOf, parseStrictJson, utf8Text } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'
import { attestationFault } from './errors.ts'

/** Largest file of attestations, in bytes. */
export const ATTESTATION_FILE_LIMIT_BYTES = 32 * 1024 * 1024
/** Bundles in one file at most. */
const BUNDLE_LIMIT_COUNT = 200

/**
 * One bundle, `{"attestations":[{"bundle":…}]}` of npm and GitHub, a list of bundles, or one of these a line.
 * @throws ATTESTATION_FILE_REFUSED
 */
export function readAttestations(bytes: Uint8Array): readonly Json[] {
  const documents = readJsonLines(bytes).map((line) => {
    if (line.ok) return line.value
    throw attestationFault(
      'ATTESTATION_FILE_REFUSED',
      `expected JSON without duplicate keys: ${line.reason}`,
    )
  })
  const bundles = documents.flatMap(bundlesOf)
  if (bundles.length === 0 || bundles.length > BUNDLE_LIMIT_COUNT)
    throw attestationFault(
      'ATTESTATION_FILE_REFUSED',
      `expected 1 to ${BUNDLE_LIMIT_COUNT} Sigstore bundles, found ${bundles.length}`,
    )
  return bundles
}

type JsonLine =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly reason: string }

/** The whole text as one document, or each line as one where it is none. */
export function readJsonLines(bytes: Uint8Array): readonly JsonLine[] {
  let text: string
  try {
    text = utf8Text(bytes)
  } catch {
    return [{ ok: false, reason: 'expected text in UTF-8' }]
  }
  const whole = readJson(text)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return whole.ok || lines.length < 2 || !readJson(lines[0]!).ok ? [whole] : lines.map(readJson)
}

function readJson(text: string): JsonLine {
  try {
    return { ok: true, value: parseStrictJson(text) }
  } catch (thrown) {
    return { ok: false, reason: messageOf(thrown) }
  }
}

function bundlesOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap(bundlesOf)
  if (value === null || typeof value !== 'object') return []
  const { attestations, bundle, mediaType } = value as Readonly<Record<string, Json | undefined>>
  if (Array.isArray(attestations)) return attestations.flatMap(bundlesOf)
  if (bundle !== undefined) return [bundle]
  return typeof mediaType === 'string' && mediaType.includes('sigstore.bundle') ? [value] : []
}
