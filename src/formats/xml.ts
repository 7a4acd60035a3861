// Reads XML as a stream of elements: no document types, no entities but the five, nothing external, in linear time.
import { ReportMismatch } from './report.ts'

/** Elements inside each other at most. */
export const XML_DEPTH_LIMIT = 128
/** Attributes of one element at most. */
const ATTRIBUTE_LIMIT = 256

export type XmlAttributes = ReadonlyMap<string, string>

/** Told of every element in document order. Names are without their namespace prefix. */
export interface XmlHandler {
  open(name: string, attributes: XmlAttributes, depth: number): void
  text?(text: string): void
  close(name: string): void
}

interface Cursor {
  readonly text: string
  at: number
}

const NAME = /[\p{L}_:][\p{L}\p{N}_:.·-]*/uy
const SPACE = /[ \t\r\n]*/y
const ENCODING = /\bencoding[ \t\r\n]*=[ \t\r\n]*["']([A-Za-z0-9._-]{1,40})["']/
const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
}
/** Longest reference: `&#x10FFFF;` without its ampersand, and room for leading zeros. */
const REFERENCE_LENGTH_LIMIT = 16

/**
 * Walks one XML 1.0 document. Control characters in text are let through, as test tools write the output of terminals;
 * they have no meaning for the structure.
 * @throws ReportMismatch for anything that is not well formed, a document type, an unknown entity, more than 128 levels
 */
export function walkXml(text: string, handler: XmlHandler): void {
  const cursor: Cursor = { text, at: 0 }
  const open: string[] = []
  let hasRoot = false
  while (cursor.at < text.length) {
    const next = text.indexOf('<', cursor.at)
    const end = next < 0 ? text.length : next
    passText(text.slice(cursor.at, end), open.length, handler)
    cursor.at = end
    if (next < 0) break
    if (skipsMarkup(cursor, open.length, handler)) continue
    if (text[next + 1] === '/') {
      closeElement(cursor, open, handler)
      continue
    }
    if (open.length === 0 && hasRoot) throw wrong(cursor, 'one root element', 'another')
    hasRoot = true
    openElement(cursor, open, handler)
  }
  if (open.length > 0)
    throw wrong(cursor, `</${shorten(open.at(-1)!)}>`, 'the end of the text: it was cut')
  if (!hasRoot) throw wrong(cursor, 'an element', 'none')
}

/** The encoding that the XML declaration names, in lower case. */
export function declaredEncoding(text: string): string | undefined {
  if (!text.startsWith('<?xml')) return undefined
  const end = text.indexOf('?>')
  return ENCODING.exec(text.slice(0, end < 0 ? 0 : end))?.[1]?.toLowerCase()
}

function passText(text: string, depth: number, handler: XmlHandler): void {
  if (text === '') return
  if (depth === 0) {
    if (text.trim() !== '')
      throw new ReportMismatch('expected nothing outside the root element, got text')
    return
  }
  handler.text?.(resolveReferences(text))
}

/** Comments, CDATA, processing instructions; a document type is refused, since entities grow from it. */
function skipsMarkup(cursor: Cursor, depth: number, handler: XmlHandler): boolean {
  const { text, at } = cursor
  if (text.startsWith('<!--', at)) cursor.at = endOf(cursor, '-->', 4)
  else if (text.startsWith('<?', at)) cursor.at = endOf(cursor, '?>', 2)
  else if (text.startsWith('<![CDATA[', at) && depth > 0) {
    const end = endOf(cursor, ']]>', 9)
    handler.text?.(text.slice(at + 9, end - 3))
    cursor.at = end
  } else if (text.startsWith('<!', at)) {
    throw wrong(cursor, 'XML without a document type or entities of its own', '"<!"')
  } else return false
  return true
}

function endOf(cursor: Cursor, mark: string, skip: number): number {
  const found = cursor.text.indexOf(mark, cursor.at + skip)
  if (found < 0) throw wrong(cursor, `"${mark}"`, 'the end of the text: it was cut')
  return found + mark.length
}

function openElement(cursor: Cursor, open: string[], handler: XmlHandler): void {
  const { text } = cursor
  cursor.at++
  const name = takeName(cursor)
  if (open.length >= XML_DEPTH_LIMIT)
    throw wrong(cursor, `at most ${XML_DEPTH_LIMIT} levels`, 'one more')
  const attributes = takeAttributes(cursor)
  handler.open(localName(name), attributes, open.length)
  if (text.startsWith('/>', cursor.at)) {
    cursor.at += 2
    handler.close(localName(name))
  } else {
    cursor.at++
    open.push(name)
  }
}

/** Stands at `>` or `/>` afterwards. */
function takeAttributes(cursor: Cursor): XmlAttributes {
  const { text } = cursor
  const attributes = new Map<string, string>()
  for (;;) {
    const before = cursor.at
    takeSpace(cursor)
    if (text[cursor.at] === '>' || text.startsWith('/>', cursor.at)) return attributes
    if (cursor.at === before) throw wrong(cursor, 'a space or the end of the tag', shown(cursor))
    const name = takeName(cursor)
    takeSpace(cursor)
    if (text[cursor.at] !== '=') throw wrong(cursor, '"="', shown(cursor))
    cursor.at++
    takeSpace(cursor)
    const quote = text[cursor.at]
    if (quote !== '"' && quote !== "'") throw wrong(cursor, 'a quoted value', shown(cursor))
    const end = text.indexOf(quote, cursor.at + 1)
    if (end < 0) throw wrong(cursor, 'a closing quote', 'the end of the text: it was cut')
    const raw = text.slice(cursor.at + 1, end)
    if (raw.includes('<')) throw wrong(cursor, 'a value without "<"', '"<"')
    if (attributes.has(name)) throw wrong(cursor, `the attribute ${shorten(name)} once`, 'it again')
    if (attributes.size >= ATTRIBUTE_LIMIT)
      throw wrong(cursor, `at most ${ATTRIBUTE_LIMIT} attributes`, 'one more')
    attributes.set(name, resolveReferences(raw))
    cursor.at = end + 1
  }
}

function closeElement(cursor: Cursor, open: string[], handler: XmlHandler): void {
  cursor.at += 2
  const name = takeName(cursor)
  takeSpace(cursor)
  const expected = open.pop()
  if (name !== expected || cursor.text[cursor.at] !== '>') {
    throw wrong(
      cursor,
      expected === undefined ? 'no closing tag' : `</${shorten(expected)}>`,
      `</${shorten(name)}`,
    )
  }
  cursor.at++
  handler.close(localName(name))
}

function takeName(cursor: Cursor): string {
  NAME.lastIndex = cursor.at
  const found = NAME.exec(cursor.text)
  if (found === null) throw wrong(cursor, 'a name', shown(cursor))
  cursor.at = NAME.lastIndex
  return found[0]
}

function takeSpace(cursor: Cursor): void {
  SPACE.lastIndex = cursor.at
  SPACE.test(cursor.text)
  cursor.at = SPACE.lastIndex
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1)
}

/** The five entities and character references; never anything a document defines. */
function resolveReferences(text: string): string {
  let at = text.indexOf('&')
  if (at < 0) return text
  let out = ''
  let from = 0
  while (at >= 0) {
    const end = text.slice(at + 1, at + 1 + REFERENCE_LENGTH_LIMIT).indexOf(';')
    const name = end < 0 ? '' : text.slice(at + 1, at + 1 + end)
    const value = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : characterOf(name)
    if (value === undefined)
      throw new ReportMismatch(
        `expected one of the five XML entities, got "&${shorten(name)}" at offset ${at}`,
      )
    out += text.slice(from, at) + value
    from = at + end + 2
    at = text.indexOf('&', from)
  }
  return out + text.slice(from)
}

function characterOf(reference: string): string | undefined {
  const found = /^#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,8}))$/.exec(reference)
  if (found === null) return undefined
  const code =
    found[1] === undefined ? Number.parseInt(found[2]!, 10) : Number.parseInt(found[1], 16)
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined
  return String.fromCodePoint(code)
}

function shown(cursor: Cursor): string {
  const next = cursor.text.slice(cursor.at, cursor.at + 1)
  return next === '' ? 'the end of the text: it was cut' : JSON.stringify(next)
}

function shorten(text: string): string {
  return text.slice(0, 60)
}

function wrong(cursor: Cursor, expected: string, got: string): ReportMismatch {
  return new ReportMismatch(`expected ${expected} at offset ${cursor.at}, got ${got}`)
}
