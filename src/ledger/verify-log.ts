// Verifies a stored log in TypeScript: every row against its neighbours, the whole against every root ever signed.
import { base64Of, bytesEqual, hexOf } from '../kernel/index.ts'
import type { Digest, SignatureVerifier, Sql, SqlTx } from '../kernel/index.ts'
import { EMPTY_FRONTIER, encodeFrontier, extendFrontier, frontierRoot, HASH_BYTES, openCheckpoint } from '../proof/index.ts'
import type { Frontier, NoteKey } from '../proof/index.ts'
import { ledgerFault } from './errors.ts'
import { isRepeatRowTrue, judgeEntry } from './entry-check.ts'
import type { ChainPosition, JudgedEntry } from './entry-check.ts'
import type { KnownRoot, LogVerdict, VerificationFindings } from './model.ts'
import { selectKnownEntries, selectLeaves } from './store.ts'
import type { StoredCheckpoint, StoredLog } from './store.ts'
import { TileCheck } from './tile-check.ts'
import { countRows, selectCheckpoints, selectStoredEntries } from './verify-store.ts'
import type { StoredCounts } from './verify-store.ts'

/** Rows per transaction, so that a long verification lets others have their turn. A multiple of a tile's width. */
const CHUNK_ROWS = 1_024

export interface VerifyPorts {
  readonly sql: Sql
  readonly digest: Digest
  readonly verifier: SignatureVerifier
}

export interface VerifyTask {
  readonly tenantId: string
  readonly log: StoredLog
  readonly noteKey: NoteKey
  /** First entry to look at; 0 for the whole log. */
  readonly fromSeq: number
  /** Roots kept outside the database. */
  readonly outside: readonly KnownRoot[]
}

class Damage extends Error {
  readonly seq: number | null

  constructor(reason: string, seq: number | null) {
    super(reason)
    this.seq = seq
  }
}

/** One verification; entries appended after it began are not part of it. */
export class LogCheck {
  readonly #ports: VerifyPorts
  readonly #task: VerifyTask
  readonly #tiles: TileCheck
  #frontier: Frontier = EMPTY_FRONTIER
  #entries = 0
  #repeats = 0
  #roots = 0
  #genesis: Uint8Array | undefined

  constructor(ports: VerifyPorts, task: VerifyTask) {
    this.#ports = ports
    this.#task = task
    this.#tiles = new TileCheck(ports.digest, task.log.logId)
  }

  get #isWhole(): boolean {
    return this.#task.fromSeq === 0
  }

  async run(): Promise<LogVerdict> {
    const { log, outside } = this.#task
    try {
      const { counts, checkpoints } = await this.#inTx(async (tx) => ({
        counts: await countRows(tx, log.logId),
        checkpoints: this.#isWhole ? await selectCheckpoints(tx, log.logId) : [],
      }))
      this.#judgeBounds(counts)
      await this.#judgeNotes(checkpoints)
      const roots = [...checkpoints, ...(this.#isWhole ? outside : [])].sort((a, b) => a.size - b.size)
      await this.#walk(roots)
      if (this.#isWhole) this.#judgeRest(counts)
    } catch (thrown) {
      if (!(thrown instanceof Damage)) throw thrown
      return { ok: false, reason: thrown.message, firstBadSeq: thrown.seq, ...this.#findings('damaged') }
    }
    if (this.#entries === 0 && log.size > 0) throw ledgerFault('LEDGER_ENTRY_UNREADABLE', 'expected entries to check, got none')
    return { ok: true, ...this.#findings(this.#scope()) }
  }

  #scope(): string {
    const { log, outside } = this.#task
    if (log.size === 0) return 'empty'
    if (!this.#isWhole) return `chain-consistent, last ${this.#entries} of ${log.size} entries`
    const last = [...outside].sort((a, b) => a.size - b.size).at(-1)
    if (last === undefined) return `chain-consistent, all ${log.size} entries, compared with no checkpoint outside the database`
    return `consistent-with-checkpoint ${last.size},${base64Of(last.root)}`
  }

  #findings(scope: string): VerificationFindings {
    const { log } = this.#task
    const isComplete = this.#isWhole && this.#frontier.size === log.size && log.size > 0
    return {
      origin: log.origin,
      size: log.size,
      scope,
      checked: {
        entries: this.#entries,
        payloads: this.#entries,
        repeats: this.#repeats,
        tiles: this.#tiles.checkedCount,
        roots: this.#roots,
      },
      genesis: this.#genesis === undefined ? null : hexOf(this.#genesis),
      latest: log.size === 0 ? null : hexOf(log.latest),
      root: isComplete ? base64Of(frontierRoot(this.#ports.digest, this.#frontier)) : null,
    }
  }

  // Rows that a walk from row to row would never meet. Counts may be ahead of the head that was read before them.
  #judgeBounds(counts: StoredCounts): void {
    const { log, outside } = this.#task
    const { entries, min_seq: minSeq, max_seq: maxSeq } = counts
    const signed = Math.max(0, ...outside.map((root) => root.size))
    if (signed > log.size) throw new Damage(`expected the ${signed} entries of a checkpoint, got ${log.size}`, null)
    if (entries < log.size) throw new Damage(`expected ${log.size} entries, got ${entries}`, null)
    if (entries === 0) return
    if (minSeq !== 0 || maxSeq !== entries - 1) throw new Damage(`expected entries 0 to ${entries - 1}, got ${minSeq} to ${maxSeq}`, null)
  }

  async #judgeNotes(checkpoints: readonly StoredCheckpoint[]): Promise<void> {
    for (const { size, root, note } of checkpoints) {
      const opened = await openCheckpoint(this.#ports.verifier, note, this.#task.noteKey)
      if (!opened.ok) throw new Damage(`checkpoint of size ${size}: ${opened.reason}`, null)
      if (opened.value.size !== size || !bytesEqual(opened.value.root, root)) {
        throw new Damage(`checkpoint of size ${size}: the note says something else`, null)
      }
    }
  }

  async #walk(roots: readonly KnownRoot[]): Promise<void> {
    const { log, fromSeq } = this.#task
    let at = await this.#start()
    let pending = roots
    while (at.seq < log.size) {
      const untilSeq = Math.min(at.seq + CHUNK_ROWS, log.size)
      const judged = await this.#inTx((tx) => this.#judgeChunk(tx, at, untilSeq))
      if (this.#isWhole) pending = this.#judgeRoots(judged, pending)
      at = judged.at(-1)!.next
    }
    if (!bytesEqual(at.link, log.latest)) throw new Damage('the head does not name the last entry', log.size - 1)
    if (pending.some((root) => root.size > log.size)) throw new Damage('a stored checkpoint is larger than the log', null)
    if (fromSeq === 0 && !bytesEqual(encodeFrontier(this.#frontier), log.frontier)) {
      throw new Damage('the head has another frontier than the entries', null)
    }
    if (fromSeq === 0) this.#roots++
  }

  /** The place before the first row: genesis, or the stored row before, which is taken as it is. */
  async #start(): Promise<ChainPosition> {
    const { log, fromSeq } = this.#task
    if (fromSeq === 0) return { seq: 0, timeMs: 0, link: log.genesis }
    const range = { fromSeq: fromSeq - 1, untilSeq: fromSeq, limit: 1 }
    const [before] = await this.#inTx((tx) => selectLeaves(tx, log.logId, range))
    if (before === undefined) throw new Damage(`entry ${fromSeq - 1} is missing`, fromSeq - 1)
    return { seq: fromSeq, timeMs: 0, link: before.leafHash }
  }

  async #judgeChunk(tx: SqlTx, start: ChainPosition, untilSeq: number): Promise<JudgedEntry[]> {
    const { digest } = this.#ports
    const { logId } = this.#task.log
    const rows = await selectStoredEntries(tx, logId, start.seq, untilSeq)
    const judged: JudgedEntry[] = []
    let at = start
    for (const row of rows) {
      const result = judgeEntry(digest, at, row)
      if (typeof result === 'string') throw new Damage(result, at.seq)
      judged.push(result)
      at = result.next
      this.#entries++
      if (row.seq === 0) this.#genesis = row.leaf_hash
    }
    if (at.seq !== untilSeq) throw new Damage(`entry ${at.seq} is missing`, at.seq)
    const known = await selectKnownEntries(tx, logId, judged.map(({ body }) => body.id))
    rows.forEach((row, i) => {
      const { body } = judged[i]!
      const repeat = known.get(body.id)
      if (repeat === undefined) return
      if (!isRepeatRowTrue(digest, body, row, repeat)) throw new Damage('the repetition row leads elsewhere or to other content', row.seq)
      this.#repeats++
    })
    if (this.#isWhole) {
      const reason = await this.#tiles.add(tx, judged.map(({ next }) => next.link))
      if (reason !== undefined) throw new Damage(reason, null)
    }
    return judged
  }

  /** Extends the tree by the chunk, stopping at every size a root is known for. Answers the roots still ahead. */
  #judgeRoots(judged: readonly JudgedEntry[], roots: readonly KnownRoot[]): readonly KnownRoot[] {
    const { digest } = this.#ports
    const links = judged.map(({ next }) => next.link)
    const base = this.#frontier.size
    let pending = roots
    for (let next = pending[0]; next !== undefined && next.size <= base + links.length; next = pending[0]) {
      this.#frontier = extendFrontier(digest, this.#frontier, links.slice(this.#frontier.size - base, next.size - base))
      if (next.root.length !== HASH_BYTES || !bytesEqual(frontierRoot(digest, this.#frontier), next.root)) {
        throw new Damage(`expected the root of the checkpoint of size ${next.size}, got another`, null)
      }
      this.#roots++
      pending = pending.slice(1)
    }
    this.#frontier = extendFrontier(digest, this.#frontier, links.slice(this.#frontier.size - base))
    return pending
  }

  // Side rows that no entry accounts for. More may have come with entries appended meanwhile, so only a log that
  // stood still is judged by these counts.
  #judgeRest(counts: StoredCounts): void {
    if (counts.entries !== this.#task.log.size) return
    if (counts.payloads !== counts.entries) throw new Damage(`expected ${counts.entries} payloads, got ${counts.payloads}`, null)
    if (counts.repeats !== this.#repeats) throw new Damage(`expected ${this.#repeats} repetition rows, got ${counts.repeats}`, null)
    if (counts.tiles !== this.#tiles.checkedCount) throw new Damage(`expected ${this.#tiles.checkedCount} tiles, got ${counts.tiles}`, null)
  }

  #inTx<T>(work: (tx: SqlTx) => Promise<T>): Promise<T> {
    return this.#ports.sql.transaction({ tenantId: this.#task.tenantId }, work)
  }
}
