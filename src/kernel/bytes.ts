// Bytes and their text forms, without Node's Buffer, so that the same code runs in a browser.

const encoder = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lossyDecoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })

export function utf8Bytes(text: string): Uint8Array {
  return encoder.encode(text)
}

/** @throws TypeError when the bytes are not valid UTF-8. */
export function utf8Text(bytes: Uint8Array): string {
  return strictDecoder.decode(bytes)
}

/** For showing hostile bytes to people: invalid sequences become U+FFFD. */
export function utf8TextLossy(bytes: Uint8Array): string {
  return lossyDecoder.decode(bytes)
}

const HEX_PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** What newer engines bring (ECMAScript 2026), here and below; an older one takes the longer way. */
interface NativeHex {
  toHex?(): string
}

/** Lower-case hexadecimal. */
export function hexOf(bytes: Uint8Array & NativeHex): string {
  return bytes.toHex?.() ?? hexOfPortably(bytes)
}

/** As `hexOf`, for engines that cannot do it themselves. */
export function hexOfPortably(bytes: Uint8Array): string {
  let out = ''
  for (const byte of bytes) out += HEX_PAIRS[byte]!
  return out
}

/** @throws RangeError unless the text is lower-case hexadecimal of even length. */
export function bytesOfHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text))
    throw new RangeError('expected lower-case hexadecimal')
  const out = new Uint8Array(text.length / 2)
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return out
}

interface NativeBase64 {
  toBase64?(): string
}
interface NativeBase64Reader {
  fromBase64?(text: string, options: { readonly lastChunkHandling: 'strict' }): Uint8Array
}
const nativeReader: NativeBase64Reader & typeof Uint8Array = Uint8Array

/** Standard base64 with padding (RFC 4648 section 4). */
export function base64Of(bytes: Uint8Array & NativeBase64): string {
  return bytes.toBase64?.() ?? base64OfPortably(bytes)
}

/** As `base64Of`, for engines that cannot do it themselves. */
export function base64OfPortably(bytes: Uint8Array): string {
  let binary = ''
  const chunkSize = 0x8000
  for (let i = 0; i < bytes.length; i += chunkSize) {
    binary += String.fromCharCode(...bytes.subarray(i, i + chunkSize))
  }
  return btoa(binary)
}

/** @throws RangeError unless the text is canonical base64: padded, no spaces, unused bits zero. */
export function bytesOfBase64(text: string): Uint8Array {
  if (nativeReader.fromBase64 === undefined) return bytesOfBase64Portably(text)
  let bytes: Uint8Array
  try {
    bytes = nativeReader.fromBase64(text, { lastChunkHandling: 'strict' })
  } catch (cause) {
    throw new RangeError('expected canonical base64', { cause })
  }
  // The engine skips white space; text that had some is longer than its bytes need.
  if (Math.ceil(bytes.length / 3) * 4 !== text.length)
    throw new RangeError('expected padded base64')
  return bytes
}

/** As `bytesOfBase64`, for text of strangers: undefined where it is none, so that the caller says what was expected. */
export function readBase64(text: string): Uint8Array | undefined {
  try {
    return bytesOfBase64(text)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** As `bytesOfBase64`, for engines that cannot do it themselves. */
export function bytesOfBase64Portably(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw new RangeError('expected padded base64')
  const binary = atob(text)
  const out = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) out[i] = binary.charCodeAt(i)
  // Re-encoding is the shortest exact test for stray bits in the last group.
  if (base64OfPortably(out) !== text) throw new RangeError('expected canonical base64')
  return out
}

export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let sizeBytes = 0
  for (const part of parts) sizeBytes += part.length
  const out = new Uint8Array(sizeBytes)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
