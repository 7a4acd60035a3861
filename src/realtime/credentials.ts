// Who is connected by what they showed: each of these is asked about again and again, and its connections end when it opens nothing more.
import { messageOf, SeaworthyError } from '../kernel/index.ts'
import type { Caller, Clock, Log } from '../kernel/index.ts'
import type { LedgerEntry } from '../ledger/index.ts'

/** Between two rounds; a revocation closes within this, one more round and what a server remembers of keys (2 s). */
const ROUND_PAUSE_MS = 1_000
/** Asked about at once: many sessions must not take the database from everybody else. */
const AT_ONCE_COUNT = 16
/** A credential of which nothing can be learned for as long opens nothing more. */
const UNANSWERED_LIMIT_MS = 60_000
/** Facts after which somebody may open less than before. */
const ENDING_FACT = /^(?:api-key|session|account|service-token)\./

/** What somebody showed when they connected. */
export interface Shown {
  readonly token: string | undefined
  readonly tenant: string | undefined
  readonly session: string | undefined
  readonly peer: string | undefined
  /** It was let in before, by this process, and is asked about again: nothing is guessed. */
  readonly wasLetIn?: boolean
}

export interface CredentialPorts {
  readonly clock: Clock
  readonly log: Log
  /** As for every route that reads. Undefined, or a fault of 401 or 403, lets nobody in. */
  authenticate(shown: Shown): Promise<Caller | undefined>
}

export interface Admitted {
  /** The connection that came in by it is gone. */
  leave(): void
}

interface Known {
  readonly shown: Shown
  readonly caller: Caller
  readonly closings: Set<() => void>
  /** When it was last known to be in force. */
  confirmedAtMs: number
}

export class Credentials {
  readonly #ports: CredentialPorts
  readonly #known = new Map<string, Known>()
  readonly #ending = new AbortController()

  constructor(ports: CredentialPorts) {
    this.#ports = ports
  }

  /** @param close ends the connection when what was shown opens nothing more */
  admit(shown: Shown, caller: Caller, close: () => void): Admitted {
    const name = JSON.stringify([shown.token, shown.tenant, shown.session])
    const confirmedAtMs = this.#ports.clock.monotonicMs()
    const known = this.#known.get(name) ?? { shown, caller, closings: new Set(), confirmedAtMs }
    this.#known.set(name, known)
    known.closings.add(close)
    return {
      leave: () => {
        known.closings.delete(close)
        if (known.closings.size === 0 && this.#known.get(name) === known) this.#known.delete(name)
      },
    }
  }

  /** Asks in rounds until `end`. */
  async watch(): Promise<void> {
    const { signal } = this.#ending
    while (!signal.aborted) {
      await this.#ask([...this.#known.values()])
      await this.#ports.clock.sleep(ROUND_PAUSE_MS, signal).catch(() => undefined)
    }
  }

  end(): void {
    this.#ending.abort()
  }

  /** A fact that ends what somebody shows makes it asked about at once. */
  async hear(tenantId: string, entries: readonly LedgerEntry[]): Promise<void> {
    const endings = entries.filter(({ body }) => ENDING_FACT.test(body.type))
    if (endings.length === 0) return
    const told = endings.map(({ body }) => body.subject)
    const meant = [...this.#known.values()].filter(
      ({ caller }) => caller.tenantId === tenantId && told.includes(caller.id),
    )
    await this.#ask(meant)
  }

  async #ask(asked: readonly Known[]): Promise<void> {
    for (let at = 0; at < asked.length; at += AT_ONCE_COUNT) {
      if (this.#ending.signal.aborted) return
      await Promise.all(
        asked.slice(at, at + AT_ONCE_COUNT).map(async (known) => {
          if (await this.#isOver(known)) for (const close of known.closings) close()
        }),
      )
    }
  }

  async #isOver(known: Known): Promise<boolean> {
    const { clock, log } = this.#ports
    const { shown, caller } = known
    const askedAtMs = clock.monotonicMs()
    try {
      const now = await this.#ports.authenticate({ ...shown, wasLetIn: true })
      if (now?.tenantId !== caller.tenantId || now.id !== caller.id) return true
      known.confirmedAtMs = askedAtMs
      return false
    } catch (error) {
      if (opensNothing(error)) return true
      // A database that is away has nothing to tell either; who is connected stays for a while, and is asked about again.
      log.warn('a connection cannot be asked about', { detail: messageOf(error) })
      return askedAtMs - known.confirmedAtMs > UNANSWERED_LIMIT_MS
    }
  }
}

function opensNothing(error: unknown): boolean {
  return error instanceof SeaworthyError && [401, 403].includes(error.row.status)
}
