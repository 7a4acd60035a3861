// Bodies that no service should take for JSON, or for JSON with one exact meaning; made from one that it does take.
import { concatBytes, utf8Bytes } from '../kernel/index.ts'

export interface MalformedBody {
  readonly name: string
  /** `broken`: no JSON at all (RFC 8259). `ambiguous`: JSON that two readers take for two things, or that breaks what is behind. */
  readonly group: 'broken' | 'ambiguous'
  readonly bytes: Uint8Array
}

const DEPTH = 100_000

/** @param valid a JSON object with at least one key, which the service accepts */
export function malformedBodies(valid: string): readonly MalformedBody[] {
  const inside = valid.trim().slice(1)
  const first = Object.entries(JSON.parse(valid) as Record<string, unknown>)[0]!
  const member = `${JSON.stringify(first[0])}:${JSON.stringify(first[1])}`
  const texts: readonly (readonly [string, MalformedBody['group'], string])[] = [
    ['nothing', 'broken', ''],
    ['only space', 'broken', ' \n '],
    ['cut off', 'broken', valid.slice(0, -1)],
    ['cut off in a text', 'broken', '{"a":"b'],
    ['comma at the end', 'broken', `{${inside.replace(/\}\s*$/, ',}')}`],
    ['no comma between', 'broken', `{${member} ${inside}`],
    ['single quotes', 'broken', "{'a':1}"],
    ['name without quotes', 'broken', '{a:1}'],
    ['NaN', 'broken', `{"a":NaN,${inside}`],
    ['Infinity', 'broken', `{"a":-Infinity,${inside}`],
    ['number with a leading zero', 'broken', `{"a":007,${inside}`],
    ['number in hexadecimal', 'broken', `{"a":0x1F,${inside}`],
    ['number without digits after the point', 'broken', `{"a":1.,${inside}`],
    ['comment', 'broken', `{/* a */${inside}`],
    ['two documents', 'broken', `${valid}${valid}`],
    ['text behind the end', 'broken', `${valid}x`],
    ['line break in a text', 'broken', `{"a":"b\nc",${inside}`],
    ['unknown escape', 'broken', `{"a":"\\x41",${inside}`],
    ['half an escape', 'broken', `{"a":"\\u00",${inside}`],
    ['wrong bracket', 'broken', `{"a":[1},${inside}`],
    ['open brackets', 'broken', '['.repeat(DEPTH)],
    ['True', 'broken', `{"a":True,${inside}`],
    ['a number alone', 'ambiguous', '5'],
    ['null alone', 'ambiguous', 'null'],
    ['a name twice', 'ambiguous', `{${member},${inside}`],
    ['a name twice, once escaped', 'ambiguous', `{"${escaped(first[0])}":0,${inside}`],
    ['__proto__', 'ambiguous', `{"__proto__":{"isAdmin":true},${inside}`],
    ['half a surrogate pair', 'ambiguous', `{"a":"\\ud800",${inside}`],
    ['U+0000', 'ambiguous', `{"a":"\\u0000",${inside}`],
    ['number beyond a double', 'ambiguous', `{"a":1e999,${inside}`],
    ['nested too deep', 'ambiguous', `{"a":${'['.repeat(DEPTH)}${']'.repeat(DEPTH)},${inside}`],
    ['byte order mark', 'ambiguous', `\ufeff${valid}`],
  ]
  const around = (name: string, middle: readonly number[]): MalformedBody => ({
    name,
    group: 'broken',
    bytes: concatBytes([utf8Bytes('{"a":"'), Uint8Array.from(middle), utf8Bytes(`",${inside}`)]),
  })
  return [
    ...texts.map(([name, group, text]) => ({ name, group, bytes: utf8Bytes(text) })),
    around('a byte that is no UTF-8', [0xff]),
    around('overlong UTF-8', [0xc0, 0xaf]),
    around('a surrogate in UTF-8', [0xed, 0xa0, 0x80]),
    around('UTF-8 cut off', [0xe2, 0x82]),
    { name: 'UTF-16', group: 'broken', bytes: utf16(valid) },
  ]
}

/** The same object as other clients write it: each of them means exactly what the given text means. */
export function otherSpellings(valid: string): readonly Uint8Array[] {
  const value = JSON.parse(valid) as Record<string, unknown>
  const members = Object.entries(value).map(([name, each]) => [name, JSON.stringify(each)] as const)
  const written = (name: (name: string) => string): string =>
    `{${members.map(([each, text]) => `${name(each)}:${text}`).join(',')}}`
  return [
    JSON.stringify(value, null, 2),
    ` ${valid}\r\n`,
    written((name) => `"${escaped(name)}"`),
    `{\t${members
      .map(([name, text]) => `${JSON.stringify(name)} : ${text}`)
      .toReversed()
      .join(' , ')}\n}`,
  ].map(utf8Bytes)
}

function escaped(name: string): string {
  return [...name].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
}

function utf16(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2)
  for (let at = 0; at < text.length; at++) bytes[at * 2] = text.charCodeAt(at) & 255
  return bytes
}
