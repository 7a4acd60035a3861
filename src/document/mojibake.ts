// Recognises characters of UTF-8 text that was read as Windows-1252 or Windows-1254, once or twice, and names them.

/** What damaged text at a place once was. */
export interface Repair {
  readonly shown: string
  /** Length of the damaged form, in UTF-16 units. */
  readonly taken: number
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

// Decoders that drop undefined bytes leave these two status glyphs shorter, after one mistake or two. Among their possible
// readings they are the only emoji, so the reading is safe; every other shortened sequence is ambiguous and left alone.
const SHORTENED: readonly (readonly [string, string])[] = [
  ['âŒ', '❌'],
  ['â³', '⏳'],
  ['Ã¢ÂÅ’', '❌'],
  ['Ã¢ÂÂ³', '⏳'],
]

/** Letters that are repaired: those of western European languages and Turkish. */
const LETTERS = new Set('äöüÄÖÜßéèêëàâáãåæçîïíìñôöóòõøùûúÿœÇÉÈÊÀÁÂÃÅÆÍÎÑÓÔÕØÚÛğşıİĞŞ')

/** Most characters that a glyph becomes when it is damaged once. */
const GLYPH_FORM_LIMIT = 4

/**
 * The one certain reading of damaged text at `at`, once or twice removed.
 * @param before the character before it, as it is read
 */
export function repairAt(text: string, at: number, before: string): Repair | undefined {
  // The longer form first: its beginning may look like a letter that was damaged once.
  return twiceDamaged(text, at, before) ?? shortenedAt(text, at) ?? onceDamaged(text, at, before)
}

function onceDamaged(text: string, at: number, before: string): Repair | undefined {
  const one = decodedAt(text, at)
  if (one === undefined) return shortenedAt(text, at)
  if (isSymbol(one.point)) return { shown: String.fromCodePoint(one.point), taken: one.taken }
  return letterAt(text, at, before, one) ?? shortenedAt(text, at)
}

/** Text that went through the same mistake twice: every character of the once damaged form is damaged again. */
function twiceDamaged(text: string, at: number, before: string): Repair | undefined {
  let form = ''
  const ends: number[] = []
  let next = at
  while (ends.length < GLYPH_FORM_LIMIT) {
    const one = decodedAt(text, next)
    // Beyond the Basic plane nothing is a character of the two code pages.
    if (one === undefined || one.point > 0xffff) break
    form += String.fromCharCode(one.point)
    next += one.taken
    ends.push(next)
  }
  if (ends.length < 2) return undefined
  const inner = onceDamaged(form + (text[next] ?? ''), 0, before)
  if (inner === undefined || inner.taken > ends.length) return undefined
  return { shown: inner.shown, taken: ends[inner.taken - 1]! - at }
}

/** The code point that the characters from `at` on stand for, if they are the bytes of one. */
function decodedAt(text: string, at: number): { point: number; taken: number } | undefined {
  const lead = BYTE_OF.get(text.charCodeAt(at))
  if (lead === undefined || lead < 0xc2 || lead > 0xf4) return undefined
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
  let point = lead & (0xff >> (length + 1))
  for (let i = 1; i < length; i++) {
    const byte = BYTE_OF.get(text.charCodeAt(at + i))
    if (byte === undefined || byte < 0x80 || byte > 0xbf) return undefined
    point = (point << 6) | (byte & 0x3f)
  }
  const least = [0, 0, 0x80, 0x800, 0x10000][length]!
  return point < least || point > 0x10ffff ? undefined : { point, taken: length }
}

function shortenedAt(text: string, at: number): Repair | undefined {
  for (const [form, shown] of SHORTENED) {
    if (text.startsWith(form, at)) return { shown, taken: form.length }
  }
  return undefined
}

/**
 * Only behind or before small letters: a capital such as Ã or Å, then a sign, stands in no intact word with them, while
 * at the end of a word in capitals it may (MANHÃ—, “PÅ”).
 */
function letterAt(
  text: string,
  at: number,
  before: string,
  one: { point: number; taken: number },
): Repair | undefined {
  const shown = String.fromCodePoint(one.point)
  if (!LETTERS.has(shown)) return undefined
  const after = text[at + one.taken] ?? ''
  // Another sign behind it belongs to a longer damage that is not understood.
  if (!/^[\u0000-\u007fÃÄÅ]?$/.test(after)) return undefined
  const isInWord = /\p{Ll}/u.test(before)
  const startsWord = !/[\p{L}\p{N}]/u.test(before) && /[a-zÃÄÅ]/.test(after)
  const followsCapital = /\p{Lu}/u.test(before) && /[a-z]/.test(after)
  return isInWord || startsWord || followsCapital ? { shown, taken: one.taken } : undefined
}

/** Punctuation, arrows, mathematical signs, dingbats and emoji: what checklists hold. */
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

// Leftovers of four-byte glyphs that lost a byte: lead byte, second byte, at most two more.
const UNREADABLE = /[ğð]Ÿ[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{0,2}|ï¸/g

/** The text without glyphs that are damaged beyond one certain reading: for names, where they would only disturb. */
export function withoutDamagedGlyphs(text: string): string {
  return text.replace(UNREADABLE, '')
}
