// Words between processes: LISTEN and NOTIFY on PostgreSQL, a list of listeners where the database has one process only.
import pg from 'pg'
import type { PubSub } from '../kernel/index.ts'

/** A lost connection is opened again after this. */
const RECONNECT_PAUSE_MS = 1_000

export interface OpenPubSub extends PubSub {
  close(): Promise<void>
}

type Listeners = Map<string, Set<(word: string) => void>>

/**
 * For the embedded database: one transaction at a time, so whoever is told at once and asks the database waits until what
 * it was told of is committed.
 */
export function openLocalPubSub(): OpenPubSub {
  const listeners: Listeners = new Map()
  return {
    publish: (_tx, channel, word) => {
      for (const listener of listeners.get(channel) ?? []) listener(word)
      return Promise.resolve()
    },
    subscribe: (channel, listener) => addListener(listeners, channel, listener),
    close: () => Promise.resolve(),
  }
}

/** Holds a connection of its own from the first listener on; a word that comes while it is broken is lost. */
export function openPostgresPubSub(url: string): OpenPubSub {
  return new PostgresPubSub(url)
}

class PostgresPubSub implements OpenPubSub {
  readonly #url: string
  readonly #listeners: Listeners = new Map()
  #client: pg.Client | undefined
  #retry: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(url: string) {
    this.#url = url
  }

  async publish(
    tx: Parameters<PubSub['publish']>[0],
    channel: string,
    word: string,
  ): Promise<void> {
    await tx.query('select pg_notify($1, $2)::text', [channel, word])
  }

  subscribe(channel: string, listener: (word: string) => void): () => void {
    const end = addListener(this.#listeners, channel, listener)
    if (this.#client === undefined) this.#connect()
    else this.#listen(this.#client, channel)
    return end
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#retry)
    await this.#client?.end()
  }

  #connect(): void {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'seaworthy listener',
      keepAlive: true,
    })
    this.#client = client
    client.on('notification', ({ channel, payload }) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener(payload ?? '')
    })
    const reconnect = (): void => {
      if (this.#isClosed || this.#client !== client) return
      this.#client = undefined
      // What was said meanwhile is lost: listeners look for themselves.
      this.#retry = setTimeout(() => this.#connect(), RECONNECT_PAUSE_MS)
      this.#retry.unref()
    }
    client.on('error', reconnect)
    client.on('end', reconnect)
    client.connect().then(() => {
      for (const channel of this.#listeners.keys()) this.#listen(client, channel)
    }, reconnect)
  }

  #listen(client: pg.Client, channel: string): void {
    // Asked before the connection stands, it waits; when that fails, `end` opens another.
    client.query(`listen ${pg.escapeIdentifier(channel)}`).catch(() => undefined)
  }
}

function addListener(
  listeners: Listeners,
  channel: string,
  listener: (word: string) => void,
): () => void {
  const known = listeners.get(channel) ?? new Set()
  listeners.set(channel, known.add(listener))
  return () => void known.delete(listener)
}
