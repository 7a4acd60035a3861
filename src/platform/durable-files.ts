// PGlite's view of a folder, with the fsync calls that PGlite itself leaves out.
import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

type NodeFsOptions = Parameters<NodeFS['init']>[1]

/** What this file needs to know of emscripten's NODEFS; the package does not type it. */
interface StreamWriter {
  write(stream: OpenStream, buffer: Uint8Array, offset: number, size: number, at: number): number
}
interface OpenStream {
  readonly node: FileNode
}
interface FileNode {
  readonly name: string
  readonly parent: FileNode
}

/**
 * Remembers which files were written. `syncWal` makes the written WAL durable at a commit; `syncAll`
 * makes everything durable after a checkpoint, before old WAL is recycled for good.
 */
export class DurableNodeFS extends NodeFS {
  /** Bytes written to the WAL since the last `syncAll`. */
  walBytes = 0
  /** How often a file was flushed; for `stats` and tests. */
  syncCount = 0
  readonly #root: string
  readonly #dirtyWal = new Set<string>()
  readonly #dirtyFiles = new Set<string>()
  readonly #knownWal = new Set<string>()

  constructor(folder: string) {
    super(folder)
    this.#root = folder
  }

  override async init(pg: PGlite, options: NodeFsOptions): ReturnType<NodeFS['init']> {
    const watch = (module: object): void => {
      this.#watchWrites(module)
    }
    return super.init(pg, { ...options, preRun: [watch, ...(options.preRun ?? [])] })
  }

  #watchWrites(module: object): void {
    const files = (module as { NODEFS?: { stream_ops?: StreamWriter } }).NODEFS?.stream_ops
    if (files === undefined) throw new Error('expected emscripten NODEFS with stream_ops')
    const write = files.write.bind(files)
    files.write = (stream, buffer, offset, size, at) => {
      const written = write(stream, buffer, offset, size, at)
      this.#note(stream.node, written)
      return written
    }
  }

  #note(node: FileNode, written: number): void {
    // The path is read from the names now: segments are renamed when they are recycled.
    const names: string[] = []
    for (let at = node; at.parent !== at; at = at.parent) names.push(at.name)
    const path = names.reverse().join('/')
    if (path.startsWith('pg_wal/')) {
      this.walBytes += written
      this.#dirtyWal.add(path)
    } else {
      this.#dirtyFiles.add(path)
    }
  }

  /** Flushes the WAL segments written since the last call; nothing when nothing was written. */
  syncWal(): void {
    if (this.#dirtyWal.size === 0) return
    let isSegmentNew = false
    for (const path of this.#dirtyWal) {
      this.#flush(path)
      if (!this.#knownWal.has(path)) isSegmentNew = true
      this.#knownWal.add(path)
    }
    if (isSegmentNew) this.#flushFolder('pg_wal')
    this.#dirtyWal.clear()
  }

  /** Flushes every file written since the last call, and the folders that hold them. */
  syncAll(): void {
    this.syncWal()
    const folders = new Set<string>(['', 'pg_wal'])
    for (const path of this.#dirtyFiles) {
      this.#flush(path)
      folders.add(path.split('/').slice(0, -1).join('/'))
    }
    for (const folder of folders) this.#flushFolder(folder)
    this.#dirtyFiles.clear()
    // Recycled segments come back under new names, which the folder must then record again.
    this.#knownWal.clear()
    this.walBytes = 0
  }

  #flush(path: string): void {
    withDescriptor(join(this.#root, path), 'r+', (descriptor) => {
      fdatasyncSync(descriptor)
      this.syncCount++
    })
  }

  #flushFolder(path: string): void {
    // Windows cannot open a folder for flushing and needs no such call.
    if (process.platform === 'win32') return
    withDescriptor(join(this.#root, path), 'r', (descriptor) => {
      fsyncSync(descriptor)
      this.syncCount++
    })
  }
}

function withDescriptor(path: string, flags: string, use: (descriptor: number) => void): void {
  let descriptor: number
  try {
    descriptor = openSync(path, flags)
  } catch (error) {
    // Dropped tables and recycled segments are gone by now, and what is gone needs no flushing.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
    throw error
  }
  try {
    use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
