// Door of evidence for a browser: stored bytes as people read them, laid out without changing a character of what they say.
import { harmlessLine, utf8Text } from '../kernel/index.ts'
import { parseEnvelope } from '../proof/index.ts'
import type { Envelope } from '../proof/index.ts'

/** Longer texts are cut; the bytes have all of it. */
export const SHOWN_LIMIT_CHARACTERS = 200_000
/** How much of what is no text is shown. */
const HEX_SHOWN_BYTES = 1_024
const HEX_ROW_BYTES = 16
const LINK_WORDS_LIMIT_CHARACTERS = 100

export interface EvidencePart {
  readonly title: string
  readonly text: string
  readonly isCut: boolean
}

/** Signed statements are opened; JSON is laid out; text stays text; the rest is hexadecimal. Hostile bytes end as one of these too. */
export function readEvidence(bytes: Uint8Array): readonly EvidencePart[] {
  const text = textOf(bytes)
  if (text === undefined) return [hexPart(`First ${HEX_SHOWN_BYTES} bytes`, bytes)]
  const envelope = parseEnvelope(bytes)
  if (envelope.ok) return readStatement(envelope.value)
  const laidOut = layOutJson(text)
  return [laidOut === undefined ? cut('Text', text) : cut('Content', laidOut)]
}

function readStatement({ payload, payloadType, signatures }: Envelope): readonly EvidencePart[] {
  const inner = textOf(payload)
  const claimed = signatures.map(({ keyId }) => keyId).join('\n')
  return [
    inner === undefined
      ? hexPart('Statement', payload)
      : cut('Statement', layOutJson(inner) ?? inner),
    cut('Signatures name these keys, and are not checked here', `${claimed}\n${payloadType}`),
  ]
}

/** White space, and then a brace, bracket, comma or colon; the begin of a string; or a number or word. */
const TOKEN = /[ \t\n\r]*([{}[\],:"]|[^ \t\n\r{}[\],:"]+)/y

/**
 * The tokens of one JSON text as they are written, so that numbers keep their digits, strings their escapes, and keys that come
 * twice both stay; only the white space between is ours. It ends soon after the limit. Undefined for what is no JSON.
 */
export function layOutJson(text: string): string | undefined {
  if (!isJson(text)) return undefined
  const parts: string[] = []
  let depth = 0
  let sizeCharacters = 0
  let token = ''
  const add = (next: string): void => {
    const isOpening = token === '{' || token === '['
    const isEmpty = (token === '{' && next === '}') || (token === '[' && next === ']')
    const isClosed = !isOpening && (next === '}' || next === ']')
    if (isOpening && !isEmpty) depth++
    if (isClosed) depth--
    const breaks = token === ',' || isClosed || (isOpening && !isEmpty)
    const gap = breaks ? `\n${'  '.repeat(depth)}` : token === ':' ? ' ' : ''
    parts.push(gap, next)
    sizeCharacters += gap.length + next.length
    token = next
  }
  for (const next of tokensOf(text)) {
    add(next)
    if (sizeCharacters > SHOWN_LIMIT_CHARACTERS) break
  }
  return parts.join('')
}

/** Of JSON. The end of a string is looked for by hand: a pattern for it overflows on millions of escapes. */
function* tokensOf(text: string): Generator<string> {
  for (let at = 0; ;) {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(text)?.[1]
    if (token === undefined) return
    const from = TOKEN.lastIndex - token.length
    at = TOKEN.lastIndex
    if (token === '"') {
      for (; text[at] !== '"'; at++) if (text[at] === '\\') at++
      at++
    }
    yield text.slice(from, at)
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    // Plain text, which most evidence is; or nested so deep that no parser reads it.
    return false
  }
}

/** What a link calls the evidence, as words of that link: on one line, short, and steering nothing. */
export function wordsOfLink(given: string): string {
  const words = harmlessLine(given).trim()
  return words.length > LINK_WORDS_LIMIT_CHARACTERS
    ? `${words.slice(0, LINK_WORDS_LIMIT_CHARACTERS)}…`
    : words
}

function cut(title: string, text: string): EvidencePart {
  const isCut = text.length > SHOWN_LIMIT_CHARACTERS
  return { title, text: isCut ? text.slice(0, SHOWN_LIMIT_CHARACTERS) : text, isCut }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8Text(bytes)
  } catch (thrown) {
    if (thrown instanceof TypeError) return undefined
    throw thrown
  }
}

/** Sixteen bytes a line with their place before them. */
function hexPart(title: string, bytes: Uint8Array): EvidencePart {
  const lines: string[] = []
  for (let at = 0; at < Math.min(bytes.length, HEX_SHOWN_BYTES); at += HEX_ROW_BYTES) {
    const row = [...bytes.subarray(at, at + HEX_ROW_BYTES)].map((one) =>
      one.toString(16).padStart(2, '0'),
    )
    lines.push(`${at.toString(16).padStart(8, '0')}  ${row.join(' ')}`)
  }
  return { title, text: lines.join('\n'), isCut: bytes.length > HEX_SHOWN_BYTES }
}
