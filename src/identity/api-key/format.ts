// The text of an API key: a prefix that scanners for leaked secrets find, an id, a secret, and a checksum against mistyping.
import { utf8Bytes } from '../../kernel/index.ts'
import type { Random } from '../../kernel/index.ts'

/** `live` keys may change production; `test` keys are limited to other environments. */
export type ApiKeyReach = 'live' | 'test'

export interface ApiKeyText {
  readonly keyId: string
  /** Everything before the checksum: what is hashed, so that no part of a key can be exchanged. */
  readonly secretPart: string
}

const PREFIX = 'swk'
const ID_LENGTH = 12
const SECRET_LENGTH = 32
const CHECKSUM_LENGTH = 6
const API_KEY = /^(swk_(?:live|test)_([0-9A-Za-z]{12})_[0-9A-Za-z]{32})([0-9A-Za-z]{6})$/

/** Whether the text claims to be an API key, whole or not. */
export function looksLikeApiKey(text: string): boolean {
  return text.startsWith(`${PREFIX}_`)
}

/** Undefined for anything that no server of ours made; costs no look-up. */
export function parseApiKey(text: string): ApiKeyText | undefined {
  const [, secretPart, keyId, checksum] = API_KEY.exec(text) ?? []
  if (secretPart === undefined || keyId === undefined) return undefined
  return checksumOf(secretPart) === checksum ? { keyId, secretPart } : undefined
}

/** A new key: 190 bits of chance in the secret, 71 in the id. */
export function makeApiKeyText(random: Random, reach: ApiKeyReach): ApiKeyText & { text: string } {
  const keyId = randomLetters(random, ID_LENGTH)
  const secretPart = `${PREFIX}_${reach}_${keyId}_${randomLetters(random, SECRET_LENGTH)}`
  return { keyId, secretPart, text: `${secretPart}${checksumOf(secretPart)}` }
}

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** The largest multiple of 62 in a byte: what lies above would make the first letters likelier. */
const FAIR_BELOW = 248

function randomLetters(random: Random, length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of random.bytes(length)) {
      if (byte < FAIR_BELOW && text.length < length) text += LETTERS[byte % LETTERS.length]!
    }
  }
  return text
}

/** CRC-32 (ISO 3309, as in zip) of the text, in base 62. */
function checksumOf(text: string): string {
  let crc = 0xffffffff
  for (const byte of utf8Bytes(text)) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  let rest = (crc ^ 0xffffffff) >>> 0
  let letters = ''
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    letters = LETTERS[rest % LETTERS.length]! + letters
    rest = Math.floor(rest / LETTERS.length)
  }
  return letters
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1
  return crc
})
