// Encoding repair: what is mended, what is left alone, and where every character came from.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { utf8Bytes, utf8Text } from '../kernel/index.ts'
import { DOCUMENT_SIZE_LIMIT_BYTES, readDocumentBytes } from './encoding.ts'
import { withoutDamagedGlyphs } from './mojibake.ts'

const DROPPED_1254 = new Set([0x81, 0x8d, 0x8e, 0x8f, 0x90, 0x9d, 0x9e])

/** The text as it looks after UTF-8 was read as Windows-1254 and undefined bytes were dropped. */
function damage(text: string): string {
  const decoder = new TextDecoder('windows-1254')
  const kept = utf8Bytes(text).filter((byte) => !DROPPED_1254.has(byte))
  return decoder.decode(Uint8Array.from(kept))
}

test('status glyphs and punctuation are repaired, also when damage took bytes away', () => {
  const glyphs = ['✅', '❌', '⏳', '—', '–', '→', '≤', '≥', '🚀', '🟢', '•', '…']
  for (const glyph of glyphs) {
    assert.notEqual(damage(glyph), glyph)
    assert.equal(readDocumentBytes(utf8Bytes(`a ${damage(glyph)} b`)).text, `a ${glyph} b`)
  }
  assert.equal(glyphs.length, 12)
})

test('a damaged pair is two glyphs, each tied to its own raw bytes', () => {
  const bytes = utf8Bytes(`x ${damage('✅❌')} y`)
  const reading = readDocumentBytes(bytes)
  assert.equal(reading.text, 'x ✅❌ y')
  assert.equal(reading.repairCount, 2)
  const slice = (from: number, to: number): string =>
    utf8Text(bytes.subarray(reading.byteOffset(from), reading.byteOffset(to)))
  assert.equal(slice(2, 3), 'âœ…')
  assert.equal(slice(3, 4), 'âŒ')
  assert.equal(slice(5, 6), 'y')
})

test('Windows-1252 damage reads the same way as Windows-1254 damage', () => {
  const damaged = new TextDecoder('windows-1252').decode(utf8Bytes('🚀 ≤ ❌'))
  assert.notEqual(damaged, damage('🚀 ≤ ❌'))
  assert.equal(readDocumentBytes(utf8Bytes(damaged)).text, '🚀 ≤ ❌')
})

test('a glyph with several possible readings is left alone', () => {
  const ambiguous = damage('🔐')
  assert.equal(ambiguous, damage('🔍'))
  const reading = readDocumentBytes(utf8Bytes(`${ambiguous} Privacy`))
  assert.equal(reading.text, `${ambiguous} Privacy`)
  assert.equal(reading.repairCount, 0)
  assert.equal(withoutDamagedGlyphs(reading.text).trim(), 'Privacy')
})

test('intact text in many languages is not touched', () => {
  const texts = [
    'Kâr hâlâ yüksek — ığdır “şey” …',
    'CAFÉ— déjà vu, Ångström, Über',
    'MANHÃ— coração',
    'Größe ≤ 5 µs, 20 °C, 3 × 4',
    'Привет ✅ мир',
    'チェック ❌ リスト',
    '🔐 🛡️ 👩‍💻',
  ]
  for (const text of texts) assert.equal(readDocumentBytes(utf8Bytes(text)).text, text)
})

test('glyphs and letters that were damaged twice are repaired, and so are mixed ones in one file', () => {
  const cp1252 = (text: string): string => new TextDecoder('windows-1252').decode(utf8Bytes(text))
  const glyphs = ['✅', '❌', '⏳', '→', '≤', 'Prüfung', 'görev']
  for (const glyph of glyphs) {
    for (const twice of [cp1252(cp1252(glyph)), damage(damage(glyph)), damage(cp1252(glyph))])
      assert.equal(readDocumentBytes(utf8Bytes(`a ${twice} b`)).text, `a ${glyph} b`, twice)
  }
  for (const kept of ['—', '🚀'])
    assert.equal(readDocumentBytes(utf8Bytes(cp1252(cp1252(kept)))).text, kept)
  const mixed = `✅ intact, ${damage('✅')} once, ${cp1252(cp1252('✅'))} twice, é and ${damage('müß')}`
  const reading = readDocumentBytes(utf8Bytes(mixed))
  assert.equal(reading.text, '✅ intact, ✅ once, ✅ twice, é and müß')
  assert.equal(reading.repairCount, 4)
})

test('a damaged letter is repaired beside small letters only, where nothing else can stand', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['PrÃ¼fung der GrÃ¶ÃŸe', 'Prüfung der Größe'],
    ['Ã¼ber', 'über'],
    ['daÄŸÄ±tÄ±m ÅŸart', 'dağıtım şart'],
    ['vÃ©rifiÃ© Ã©tÃ©', 'vérifié été'],
    ['verificaciÃ³n maÃ±ana', 'verificación mañana'],
    ['FÃ¤hre nach KÃ¶ln, GÃ¼n', 'Fähre nach Köln, Gün'],
    ['“PÅ” och “IRMÃ”', '“PÅ” och “IRMÃ”'],
    ['5 Å± 0,1 und 3 Å²', '5 Å± 0,1 und 3 Å²'],
    ['« IRMû', '« IRMû'],
  ]
  for (const [damaged, text] of rows) assert.equal(readDocumentBytes(utf8Bytes(damaged)).text, text)
  assert.equal(rows.length, 9)
})

test('any text that is read maps back to its own bytes, character by character', () => {
  const pieces = fc.constantFrom(
    'a',
    ' ',
    '\r\n',
    '\t',
    '✅',
    '❌',
    'é',
    'ğŸ”',
    damage('✅❌'),
    damage('→'),
    damage('⏳'),
    damage(damage('✅')),
    'rÃ¼',
    '😀',
    'ç”',
    '漢',
  )
  fc.assert(
    fc.property(
      fc.array(pieces, { minLength: 1, maxLength: 30 }),
      fc.boolean(),
      (parts, hasBom) => {
        const body = utf8Bytes(`x${parts.join('')}`)
        const bytes = hasBom ? Uint8Array.from([0xef, 0xbb, 0xbf, ...body]) : body
        const reading = readDocumentBytes(bytes)
        let rebuilt = ''
        let index = 0
        for (const char of reading.text) {
          rebuilt += utf8Text(
            bytes.subarray(reading.byteOffset(index), reading.byteOffset(index + char.length)),
          )
          index += char.length
        }
        assert.equal(rebuilt, utf8Text(body))
        assert.equal(reading.byteOffset(reading.text.length), bytes.length)
      },
    ),
  )
})

test('a file without text, with zero bytes, in another encoding or too large is refused by its own code', () => {
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [new Uint8Array(), 'DOCUMENT_CONTENT_EMPTY'],
    [Uint8Array.from([0xef, 0xbb, 0xbf]), 'DOCUMENT_CONTENT_EMPTY'],
    [utf8Bytes(' \n\t\r\n'), 'DOCUMENT_CONTENT_EMPTY'],
    [utf8Bytes('- [ ] a\u0000b'), 'DOCUMENT_CONTENT_BINARY'],
    [Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 1]), 'DOCUMENT_CONTENT_BINARY'],
    [Uint8Array.from([0xff, 0xfe, 0x2d, 0x00]), 'DOCUMENT_ENCODING_UNKNOWN'],
    [Uint8Array.from([0x2d, 0x20, 0xe9, 0x20]), 'DOCUMENT_ENCODING_UNKNOWN'],
    [new Uint8Array(DOCUMENT_SIZE_LIMIT_BYTES + 1).fill(0x61), 'DOCUMENT_SIZE_EXCEEDED'],
  ]
  for (const [bytes, code] of cases) assert.throws(() => readDocumentBytes(bytes), { code })
})
