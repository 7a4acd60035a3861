// Runs one process as a child of this one to its end, in a session of its own, with nothing left behind.
import { spawn, type ChildProcess } from 'node:child_process'
import {
  messageOf,
  type SpawnOutput,
  type SpawnRequest,
  type SpawnResult,
  utf8TextLossy,
} from '../kernel/index.ts'
import { errorCodeOf } from './files.ts'
import { Capture, drainCaptures } from './spawn-capture.ts'
import {
  guardCall,
  readGuardReport,
  STRAY_GRACE_MS,
  TERMINATION_GRACE_MS,
  type GuardCall,
  type GuardReport,
} from './spawn-guard.ts'
import { closeDescriptors, openInput } from './spawn-pipes.ts'
import { findStrays, MARK_VARIABLE, type Family } from './spawn-strays.ts'

/** How often strays are looked for and killed, in case they keep starting others. */
const STRAY_ROUND_LIMIT = 20
const STRAY_ROUND_MS = 10
/** How long the pipes may stay open once every known process is gone. */
const DRAIN_LIMIT_MS = 1_000
/** A guard kills by itself; so long after it should have, its command is killed without it. */
const GUARD_SLACK_MS = 2_000
/** What a guard tells is short; see its limits. */
const REPORT_LIMIT_BYTES = 16_384

/**
 * The child gets its own session, hence no terminal; standard input is empty or a file; standard output,
 * standard error and the extra outputs are pipes. Its environment is the request's plus the mark.
 * On Linux with perl a guard stands between the two, which nothing the command starts can leave.
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
  readonly #guard: GuardCall | undefined
  readonly #report = new Capture(REPORT_LIMIT_BYTES)
  #told: GuardReport | undefined
  #end: { code: number | null; signal: string | null } | undefined
  #startError: string | undefined
  #timedOut = false
  #aborted = false

  constructor(request: SpawnRequest, mark: string) {
    this.#request = request
    this.#mark = mark
    this.#guard = guardCall(request)
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
      await drainCaptures(this.#captures, DRAIN_LIMIT_MS)
    }
    const leftovers = this.#told?.leftovers
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
      ...(leftovers === undefined ? {} : { leftovers }),
      durationMs: performance.now() - this.#startedAt,
    }
  }

  #start(): ChildProcess | undefined {
    const { cwd, env, stdin, user } = this.#request
    const guard = this.#guard
    const captures = guard === undefined ? this.#captures : [...this.#captures, this.#report]
    const pipes = captures.map((capture) => capture.open())
    const input = stdin === undefined ? undefined : openInput(stdin)
    const { file, args } = guard ?? this.#request
    try {
      return spawn(file, args, {
        cwd,
        env: { ...env, [MARK_VARIABLE]: this.#mark },
        // A new session: no controlling terminal, and a process group that can be killed as one.
        detached: true,
        // A guard keeps its rights and takes them from the command; Node drops the groups together with the user.
        ...(guard === undefined ? user : {}),
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
    const ended = new Promise<void>((resolve) => {
      child.once('exit', (code, signal) => {
        this.#end = { code, signal }
        resolve()
      })
    })
    const { signal, timeoutMs } = this.#request
    let killer: NodeJS.Timeout | undefined
    const terminate = (): void => {
      killer ??= this.#terminate(pid)
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
    if (this.#guard === undefined) await endStrays(this.#family(pid))
    else await this.#hearGuard(pid)
  }

  /** Asks the command to end, and answers the timer that kills it. */
  #terminate(pid: number): NodeJS.Timeout {
    if (this.#guard === undefined) {
      endFamily(this.#family(pid), 'SIGTERM')
      return setTimeout(endFamily, TERMINATION_GRACE_MS, this.#family(pid), 'SIGKILL')
    }
    // The guard asks, waits and kills by itself, and must outlive what it keeps.
    sendSignal(pid, 'SIGTERM')
    const limitMs = TERMINATION_GRACE_MS + GUARD_SLACK_MS
    return setTimeout(endFamily, limitMs, this.#family(pid), 'SIGKILL')
  }

  async #hearGuard(pid: number): Promise<void> {
    await drainCaptures([this.#report], DRAIN_LIMIT_MS)
    const told = readGuardReport(utf8TextLossy(this.#report.output().bytes))
    this.#told = told
    if (told.startError !== undefined) {
      this.#startError = told.startError
      this.#end = undefined
    } else {
      // Without the last word of its guard nobody knows how the command ended: somebody killed the guard.
      this.#end = told.end ?? { code: null, signal: this.#end?.signal ?? 'SIGKILL' }
    }
    if (!told.isClean) await endStrays(this.#family(told.pid ?? pid))
  }

  #family(leader: number): Family {
    return {
      leader,
      mark: this.#mark,
      inodes: new Set(this.#captures.map((capture) => capture.inode)),
      startedAtMs: this.#startedAt,
    }
  }
}

const NO_OUTPUT: SpawnOutput = { bytes: new Uint8Array(0), totalBytes: 0 }

async function startFailure(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve(errorCodeOf(error) ?? messageOf(error))
    })
  })
}

/** What the finished command left: first asked to end, then killed, until none is found. */
export async function endStrays(family: Family, graceMs = STRAY_GRACE_MS): Promise<void> {
  const graceEndsAt = performance.now() + graceMs
  const roundLimit = STRAY_ROUND_LIMIT + graceMs / STRAY_ROUND_MS
  let isAsked = false
  for (let round = 0; round < roundLimit; round++) {
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
