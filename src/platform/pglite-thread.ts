// Talks to the thread in which PGlite runs: requests out, answers back, and the end of the thread.
import { Worker } from 'node:worker_threads'
import { messageOf, type SeaworthyError } from '../kernel/index.ts'
import { platformFault } from './errors.ts'
import type { PgliteAnswer, PgliteRequest, PgliteStart } from './pglite-messages.ts'
import { faultOfServer } from './sql-faults.ts'

type Success = Extract<PgliteAnswer, { ok: true }>
type Unnumbered<T> = T extends { readonly id: number } ? Omit<T, 'id'> : never

interface Waiter {
  resolve(answer: Success): void
  reject(error: SeaworthyError): void
}

/** The published package holds JavaScript, a checkout TypeScript. */
const WORKER_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './pglite-worker.ts' : './pglite-worker.js',
  import.meta.url,
)

/** One worker. It keeps the process alive only while an answer is awaited. */
export class PgliteThread {
  readonly #worker: Worker
  readonly #waiters = new Map<number, Waiter>()
  readonly #ready: Promise<Success>
  #lastId = 0
  #lost: SeaworthyError | undefined
  #isClosing = false

  constructor(start: PgliteStart) {
    this.#worker = new Worker(WORKER_FILE, { workerData: start, name: 'pglite' })
    this.#ready = this.#expect(0)
    this.#worker.on('message', (answer: PgliteAnswer) => {
      this.#settle(answer)
    })
    this.#worker.on('error', (error: unknown) => {
      this.#giveUp(messageOf(error))
    })
    this.#worker.on('exit', (code) => {
      this.#giveUp(`the database thread ended with code ${code}`)
    })
  }

  /** @throws PLATFORM_DATABASE_LOST when the engine does not start */
  async waitReady(): Promise<void> {
    await this.#ready
  }

  get lost(): SeaworthyError | undefined {
    return this.#lost
  }

  async ask(request: Unnumbered<PgliteRequest>): Promise<Success> {
    if (this.#lost !== undefined) throw this.#lost
    const id = ++this.#lastId
    const answer = this.#expect(id)
    this.#worker.postMessage({ ...request, id })
    return answer
  }

  /** Asks the engine to stop and waits for the end of its thread, which comes in any case. */
  async close(): Promise<void> {
    this.#isClosing = true
    try {
      await this.ask({ kind: 'close' })
    } finally {
      // Also when the last checkpoint failed: nobody may write once the folder's lock is given back.
      await this.terminate()
    }
  }

  /** Ends the thread at once, as a crash would. */
  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }

  #expect(id: number): Promise<Success> {
    return new Promise((resolve, reject) => {
      this.#waiters.set(id, { resolve, reject })
      this.#worker.ref()
    })
  }

  #settle(answer: PgliteAnswer): void {
    const waiter = this.#waiters.get(answer.id)
    if (waiter === undefined) return
    this.#waiters.delete(answer.id)
    if (this.#waiters.size === 0) this.#worker.unref()
    if (answer.ok) waiter.resolve(answer)
    else if ('server' in answer) waiter.reject(faultOfServer(answer.server))
    else if ('ended' in answer)
      waiter.reject(platformFault('PLATFORM_TRANSACTION_ENDED', answer.ended))
    else if ('refused' in answer)
      waiter.reject(platformFault('PLATFORM_VALUE_REFUSED', answer.refused))
    else {
      this.#giveUp(answer.lost)
      waiter.reject(faultOfLoss(answer.lost))
    }
  }

  #giveUp(reason: string): void {
    this.#lost ??= this.#isClosing
      ? platformFault('PLATFORM_DATABASE_LOST', 'the database is closed')
      : faultOfLoss(reason)
    for (const waiter of this.#waiters.values()) waiter.reject(this.#lost)
    this.#waiters.clear()
  }
}

function faultOfLoss(reason: string): SeaworthyError {
  const isDiskFull = /ENOSPC|no space left on device/i.test(reason)
  const code = isDiskFull ? 'PLATFORM_DISK_FULL' : 'PLATFORM_DATABASE_LOST'
  return platformFault(code, `the embedded database stopped: ${reason}`)
}
