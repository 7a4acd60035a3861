// The one tar layout a bundle may have: canonical POSIX ustar, so that every byte of the container is accounted for.

/** Larger containers are refused before a byte of them is read. */
export const TAR_LIMIT_BYTES = 512 * 1024 * 1024

/** The ustar name field; the prefix field is never used. */
export const TAR_NAME_LIMIT_BYTES = 100

const BLOCK_BYTES = 512
const TRAILER_BYTES = 2 * BLOCK_BYTES

export interface TarFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** Why bytes are not a canonical tar: the first place where they differ from one. */
export interface TarRefusal {
  readonly ok: false
  /** Offset in bytes from the start of the container. */
  readonly offset: number
  /** The file whose block is at fault, when its name could be read. */
  readonly path?: string
  readonly reason: string
}

export type TarReading = { readonly ok: true; readonly value: readonly TarFile[] } | TarRefusal

/**
 * Why a path may not stand in a bundle, or undefined when it may. Portable by construction: segments of
 * letters, digits, dot, hyphen and underscore that start with a letter or digit, so neither `..` nor an
 * absolute path nor a name that another system reads differently can occur.
 */
export function refuseTarPath(path: string): string | undefined {
  if (path.length > TAR_NAME_LIMIT_BYTES) {
    return `expected a name of at most ${TAR_NAME_LIMIT_BYTES} bytes, got ${path.length}`
  }
  if (path.startsWith('/')) return 'expected a relative path, got an absolute one'
  if (path.split('/').includes('..')) return 'expected a path that stays inside, got one with ".."'
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/.test(path)) {
    return 'expected segments of letters, digits, ".", "-" and "_" that start with a letter or digit'
  }
  return undefined
}

/**
 * The canonical container of `files`: sorted bytewise by name, mode 0644, owner 0, time 0, two zero blocks
 * at the end. GNU tar makes the same bytes with `--format=ustar -b1 --sort=name --mode=0644 --owner=0
 * --group=0 --numeric-owner --mtime=@0`.
 * @throws RangeError for a path that `refuseTarPath` refuses, a name given twice, or too many bytes.
 */
export function writeTar(files: readonly TarFile[]): Uint8Array {
  // Paths are ASCII, so comparing UTF-16 code units is comparing bytes.
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  let sizeBytes = TRAILER_BYTES
  for (const [index, file] of sorted.entries()) {
    const refusal = refuseTarPath(file.path)
    if (refusal !== undefined) throw new RangeError(`${file.path}: ${refusal}`)
    if (sorted[index + 1]?.path === file.path) throw new RangeError(`${file.path}: given twice`)
    sizeBytes += BLOCK_BYTES + paddedSize(file.bytes.length)
  }
  if (sizeBytes > TAR_LIMIT_BYTES) {
    throw new RangeError(`expected at most ${TAR_LIMIT_BYTES} bytes, got ${sizeBytes}`)
  }
  const out = new Uint8Array(sizeBytes)
  let at = 0
  for (const file of sorted) {
    out.set(headerOf(file.path, file.bytes.length), at)
    out.set(file.bytes, at + BLOCK_BYTES)
    at += BLOCK_BYTES + paddedSize(file.bytes.length)
  }
  return out
}

/**
 * Reads a container that `writeTar` could have written and refuses every other one, with the place. The
 * files' bytes are views into `bytes`, not copies.
 */
export function readTar(bytes: Uint8Array): TarReading {
  if (bytes.length > TAR_LIMIT_BYTES) {
    return refuseAt(0, `expected at most ${TAR_LIMIT_BYTES} bytes, got ${bytes.length}`)
  }
  if (bytes.length % BLOCK_BYTES !== 0) {
    return refuseAt(
      bytes.length,
      `expected whole blocks of ${BLOCK_BYTES} bytes, got ${bytes.length} bytes`,
    )
  }
  const files: TarFile[] = []
  const endOfFiles = bytes.length - TRAILER_BYTES
  let at = 0
  while (at < endOfFiles) {
    const read = readFileAt(bytes, at, endOfFiles, files.at(-1)?.path)
    if (!('file' in read)) return read
    files.push(read.file)
    at = read.next
  }
  const stray = endOfFiles < 0 ? 0 : firstNonZero(bytes, endOfFiles, bytes.length)
  if (endOfFiles < 0 || stray !== -1) return refuseAt(stray, 'expected two zero blocks at the end')
  return { ok: true, value: files }
}

function readFileAt(
  bytes: Uint8Array,
  at: number,
  endOfFiles: number,
  previous: string | undefined,
): TarRefusal | { readonly file: TarFile; readonly next: number } {
  const path = nameAt(bytes, at)
  if (path === '')
    return refuseAt(at, 'expected a file header, got a block without a name before the end')
  const unsafe = refuseTarPath(path)
  // The name itself is withheld: it is hostile text of unknown form.
  if (unsafe !== undefined) return refuseAt(at, unsafe)
  const size = sizeAt(bytes, at)
  if (size === undefined) return refuseAt(at + 124, 'expected a size of 11 octal digits', path)
  const different = differenceOf(bytes, at, headerOf(path, size))
  if (different !== -1)
    return refuseAt(at + different, `the ${fieldAt(different)} is not canonical`, path)
  if (previous !== undefined && previous >= path) {
    const reason =
      previous === path
        ? 'the name occurs twice'
        : `expected names in order, got it after ${previous}`
    return refuseAt(at, reason, path)
  }
  const next = at + BLOCK_BYTES + paddedSize(size)
  if (next > endOfFiles)
    return refuseAt(at + 124, `expected ${size} bytes of content, the container ends before`, path)
  const stray = firstNonZero(bytes, at + BLOCK_BYTES + size, next)
  if (stray !== -1) return refuseAt(stray, 'expected zero bytes after the content', path)
  return { file: { path, bytes: bytes.subarray(at + BLOCK_BYTES, at + BLOCK_BYTES + size) }, next }
}

/** Where each header field ends, in order; source: POSIX.1-2017 pax, "ustar Interchange Format". */
const FIELDS: readonly (readonly [endOffset: number, name: string])[] = [
  [100, 'name field'],
  [108, 'mode'],
  [116, 'user id'],
  [124, 'group id'],
  [136, 'size'],
  [148, 'modification time'],
  [156, 'header checksum'],
  [157, 'type flag (only regular files are allowed)'],
  [257, 'link name'],
  [263, 'magic'],
  [265, 'version'],
  [297, 'user name'],
  [329, 'group name'],
  [337, 'device major number'],
  [345, 'device minor number'],
  [500, 'name prefix (long names are refused)'],
  [512, 'header padding'],
]

// The checksum comes last: it differs whenever another field does, and that field is what a reader looks for.
function differenceOf(bytes: Uint8Array, at: number, header: Uint8Array): number {
  let checksum = -1
  for (let i = 0; i < BLOCK_BYTES; i++) {
    if (bytes[at + i] === header[i]) continue
    if (i < 148 || i >= 156) return i
    if (checksum === -1) checksum = i
  }
  return checksum
}

function fieldAt(offset: number): string {
  return FIELDS.find(([endOffset]) => offset < endOffset)?.[1] ?? 'header'
}

// What all headers share; name, size and checksum are still empty.
const HEADER = new Uint8Array(BLOCK_BYTES)
writeAscii(HEADER, 100, '0000644\0' + '0000000\0' + '0000000\0')
writeAscii(HEADER, 136, '00000000000\0' + '        ' + '0')
writeAscii(HEADER, 257, 'ustar\0' + '00')
writeAscii(HEADER, 329, '0000000\0' + '0000000\0')
const HEADER_SUM = HEADER.reduce((sum, byte) => sum + byte, 0)

function headerOf(path: string, sizeBytes: number): Uint8Array {
  const header = HEADER.slice()
  const sum =
    HEADER_SUM +
    writeAscii(header, 0, path) +
    writeAscii(header, 124, sizeBytes.toString(8).padStart(11, '0'))
  writeAscii(header, 148, `${sum.toString(8).padStart(6, '0')}\0 `)
  return header
}

/** Returns the sum of the bytes written. */
function writeAscii(bytes: Uint8Array, at: number, text: string): number {
  let sum = 0
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i)
    bytes[at + i] = byte
    sum += byte
  }
  return sum
}

function nameAt(bytes: Uint8Array, at: number): string {
  let out = ''
  for (let i = at; i < at + TAR_NAME_LIMIT_BYTES; i++) {
    const byte = bytes[i] ?? 0
    if (byte === 0) break
    out += String.fromCharCode(byte)
  }
  return out
}

function sizeAt(bytes: Uint8Array, at: number): number | undefined {
  let text = ''
  for (let i = at + 124; i < at + 135; i++) text += String.fromCharCode(bytes[i] ?? 0)
  return /^[0-7]{11}$/.test(text) ? Number.parseInt(text, 8) : undefined
}

function paddedSize(sizeBytes: number): number {
  return Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES
}

function firstNonZero(bytes: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) if (bytes[i] !== 0) return i
  return -1
}

function refuseAt(offset: number, reason: string, path?: string): TarRefusal {
  return { ok: false, offset, reason, ...(path === undefined ? {} : { path }) }
}
