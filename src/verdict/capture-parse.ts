// Reads a capture strictly: what a runner says it saw is hostile until its shape is known.
import { parseStrictJson, utf8Text } from '../kernel/index.ts'
import { verdictFault } from './errors.ts'
import type { StreamState } from './capture-model.ts'
import type { Capture } from './model.ts'
import {
  kindOf,
  readBoolean,
  readInteger,
  readList,
  readMap,
  readNumber,
  readOneOf,
  readRecord,
  readText,
} from './shape.ts'
import type { Place, Reader } from './shape.ts'

/** A capture holds facts about streams, not the streams; more bytes than this are refused. */
export const CAPTURE_LIMIT_BYTES = 1024 * 1024

const readWhole = readInteger(-Number.MAX_SAFE_INTEGER)

const readStreams: Reader<Readonly<Record<string, StreamState>>> = readMap(
  readRecord({ truncated: readBoolean, maskedCount: readInteger(0) }, {}),
)

const readers: { readonly [K in Capture['kind']]: Reader<Capture> } = {
  command: readRecord(
    {
      kind: readOneOf(['command']),
      exitCode: readNullable(readWhole),
      signal: readNullable(readText),
      timedOut: readBoolean,
      steps: readList(readRecord({ line: readInteger(0), exitCode: readWhole }, {})),
      durationMs: readNumber,
      streams: readStreams,
    },
    {
      startError: readText,
      uid: readInteger(0),
      leftovers: readRecord(
        { count: readInteger(1), survivedCount: readInteger(0), names: readList(readText) },
        {},
      ),
      reports: readList(readRecord({ path: readText }, { problem: readText })),
    },
  ),
  http: readRecord(
    {
      kind: readOneOf(['http']),
      status: readNullable(readWhole),
      headers: readMap(readText),
      durationMs: readNumber,
      streams: readStreams,
    },
    { error: readText },
  ),
  promql: readRecord(
    {
      kind: readOneOf(['promql']),
      status: readNullable(readWhole),
      queriedAtMs: readInteger(0),
      durationMs: readNumber,
      streams: readStreams,
    },
    {
      error: readText,
      range: readRecord(
        { startMs: readInteger(0), endMs: readInteger(0), stepMs: readInteger(1) },
        {},
      ),
    },
  ),
  builtin: readRecord(
    {
      kind: readOneOf(['builtin']),
      name: readText,
      collectedAtMs: readInteger(0),
      durationMs: readNumber,
      streams: readStreams,
    },
    { error: readText },
  ),
  soak: readRecord(
    {
      kind: readOneOf(['soak']),
      sampleCount: readInteger(0),
      durationMs: readNumber,
      streams: readStreams,
    },
    {},
  ),
  sql: readRecord(
    {
      kind: readOneOf(['sql']),
      rowCount: readNullable(readInteger(0)),
      durationMs: readNumber,
      streams: readStreams,
    },
    { error: readText },
  ),
  document: readRecord(
    {
      kind: readOneOf(['document']),
      found: readBoolean,
      durationMs: readNumber,
      streams: readStreams,
    },
    { error: readText },
  ),
  manual: readRecord(
    { kind: readOneOf(['manual']), answer: readBoolean, note: readText, slots: readMap(readText) },
    {},
  ),
}

/**
 * The capture in the bytes of an evidence named `capture`.
 * @throws VERDICT_CAPTURE_SHAPE_REFUSED for bad UTF-8, bad JSON, unknown or missing keys; the message names the place.
 */
export function parseCapture(bytes: Uint8Array): Capture {
  const place: Place = {
    path: 'capture',
    refuse: (message) => verdictFault('VERDICT_CAPTURE_SHAPE_REFUSED', message),
  }
  if (bytes.length > CAPTURE_LIMIT_BYTES) {
    throw place.refuse(
      `expected a capture of at most ${CAPTURE_LIMIT_BYTES} bytes, got ${bytes.length}`,
    )
  }
  let value: unknown
  try {
    value = parseStrictJson(utf8Text(bytes))
  } catch (cause) {
    throw verdictFault(
      'VERDICT_CAPTURE_SHAPE_REFUSED',
      'expected the capture to be JSON in UTF-8',
      { cause },
    )
  }
  return readCapture(value, place)
}

/** A capture within another document. */
export const readCapture: Reader<Capture> = (value, at) => {
  const kind: unknown =
    typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined
  const reader =
    typeof kind === 'string' && Object.hasOwn(readers, kind)
      ? readers[kind as Capture['kind']]
      : undefined
  if (reader === undefined) {
    throw at.refuse(
      `expected the key "kind" with one of ${Object.keys(readers).join(', ')}, got ${kindOf(kind)}`,
    )
  }
  return reader(value, at)
}

function readNullable<T>(read: Reader<T>): Reader<T | null> {
  return (value, at) => (value === null ? null : read(value, at))
}
