// Keeps the small process that starts commands, hands requests to it and notices when it is gone.
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { getCompileCacheDir } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { messageOf, type SpawnRequest, type SpawnResult } from '../kernel/index.ts'
import { platformFault } from './errors.ts'
import { endStrays } from './spawn-child.ts'
import { TERMINATION_GRACE_MS } from './spawn-guard.ts'
import type { SpawnOrder, SpawnReport } from './spawn-messages.ts'

/** The published package holds JavaScript, a checkout TypeScript. */
const WORKER_FILE = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? './spawn-worker.ts' : './spawn-worker.js',
    import.meta.url,
  ),
)

/** After the loss of the small process, before what its guards have not ended by then is killed. */
const HOST_LOSS_GRACE_MS = TERMINATION_GRACE_MS + 1_000

interface Waiter {
  readonly request: SpawnRequest
  readonly mark: string
  resolve(result: SpawnResult): void
  reject(error: unknown): void
}

/** One such process. It keeps this one alive only while a command runs, and ends with it. */
export class SpawnHost {
  readonly #child: ChildProcess
  readonly #startedAtMs = performance.now()
  readonly #waiters = new Map<number, Waiter>()
  #lastId = 0
  #state: 'starting' | 'ready' | 'lost' = 'starting'

  constructor() {
    const cache = getCompileCacheDir()
    this.#child = spawn(process.execPath, [WORKER_FILE], {
      cwd: '/',
      // Nothing of this process' environment, which may hold secrets, and not its terminal either.
      env: {
        TMPDIR: tmpdir(),
        ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) }),
      },
      detached: true,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child.on('message', (report: SpawnReport) => {
      this.#take(report)
    })
    this.#child.once('error', (error) => {
      this.#giveUp(messageOf(error))
    })
    this.#child.once('disconnect', () => {
      this.#giveUp('it ended')
    })
    this.#keepAlive()
  }

  get state(): 'starting' | 'ready' | 'lost' {
    return this.#state
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** @throws PLATFORM_SPAWN_LOST when the process ends before the command does */
  async run(request: SpawnRequest): Promise<SpawnResult> {
    if (this.#state === 'lost') throw faultOfLoss('it had ended')
    const id = ++this.#lastId
    const mark = randomUUID()
    const { signal, onOutput, ...terms } = request
    const ended = new Promise<SpawnResult>((fulfil, reject) => {
      this.#waiters.set(id, { request, mark, resolve: fulfil, reject })
    })
    const onAbort = (): void => this.#send({ kind: 'abort', id })
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#keepAlive()
    const isHeard = onOutput !== undefined
    this.#send({
      kind: 'run',
      id,
      mark,
      terms: { ...terms, cwd: resolve(request.cwd) },
      isHeard,
    })
    if (signal?.aborted === true) onAbort()
    try {
      return await ended
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.#waiters.delete(id)
      this.#keepAlive()
    }
  }

  #send(order: SpawnOrder): void {
    // A reader that is gone is noticed as 'disconnect', which settles every waiter.
    this.#child.send(order, (error) => {
      if (error !== null) this.#giveUp(messageOf(error))
    })
  }

  #take(report: SpawnReport): void {
    if (report.kind === 'ready') {
      this.#state = 'ready'
      return
    }
    const waiter = this.#waiters.get(report.id)
    if (report.kind === 'output') waiter?.request.onOutput?.(report.stream, report.chunk)
    else if (report.kind === 'ended') waiter?.resolve(report.result)
    else waiter?.reject(faultOfLoss(report.reason))
  }

  #giveUp(reason: string): void {
    if (this.#state === 'lost') return
    this.#state = 'lost'
    const lost = faultOfLoss(reason)
    for (const waiter of this.#waiters.values()) {
      // Its commands outlive it; what they did is unknown, but they must not go on.
      this.#endCommand(waiter.mark).then(() => waiter.reject(lost), waiter.reject)
    }
  }

  async #endCommand(mark: string): Promise<void> {
    const leader = this.#child.pid
    if (leader === undefined) return
    // Guards end their commands when this process is gone; killed earlier, they could not see to it.
    const family = { leader, mark, inodes: new Set<string>(), startedAtMs: this.#startedAtMs }
    await endStrays(family, HOST_LOSS_GRACE_MS)
  }

  /** Only a running command keeps this process from ending. */
  #keepAlive(): void {
    if (this.#waiters.size > 0) {
      this.#child.ref()
      this.#child.channel?.ref()
    } else {
      this.#child.unref()
      this.#child.channel?.unref()
    }
  }
}

function faultOfLoss(reason: string): Error {
  return platformFault(
    'PLATFORM_SPAWN_LOST',
    `expected the process that starts commands to stay, but ${reason}`,
  )
}
