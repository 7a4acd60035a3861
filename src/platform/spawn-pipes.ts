// Real pipes for child processes: Node's own are sockets, which `tee /dev/stderr` cannot open again.
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  fstatSync,
  mkdtempSync,
  openSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Names made per call of mkfifo, because a process per pipe would cost more than the command itself. */
const BATCH_COUNT = 96

export interface CapturePipe {
  /** What the child gets. */
  readonly writeEnd: number
  readonly readEnd: Socket
  /** Tells this pipe from all others on the machine. */
  readonly inode: string
}

let folder: string | undefined
let spare: string[] = []
let lastName = 0

/** A pipe that nobody else has: its name is gone before the child starts. */
export function openCapturePipe(): CapturePipe {
  const path = spare.pop() ?? makeBatch()
  // Opened without waiting for a writer, so that the write end then finds a reader.
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const writeEnd = openSync(path, constants.O_WRONLY)
  unlinkSync(path)
  const { dev, ino } = fstatSync(readEnd)
  return {
    writeEnd,
    readEnd: new Socket({ fd: readEnd, readable: true, writable: false }),
    inode: `${dev}:${ino}`,
  }
}

/** A file without a name, open for reading: standard input that can be opened again and never blocks. */
export function openInput(bytes: Uint8Array): number {
  const path = join(scratchFolder(), `input-${++lastName}`)
  writeFileSync(path, bytes, { mode: 0o600 })
  const descriptor = openSync(path, 'r')
  unlinkSync(path)
  return descriptor
}

/** Closes this process' copies of descriptors that the child has by now. */
export function closeDescriptors(descriptors: readonly number[]): void {
  for (const descriptor of descriptors) closeSync(descriptor)
}

function makeBatch(): string {
  const paths = Array.from({ length: BATCH_COUNT }, () =>
    join(scratchFolder(), `pipe-${++lastName}`),
  )
  execFileSync('mkfifo', ['-m', '600', ...paths], { stdio: 'ignore' })
  const [first = '', ...rest] = paths
  spare = rest
  return first
}

function scratchFolder(): string {
  if (folder !== undefined) return folder
  const made = mkdtempSync(join(tmpdir(), 'seaworthy-pipes-'))
  folder = made
  process.once('exit', () => {
    rmSync(made, { recursive: true, force: true })
  })
  return made
}
