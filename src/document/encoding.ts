// Turns a file's bytes into text for reading, repairs damaged characters in it and remembers where each came from.
import { documentFault } from './errors.ts'
import { repairAt } from './mojibake.ts'

/** Largest document that is read, in bytes. */
export const DOCUMENT_SIZE_LIMIT_BYTES = 20 * 1024 * 1024

/** Text as people should read it, tied to the raw bytes that stay the only thing hashed and written back. */
export interface ReadingText {
  readonly bytes: Uint8Array
  /** Without byte order mark; line ends and tabs as they are. */
  readonly text: string
  /** How many damaged characters were repaired for reading. */
  readonly repairCount: number
  /** Raw byte offset of a UTF-16 index of `text`; the index must stand on a code point boundary. */
  readonly byteOffset: (index: number) => number
}

const NON_ASCII_RUN = /[^\u0000-\u007f]+/g

/**
 * @throws DOCUMENT_CONTENT_EMPTY, DOCUMENT_CONTENT_BINARY, DOCUMENT_ENCODING_UNKNOWN, DOCUMENT_SIZE_EXCEEDED
 */
export function readDocumentBytes(bytes: Uint8Array): ReadingText {
  if (bytes.length > DOCUMENT_SIZE_LIMIT_BYTES) {
    throw documentFault(
      'DOCUMENT_SIZE_EXCEEDED',
      `expected a document of at most ${DOCUMENT_SIZE_LIMIT_BYTES} bytes, got ${bytes.length}`,
    )
  }
  const bomLength = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  const raw = decodeStrictly(bytes.subarray(bomLength))
  if (raw.trim() === '') {
    throw documentFault(
      'DOCUMENT_CONTENT_EMPTY',
      `expected a document with text, got ${bytes.length} bytes without any`,
    )
  }
  return repairText(bytes, raw, bomLength)
}

function decodeStrictly(bytes: Uint8Array): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw documentFault(
      'DOCUMENT_ENCODING_UNKNOWN',
      'expected UTF-8, got the byte order mark of UTF-16',
    )
  }
  const zero = bytes.indexOf(0)
  if (zero >= 0) {
    throw documentFault(
      'DOCUMENT_CONTENT_BINARY',
      `expected text, got a zero byte at offset ${zero}`,
    )
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw documentFault(
      'DOCUMENT_ENCODING_UNKNOWN',
      `expected UTF-8, got bytes that are none on line ${firstBadLine(bytes)}`,
      { cause },
    )
  }
}

function firstBadLine(bytes: Uint8Array): number {
  const lenient = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  return lenient.slice(0, lenient.indexOf('\ufffd')).split(/\r\n|\n|\r/).length
}

function repairText(bytes: Uint8Array, raw: string, bomLength: number): ReadingText {
  const map = new OffsetMap(bomLength)
  let text = ''
  let copied = 0
  let repairCount = 0
  for (const match of raw.matchAll(NON_ASCII_RUN)) {
    const run = match[0]
    text += raw.slice(copied, match.index)
    copied = match.index + run.length
    // Kept beside the text: asking a growing string for its end would copy it each time.
    let before = raw[match.index - 1] ?? ''
    let at = 0
    while (at < run.length) {
      const repair = repairAt(raw, match.index + at, before)
      const taken = repair?.taken ?? (run.codePointAt(at)! > 0xffff ? 2 : 1)
      const source = run.slice(at, at + taken)
      const shown = repair?.shown ?? source
      if (repair !== undefined) repairCount++
      map.add(text.length, shown.length, utf8Length(source))
      text += shown
      before = shown
      at += taken
    }
  }
  text += raw.slice(copied)
  return { bytes, text, repairCount, byteOffset: (index) => map.byteOffset(index) }
}

function utf8Length(text: string): number {
  let length = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    // Each half of a surrogate pair stands for two of the four bytes.
    length += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3
  }
  return length
}

/** Remembers only where text and bytes stop running in step, which plain ASCII never does. */
class OffsetMap {
  readonly #indexes: number[] = [0]
  readonly #offsets: number[]

  constructor(firstOffset: number) {
    this.#offsets = [firstOffset]
  }

  add(index: number, units: number, byteCount: number): void {
    const offset = this.byteOffsetFrom(this.#indexes.length - 1, index) + byteCount
    this.#indexes.push(index + units)
    this.#offsets.push(offset)
  }

  byteOffset(index: number): number {
    let low = 0
    let high = this.#indexes.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#indexes[middle]! <= index) low = middle
      else high = middle - 1
    }
    return this.byteOffsetFrom(low, index)
  }

  byteOffsetFrom(anchor: number, index: number): number {
    return this.#offsets[anchor]! + (index - this.#indexes[anchor]!)
  }
}
