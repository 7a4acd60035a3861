// A reader of logs as C2SP tlog-tiles describes them, written from the specification alone: nothing of ours but the server.
import { createHash } from 'node:crypto'

const HASH_BYTES = 32
const WIDTH = 256

/** Answers the body at a path below the log's prefix; throws for anything but a 200. */
export type GetPiece = (path: string) => Promise<Uint8Array>

export interface ReadLog {
  readonly origin: string
  readonly size: number
  readonly root: string
  readonly entries: readonly Uint8Array[]
  /** Paths that were asked for, tiles first. */
  readonly paths: readonly string[]
}

/** Reads checkpoint, every tile and every entry, and holds each against the other. @throws Error where they differ */
export async function readWholeLog(get: GetPiece): Promise<ReadLog> {
  const note = new TextDecoder().decode(await get('checkpoint'))
  const [origin = '', sizeText = '', root = ''] = note.split('\n')
  const size = Number(sizeText)
  const paths: string[] = []
  const read = async (path: string): Promise<Buffer> => {
    paths.push(path)
    return Buffer.from(await get(path))
  }
  let below: Buffer[] = []
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / WIDTH)) {
    const hashes: Buffer[] = []
    for (const { path, width } of piecesOf(String(level), count)) {
      const tile = await read(path)
      if (tile.length !== width * HASH_BYTES) throw new Error(`${path} has ${tile.length} bytes`)
      for (let at = 0; at < width; at++) hashes.push(tile.subarray(at * 32, at * 32 + 32))
    }
    if (level === 0) {
      if (treeHash(hashes).toString('base64') !== root) throw new Error('level 0 has another root')
    } else if (
      hashes.some((hash, at) => !hash.equals(treeHash(below.slice(at * 256, at * 256 + 256))))
    )
      throw new Error(`level ${level} differs from the tiles below`)
    below = hashes
    if (level === 0) await assertEntries(read, size, hashes)
  }
  return { origin, size, root, entries: await readEntries(read, size), paths }
}

async function assertEntries(
  read: (path: string) => Promise<Buffer>,
  size: number,
  hashes: readonly Buffer[],
): Promise<void> {
  const entries = await readEntries(read, size)
  const differs = entries.findIndex((entry, at) => !hashes[at]!.equals(sha256(0, entry)))
  if (entries.length !== size || differs !== -1)
    throw new Error(`${entries.length} entries, the first that differs is ${differs}`)
}

async function readEntries(
  read: (path: string) => Promise<Buffer>,
  size: number,
): Promise<Uint8Array[]> {
  const entries: Uint8Array[] = []
  for (const { path } of piecesOf('entries', size)) {
    const bundle = await read(path)
    for (let at = 0; at < bundle.length;) {
      const length = bundle.readUInt16BE(at)
      entries.push(bundle.subarray(at + 2, at + 2 + length))
      at += 2 + length
    }
  }
  return entries
}

function piecesOf(level: string, count: number): { path: string; width: number }[] {
  return Array.from({ length: Math.ceil(count / WIDTH) }, (_, index) => {
    const width = Math.min(WIDTH, count - index * WIDTH)
    const suffix = width === WIDTH ? '' : `.p/${width}`
    return { path: `tile/${level}/${indexPath(index)}${suffix}`, width }
  })
}

/** 1234067 is `x001/x234/067`. */
export function indexPath(index: number): string {
  const groups = []
  for (let rest = index; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(String(rest % 1000).padStart(3, '0'))
  return groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/')
}

/** MTH of RFC 6962, section 2.1, over leaf hashes, as the text recurses. */
export function treeHash(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 1) return hashes[0]!
  let k = 1
  while (k * 2 < hashes.length) k *= 2
  return sha256(1, treeHash(hashes.slice(0, k)), treeHash(hashes.slice(k)))
}

function sha256(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256').update(Buffer.from([tag]))
  for (const part of parts) hash.update(part)
  return hash.digest()
}
