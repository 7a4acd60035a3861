// Keeps refused bodies as they came, for people to look at: bounded for each reason, so that one flood hides no other fault.
import type { IngestReason } from './ingest-reason.ts'
import type { GuardClock, GuardSink } from '../model.ts'

export interface QuarantinedBody {
  /** SHA-256 of the bytes, hexadecimal; the name it is asked for by. */
  readonly sha256: string
  readonly reason: IngestReason
  readonly sizeBytes: number
  /** When it came first. */
  readonly atEpochMs: number
}

/** Where the bytes are. A rejection loses that body, is told to the sink, and goes no further. */
export interface QuarantineStore {
  put(entry: QuarantinedBody, bytes: Uint8Array): Promise<void>
  read(sha256: string): Promise<Uint8Array | undefined>
  remove(sha256: string): Promise<void>
  /** What is there from before, oldest first. */
  list(): Promise<readonly QuarantinedBody[]>
}

export interface QuarantineTerms {
  readonly clock: Pick<GuardClock, 'epochMs'>
  readonly store: QuarantineStore
  readonly sink?: GuardSink
  /** Bodies kept for each reason; a further one takes the place of the oldest. Default 50. */
  readonly countLimit?: number
  /** Bytes kept for each reason. Default 4 MiB. */
  readonly sizeLimitBytes?: number
}

export interface Quarantine {
  /** Takes a refused body; the same bytes are kept once. Returns at once, the store is written afterwards. */
  keep(reason: IngestReason, bytes: Uint8Array, sha256: string): void
  /** What is kept, oldest first. */
  list(): readonly QuarantinedBody[]
  /** The bytes as they came. @throws what the store throws */
  read(sha256: string): Promise<Uint8Array | undefined>
  /** @returns whether it was there */
  release(sha256: string): Promise<boolean>
  /** Resolves when what was taken so far is written. */
  settled(): Promise<void>
}

const COUNT_LIMIT = 50
const SIZE_LIMIT_BYTES = 4 * 1_048_576
/** Writes that may wait for the store; beyond it a body is refused and not kept. */
const WRITING_LIMIT_COUNT = 64

/** @throws what the store throws when it is asked what it has */
export async function makeQuarantine(terms: QuarantineTerms): Promise<Quarantine> {
  const { clock, store, sink, countLimit = COUNT_LIMIT, sizeLimitBytes = SIZE_LIMIT_BYTES } = terms
  const kept = new Map<string, QuarantinedBody>()
  let writing = 0
  let last: Promise<void> = Promise.resolve()
  // One after the other: the store sees a removal after the write that it undoes.
  const write = (work: () => Promise<void>): void => {
    writing++
    last = last.then(work).then(
      () => void writing--,
      (error: unknown) => {
        writing--
        const detail = error instanceof Error ? error.message : String(error)
        sink?.({ type: 'ingest.quarantine-failed', detail })
      },
    )
  }
  const makeRoom = (reason: IngestReason, sizeBytes: number): void => {
    const others = [...kept.values()].filter((each) => each.reason === reason)
    let size = others.reduce((sum, each) => sum + each.sizeBytes, sizeBytes)
    let count = others.length + 1
    for (const oldest of others) {
      if (count <= countLimit && size <= sizeLimitBytes) return
      kept.delete(oldest.sha256)
      write(() => store.remove(oldest.sha256))
      size -= oldest.sizeBytes
      count--
    }
  }
  for (const entry of await store.list()) {
    makeRoom(entry.reason, entry.sizeBytes)
    kept.set(entry.sha256, entry)
  }
  return {
    keep(reason, bytes, sha256) {
      if (bytes.length === 0 || kept.has(sha256)) return
      if (bytes.length > sizeLimitBytes || writing >= WRITING_LIMIT_COUNT) {
        sink?.({ type: 'ingest.quarantine-full', reason })
        return
      }
      makeRoom(reason, bytes.length)
      const entry = { sha256, reason, sizeBytes: bytes.length, atEpochMs: clock.epochMs() }
      kept.set(sha256, entry)
      // A copy: the reader of the body may use its memory again.
      const copy = bytes.slice()
      write(async () => {
        try {
          await store.put(entry, copy)
        } catch (error) {
          kept.delete(sha256)
          throw error
        }
      })
      sink?.({ type: 'ingest.quarantined', reason })
    },
    list: () => [...kept.values()],
    read: (sha256) => (kept.has(sha256) ? store.read(sha256) : Promise.resolve(undefined)),
    async release(sha256) {
      const isThere = kept.delete(sha256)
      if (!isThere) return false
      const removal = last.then(() => store.remove(sha256))
      // Whoever asked hears of a failure; those who come after need not.
      last = removal.catch(() => undefined)
      await removal
      return true
    },
    settled: () => last,
  }
}

/** Bodies in the memory of this process. */
export function makeMemoryQuarantine(): QuarantineStore {
  const bodies = new Map<string, { readonly entry: QuarantinedBody; readonly bytes: Uint8Array }>()
  return {
    async put(entry, bytes) {
      bodies.set(entry.sha256, { entry, bytes })
    },
    read: async (sha256) => bodies.get(sha256)?.bytes,
    async remove(sha256) {
      bodies.delete(sha256)
    },
    list: async () => [...bodies.values()].map(({ entry }) => entry),
  }
}
