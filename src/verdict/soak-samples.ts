// The samples of a soak as one piece of evidence: a line of canonical JSON for each, with all that the sample saw.
import {
  base64Of,
  bytesOfBase64,
  canonicalize,
  parseStrictJson,
  SeaworthyError,
  utf8Bytes,
  utf8Text,
} from '../kernel/index.ts'
import { readCapture } from './capture-parse.ts'
import { verdictFault } from './errors.ts'
import type { Capture, EvidenceBytes } from './model.ts'
import { readInteger, readMap, readRecord, readText } from './shape.ts'
import type { Place, Reader } from './shape.ts'

/** Samples of one attempt at most; one that is interrupted so often ends without a verdict. */
export const SOAK_SAMPLE_LIMIT = 2_000
/** When a sample began, on the wall clock and on one that never goes back and stands still while a machine sleeps. */
export interface SampleTime {
  readonly atMs: number
  readonly steadyMs: number
}

/** What one sample saw. */
export interface SoakSample extends SampleTime {
  readonly capture: Capture
  readonly streams: EvidenceBytes
}

interface PackedStream {
  readonly text?: string
  readonly base64?: string
}

interface PackedSample extends SampleTime {
  readonly capture: Capture
  readonly streams: Readonly<Record<string, PackedStream>>
}

/** One line, with its end. Text stands in it as text, so that a person can read the evidence. */
export function packSoakSample(sample: SoakSample): Uint8Array {
  const streams = Object.entries(sample.streams).map(
    ([name, bytes]) => [name, packStream(bytes)] as const,
  )
  const packed: PackedSample = { ...sample, streams: Object.fromEntries(streams) }
  return utf8Bytes(`${canonicalize(packed)}\n`)
}

function packStream(bytes: Uint8Array): PackedStream {
  try {
    const text = utf8Text(bytes)
    // A byte order mark would be lost on the way back.
    if (!text.startsWith('\ufeff') && utf8Bytes(text).length === bytes.length) return { text }
  } catch (thrown) {
    if (!(thrown instanceof TypeError) && !(thrown instanceof SeaworthyError)) throw thrown
  }
  return { base64: base64Of(bytes) }
}

function unpackStream({ text, base64 }: PackedStream): Uint8Array {
  return text === undefined ? bytesOfBase64(base64 ?? '') : utf8Bytes(text)
}

const readPacked: Reader<PackedSample> = readRecord(
  {
    atMs: readInteger(0),
    steadyMs: readInteger(0),
    capture: readCapture,
    streams: readMap(readRecord({}, { text: readText, base64: readText })),
  },
  {},
)

/** The samples in the evidence, or why they cannot be read. */
export function readSoakSamples(bytes: Uint8Array): readonly SoakSample[] | string {
  try {
    const lines = utf8Text(bytes).split('\n')
    if (lines.pop() !== '') return 'the last of them is not whole'
    if (lines.length > SOAK_SAMPLE_LIMIT)
      return `expected at most ${SOAK_SAMPLE_LIMIT}, got ${lines.length}`
    return lines.map((line, index) => {
      const place: Place = {
        path: `sample ${index + 1}`,
        refuse: (message) => verdictFault('VERDICT_CAPTURE_SHAPE_REFUSED', message),
      }
      const { streams, ...facts } = readPacked(parseStrictJson(line), place)
      const entries = Object.entries(streams).map(
        ([name, packed]) => [name, unpackStream(packed)] as const,
      )
      return { ...facts, streams: Object.fromEntries(entries) }
    })
  } catch (thrown) {
    // Bad UTF-8, bad JSON, another shape, bad base64: all of it is somebody's bytes.
    if (
      thrown instanceof SeaworthyError ||
      thrown instanceof TypeError ||
      thrown instanceof RangeError
    )
      return thrown.message
    throw thrown
  }
}
