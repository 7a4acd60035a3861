// One captured stream of a child process: its first bytes up to a limit, and a count of the rest.
import type { Socket } from 'node:net'
import { concatBytes, type SpawnOutput } from '../kernel/index.ts'
import { openCapturePipe, type CapturePipe } from './spawn-pipes.ts'

/** Keeps the first bytes up to the limit and counts the rest. */
export class Capture {
  readonly #limit: number
  readonly #listen: ((chunk: Uint8Array) => void) | undefined
  readonly #parts: Uint8Array[] = []
  #kept = 0
  #total = 0
  #socket: Socket | undefined
  inode = ''
  closed: Promise<void> = Promise.resolve()

  constructor(limit: number, listen?: (chunk: Uint8Array) => void) {
    this.#limit = limit
    this.#listen = listen
  }

  open(): CapturePipe {
    const pipe = openCapturePipe()
    const socket = pipe.readEnd
    this.inode = pipe.inode
    this.#socket = socket
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        resolve()
      })
    })
    socket.on('data', (chunk: Buffer) => {
      this.#take(chunk)
    })
    // Reading a pipe fails only when it is already closed; the 'close' event follows.
    socket.on('error', () => socket.destroy())
    return pipe
  }

  close(): void {
    this.#socket?.destroy()
  }

  output(): SpawnOutput {
    return { bytes: concatBytes(this.#parts), totalBytes: this.#total }
  }

  #take(chunk: Uint8Array): void {
    this.#total += chunk.length
    const room = this.#limit - this.#kept
    if (room <= 0) return
    // Copied, so that a small rest does not keep a large read buffer alive.
    const part = new Uint8Array(chunk.subarray(0, room))
    this.#kept += part.length
    this.#parts.push(part)
    this.#listen?.(part)
  }
}

/** Waits until every stream is closed, but no longer than the limit; then closes them. */
export async function drainCaptures(captures: readonly Capture[], limitMs: number): Promise<void> {
  const timer = setTimeout(() => {
    for (const capture of captures) capture.close()
  }, limitMs)
  await Promise.all(captures.map((capture) => capture.closed))
  clearTimeout(timer)
}
