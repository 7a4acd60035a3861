// Values between SQL and TypeScript, one meaning on both engines: parameters to text, text to values.
import type { SqlValue } from '../kernel/index.ts'
import { platformFault } from './errors.ts'

/** Type oids of pg_type.dat that never change. */
const OID = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  timestamptz: 1184,
  jsonb: 3802,
} as const

type ReadText = (text: string) => unknown

const scalars = new Map<number, ReadText>([
  [OID.bool, (text) => text === 't'],
  [OID.bytea, readBytea],
  [OID.int8, readSafeInteger],
  [OID.int2, Number],
  [OID.int4, Number],
  [OID.oid, Number],
  [OID.float4, Number],
  [OID.float8, Number],
  [OID.json, (text): unknown => JSON.parse(text)],
  [OID.jsonb, (text): unknown => JSON.parse(text)],
  [OID.timestamptz, readInstant],
])

const keepText: ReadText = (text) => text

/** Array type oid to the reader of its elements; text for the kinds that stay text. */
const elements = new Map<number, ReadText>([
  [199, scalars.get(OID.json) ?? keepText],
  [1000, scalars.get(OID.bool) ?? keepText],
  [1001, readBytea],
  [1003, keepText],
  [1005, Number],
  [1007, Number],
  [1009, keepText],
  [1015, keepText],
  [1016, readSafeInteger],
  [1021, Number],
  [1022, Number],
  [1028, Number],
  [1115, keepText],
  [1182, keepText],
  [1185, readInstant],
  [1231, keepText],
  [2951, keepText],
  [3807, scalars.get(OID.jsonb) ?? keepText],
])

/** How a column of this type reads PostgreSQL's text form; kinds not named stay text. */
export function readerOf(oid: number): (text: string) => unknown {
  const scalar = scalars.get(oid)
  if (scalar !== undefined) return scalar
  const element = elements.get(oid)
  if (element !== undefined) return (text) => readArray(text, element)
  return keepText
}

function readSafeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) {
    throw platformFault('PLATFORM_VALUE_REFUSED', `expected an int8 within 2^53-1, got ${text}`)
  }
  return value
}

function readBytea(text: string): Uint8Array {
  if (!text.startsWith('\\x')) {
    throw platformFault('PLATFORM_VALUE_REFUSED', 'expected bytea in hexadecimal form')
  }
  // Copied, because Buffer.from may hand out a view of a pool that would travel along to other threads.
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'))
}

/** The session runs in UTC, so the offset is always +00; microseconds are cut to milliseconds. */
function readInstant(text: string): string {
  const parts = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?\+00$/.exec(text)
  if (parts === null) {
    throw platformFault(
      'PLATFORM_VALUE_REFUSED',
      `expected a UTC instant of years 1-9999, got ${text}`,
    )
  }
  return `${parts[1]}T${parts[2]}.${(parts[3] ?? '').padEnd(3, '0').slice(0, 3)}Z`
}

/** Reads `{a,"b c",NULL,{…}}`. Source: PostgreSQL manual, section 8.15.6. */
function readArray(text: string, readElement: ReadText): unknown[] {
  let at = text.indexOf('{')
  const readLevel = (): unknown[] => {
    const out: unknown[] = []
    at++
    while (text[at] !== '}') {
      if (at >= text.length)
        throw platformFault('PLATFORM_VALUE_REFUSED', 'expected the end of an array')
      if (text[at] === ',') at++
      else if (text[at] === '{') out.push(readLevel())
      else if (text[at] === '"') out.push(readElement(readQuoted()))
      else out.push(readBare())
    }
    at++
    return out
  }
  const readQuoted = (): string => {
    let value = ''
    for (at++; at < text.length && text[at] !== '"'; at++) {
      if (text[at] === '\\') at++
      value += text[at] ?? ''
    }
    at++
    return value
  }
  const readBare = (): unknown => {
    const start = at
    while (at < text.length && text[at] !== ',' && text[at] !== '}') at++
    const word = text.slice(start, at)
    return word === 'NULL' ? null : readElement(word)
  }
  return readLevel()
}

/** A parameter as the wire takes it: text, bytes (sent in binary form) or null. */
export type SqlParameter = string | Uint8Array | null

/** @throws PLATFORM_VALUE_REFUSED for text that PostgreSQL could not give back unchanged. */
export function sqlParameter(value: SqlValue): SqlParameter {
  if (value === null || value instanceof Uint8Array) return value
  if (typeof value === 'string') return storableText(value)
  if (typeof value === 'object') return `{${value.map(arrayElement).join(',')}}`
  return String(value)
}

/** As the driver takes it: bytes in binary form are a Buffer. */
export function wireValueOf(value: SqlParameter): string | Buffer | null {
  if (!(value instanceof Uint8Array)) return value
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

function arrayElement(value: string | number): string {
  if (typeof value === 'number') return String(value)
  return `"${storableText(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** @throws PLATFORM_VALUE_REFUSED for what PostgreSQL could not give back unchanged */
export function storableText(text: string): string {
  if (text.includes('\0')) {
    throw platformFault('PLATFORM_VALUE_REFUSED', 'expected text without zero bytes')
  }
  if (!text.isWellFormed()) {
    throw platformFault('PLATFORM_VALUE_REFUSED', 'expected text without lone surrogates')
  }
  return text
}

/** A text literal for the few statements that take no parameters (`set local`). */
export function sqlLiteral(text: string): string {
  return `'${storableText(text).replaceAll("'", "''")}'`
}
