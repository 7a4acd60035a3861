// Turns a file's bytes into text for reading, repairs damaged glyphs in it and remembers where each came from.
import { documentFault } from './errors.ts'

/** Largest document that is read, in bytes. */
export const DOCUMENT_SIZE_LIMIT_BYTES = 20 * 1024 * 1024

/** Text as people should read it, tied to the raw bytes that stay the only thing hashed and written back. */
export interface ReadingText {
  readonly bytes: Uint8Array
  /** Without byte order mark; line ends and tabs as they are. */
  readonly text: string
  /** How many damaged glyphs were repaired for reading. */
  readonly repairCount: number
  /** Raw byte offset of a UTF-16 index of `text`; the index must stand on a code point boundary. */
  readonly byteOffset: (index: number) => number
}

// Windows-1252 and Windows-1254 agree wherever both define a character, so one reverse table serves both. Bytes that
// they leave undefined are accepted as the C1 controls that some decoders keep.
const HIGH_HALF = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'
const TURKISH: readonly (readonly [string, number])[] = [
  ['Ğ', 0xd0],
  ['İ', 0xdd],
  ['Ş', 0xde],
  ['ğ', 0xf0],
  ['ı', 0xfd],
  ['ş', 0xfe],
]

const BYTE_OF = new Map<number, number>(TURKISH.map(([char, byte]) => [char.charCodeAt(0), byte]))
for (let i = 0; i < HIGH_HALF.length; i++) BYTE_OF.set(HIGH_HALF.charCodeAt(i), 0x80 + i)
for (let code = 0x80; code <= 0xff; code++) if (!BYTE_OF.has(code)) BYTE_OF.set(code, code)

// Decoders that drop undefined bytes leave these two status glyphs with two characters. Among their possible readings
// they are the only emoji, so the reading is safe; every other shortened sequence is ambiguous and left alone.
const SHORTENED: readonly (readonly [string, string])[] = [
  ['âŒ', '❌'],
  ['â³', '⏳'],
]

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
      'expected UTF-8, got bytes that are no UTF-8 text',
      { cause },
    )
  }
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
    let at = 0
    while (at < run.length) {
      const glyph = glyphAt(run, at)
      const taken = glyph?.taken ?? (run.codePointAt(at)! > 0xffff ? 2 : 1)
      const source = run.slice(at, at + taken)
      const shown = glyph?.glyph ?? source
      if (glyph !== undefined) repairCount++
      map.add(text.length, shown.length, utf8Length(source))
      text += shown
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

/** The glyph that damaged text at this place once was, if there is exactly one sensible reading. */
function glyphAt(run: string, at: number): { glyph: string; taken: number } | undefined {
  const lead = BYTE_OF.get(run.charCodeAt(at))
  if (lead !== 0xe2 && lead !== 0xe3 && lead !== 0xef && lead !== 0xf0) return undefined
  const needed = lead === 0xf0 ? 3 : 2
  let point = lead === 0xf0 ? lead & 0x07 : lead & 0x0f
  for (let i = 1; i <= needed; i++) {
    const byte = BYTE_OF.get(run.charCodeAt(at + i))
    if (byte === undefined || byte < 0x80 || byte > 0xbf) return shortenedAt(run, at)
    point = (point << 6) | (byte & 0x3f)
  }
  return isSymbol(point)
    ? { glyph: String.fromCodePoint(point), taken: needed + 1 }
    : shortenedAt(run, at)
}

function shortenedAt(run: string, at: number): { glyph: string; taken: number } | undefined {
  for (const [form, glyph] of SHORTENED) {
    if (run.startsWith(form, at)) return { glyph, taken: form.length }
  }
  return undefined
}

/** Punctuation, arrows, mathematical signs, dingbats and emoji: what checklists hold. Letters are never "repaired". */
function isSymbol(point: number): boolean {
  return (
    (point >= 0x2010 && point <= 0x2027) ||
    (point >= 0x2030 && point <= 0x205e) ||
    (point >= 0x20a0 && point <= 0x20bf) ||
    (point >= 0x2100 && point <= 0x2bff) ||
    point === 0xfe0f ||
    (point >= 0x1f000 && point <= 0x1faff)
  )
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

// Leftovers of four-byte glyphs that lost a byte: lead byte, second byte, at most two more.
const UNREADABLE = /[ğð]Ÿ[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{0,2}|ï¸/g

/** The text without glyphs that are damaged beyond one certain reading: for names, where they would only disturb. */
export function withoutDamagedGlyphs(text: string): string {
  return text.replace(UNREADABLE, '')
}
