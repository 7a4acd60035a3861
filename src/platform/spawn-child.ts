// Runs one process as a child of this one to its end, in a session of its own, with nothing left behind.
import { spawn, type ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import {
  concatBytes,
  messageOf,
  type SpawnOutput,
  type SpawnRequest,
  type SpawnResult,
} from '../kernel/index.ts'
import { errorCodeOf } from './files.ts'
import { closeDescriptors, openCapturePipe, openInput, type CapturePipe } from './spawn-pipes.ts'
import { findStrays, MARK_VARIABLE, type Family } from './spawn-strays.ts'

/** Between SIGTERM and SIGKILL, when a time limit or an abort ends the command. */
export const TERMINATION_GRACE_MS = 2_000
/** The same for what a finished command left running. */
export const STRAY_GRACE_MS = 200
/** How often strays are looked for and killed, in case they keep starting others. */
const STRAY_ROUND_LIMIT = 20
const STRAY_ROUND_MS = 10
/** How long the pipes may stay open once every known process is gone. */
const DRAIN_LIMIT_MS = 1_000

/**
 * The child gets its own session, hence no terminal; standard input is empty or a file; standard output,
 * standard error and the extra outputs are pipes. Its environment is the request's plus the mark.
 * @param mark value of MARK_VARIABLE, by which the descendants of this run are found
 */
export async function runChild(request: SpawnRequest, mark: string): Promise<SpawnResult> {
  return new ChildRun(request, mark).finish()
}

class ChildRun {
  readonly #request: SpawnRequest
  readonly #startedAt = performance.now()
  readonly #mark: string
  readonly #captures: Capture[]
  #end: { code: number | null; signal: string | null } | undefined
  #startError: string | undefined
  #timedOut = false
  #aborted = false

  constructor(request: SpawnRequest, mark: string) {
    this.#request = request
    this.#mark = mark
    const listen = request.onOutput?.bind(request)
    const limit = request.outputLimitBytes
    this.#captures = [
      new Capture(limit, (chunk) => listen?.('stdout', chunk)),
      new Capture(limit, (chunk) => listen?.('stderr', chunk)),
      ...Array.from({ length: request.extraOutputs ?? 0 }, () => new Capture(limit)),
    ]
  }

  async finish(): Promise<SpawnResult> {
    const { signal } = this.#request
    if (signal?.aborted === true) this.#aborted = true
    else {
      const child = this.#start()
      if (child?.pid !== undefined) await this.#attend(child, child.pid)
      else if (child !== undefined)
        await startFailure(child).then((code) => (this.#startError = code))
      await this.#drain()
    }
    const [stdout, stderr, ...extra] = this.#captures.map((capture) => capture.output())
    return {
      exitCode: this.#end?.code ?? null,
      signal: this.#end?.signal ?? null,
      timedOut: this.#timedOut,
      aborted: this.#aborted,
      ...(this.#startError === undefined ? {} : { startError: this.#startError }),
      stdout: stdout ?? NO_OUTPUT,
      stderr: stderr ?? NO_OUTPUT,
      extra,
      durationMs: performance.now() - this.#startedAt,
    }
  }

  #start(): ChildProcess | undefined {
    const { file, args, cwd, env, stdin } = this.#request
    const pipes = this.#captures.map((capture) => capture.open())
    const input = stdin === undefined ? undefined : openInput(stdin)
    try {
      return spawn(file, args, {
        cwd,
        env: { ...env, [MARK_VARIABLE]: this.#mark },
        // A new session: no controlling terminal, and a process group that can be killed as one.
        detached: true,
        stdio: [input ?? 'ignore', ...pipes.map((pipe) => pipe.writeEnd)],
      })
    } catch (error) {
      // Node throws what it does not expect of a system (E2BIG …) and reports the rest as an event.
      this.#startError = errorCodeOf(error) ?? messageOf(error)
      return undefined
    } finally {
      closeDescriptors([
        ...pipes.map((pipe) => pipe.writeEnd),
        ...(input === undefined ? [] : [input]),
      ])
    }
  }

  async #attend(child: ChildProcess, pid: number): Promise<void> {
    const family: Family = {
      leader: pid,
      mark: this.#mark,
      inodes: new Set(this.#captures.map((capture) => capture.inode)),
      startedAtMs: this.#startedAt,
    }
    const ended = new Promise<void>((resolve) => {
      child.once('exit', (code, signal) => {
        this.#end = { code, signal }
        resolve()
      })
    })
    const { signal, timeoutMs } = this.#request
    let killer: NodeJS.Timeout | undefined
    const terminate = (): void => {
      endFamily(family, 'SIGTERM')
      killer ??= setTimeout(endFamily, TERMINATION_GRACE_MS, family, 'SIGKILL')
    }
    const onAbort = (): void => {
      this.#aborted = true
      terminate()
    }
    const onTimeout = (): void => {
      this.#timedOut = true
      terminate()
    }
    const timer = setTimeout(onTimeout, timeoutMs)
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      await ended
    } finally {
      clearTimeout(timer)
      clearTimeout(killer)
      signal?.removeEventListener('abort', onAbort)
    }
    await endStrays(family)
  }

  async #drain(): Promise<void> {
    const timer = setTimeout(() => {
      for (const capture of this.#captures) capture.close()
    }, DRAIN_LIMIT_MS)
    await Promise.all(this.#captures.map((capture) => capture.closed))
    clearTimeout(timer)
  }
}

const NO_OUTPUT: SpawnOutput = { bytes: new Uint8Array(0), totalBytes: 0 }

/** One captured stream: keeps the first bytes up to the limit and counts the rest. */
class Capture {
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

async function startFailure(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve(errorCodeOf(error) ?? messageOf(error))
    })
  })
}

/** What the finished command left: first asked to end, then killed, until none is found. */
export async function endStrays(family: Family): Promise<void> {
  const graceEndsAt = performance.now() + STRAY_GRACE_MS
  let isAsked = false
  for (let round = 0; round < STRAY_ROUND_LIMIT * 2; round++) {
    const isOver = performance.now() >= graceEndsAt
    const found = findStrays(family).length > 0 || isGroupAlive(family.leader)
    if (!found) return
    if (isOver || !isAsked) endFamily(family, isOver ? 'SIGKILL' : 'SIGTERM')
    isAsked = true
    await new Promise((resolve) => setTimeout(resolve, STRAY_ROUND_MS))
  }
}

function endFamily(family: Family, signal: 'SIGTERM' | 'SIGKILL'): void {
  for (const pid of [-family.leader, ...findStrays(family)]) sendSignal(pid, signal)
}

/** Zombies of the group count as alive to the system; findStrays decides where it can. */
function isGroupAlive(leader: number): boolean {
  return process.platform !== 'linux' && sendSignal(-leader, 0)
}

function sendSignal(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    const code = errorCodeOf(error)
    if (code === 'ESRCH' || code === 'EPERM') return false
    throw error
  }
}
