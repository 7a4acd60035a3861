// Verifies a stored log in TypeScript: every row against its neighbours, the whole against every root ever signed.
import { base64Of, bytesEqual, hexOf } from '../kernel/index.ts'
import type { Digest, SignatureVerifier, Sql, SqlTx } from '../kernel/index.ts'
import { decodeLeaf, encodeFrontier, frontierRoot, openCheckpoint } from '../proof/index.ts'
import type { NoteKey } from '../proof/index.ts'
import { findDayFault } from './day-check.ts'
import { ErasureCheck } from './erasure/check.ts'
import { ledgerFault } from './errors.ts'
import { isRepeatRowTrue, judgeEntry } from './entry-check.ts'
import { isIdChosen } from './fact.ts'
import type { ChainPosition, JudgedEntry } from './entry-check.ts'
import type { KnownRoot, LogVerdict, VerificationFindings } from './model.ts'
import type { PayloadKeys } from './payload/keys.ts'
import { readAhead } from './read-ahead.ts'
import { RootCheck } from './root-check.ts'
import { selectDays } from './signed-store.ts'
import type { StoredCheckpoint, StoredDay } from './signed-store.ts'
import { selectLeaves, selectRepeats } from './store.ts'
import type { StoredLog } from './store.ts'
import { SubjectCheck } from './subject-check.ts'
import { TileCheck } from './tile-check.ts'
import { selectCheckpoints, selectSnapshot, selectStoredEntries } from './verify-store.ts'
import type { LogSnapshot, StoredEntry } from './verify-store.ts'

/** Rows per transaction, so that a long verification lets others have their turn. A multiple of a tile's width. */
const PAGE_ROWS = 1_024

export interface VerifyPorts {
  readonly sql: Sql
  readonly digest: Digest
  readonly verifier: SignatureVerifier
  readonly payloadKeys: PayloadKeys
}

export interface VerifyTask {
  readonly tenantId: string
  readonly log: StoredLog
  readonly noteKey: NoteKey
  /** Only the last so many entries; the whole log when absent or not less than its size. */
  readonly limit: number | undefined
  /** Roots kept outside the database. */
  readonly outside: readonly KnownRoot[]
}

/** Rows up to `untilSeq`, whatever they say. */
interface StoredPage {
  readonly untilSeq: number
  readonly rows: readonly StoredEntry[]
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
  readonly #subjects: SubjectCheck
  readonly #erasures: ErasureCheck
  #roots: RootCheck
  #size = 0
  #fromSeq = 0
  #entries = 0
  #erased = 0
  #hasRepeats = true
  #repeats = 0
  #isHeadTrue = false
  #genesis: Uint8Array | undefined
  #days: readonly StoredDay[] = []

  constructor(ports: VerifyPorts, task: VerifyTask) {
    this.#ports = { ...ports, payloadKeys: ports.payloadKeys.afresh() }
    this.#task = task
    this.#tiles = new TileCheck(ports.digest, task.log.logId)
    this.#subjects = new SubjectCheck(ports.digest, task.log.logId)
    this.#erasures = new ErasureCheck(this.#ports, task.tenantId)
    this.#roots = new RootCheck(ports.digest, [])
  }

  async run(): Promise<LogVerdict> {
    const { log, outside } = this.#task
    // Checkpoints first: what was signed before the snapshot must be within it.
    const checkpoints = await this.#inTx((tx) => selectCheckpoints(tx, log.logId))
    this.#days = await this.#inTx((tx) => selectDays(tx, log.logId))
    const signed = [...checkpoints, ...this.#days]
    const snapshot = await this.#inTx((tx) => selectSnapshot(tx, log.logId))
    if (snapshot === undefined)
      throw ledgerFault('LEDGER_ENTRY_UNREADABLE', `expected a head of ${log.origin}, got none`)
    this.#size = snapshot.size
    this.#hasRepeats = snapshot.repeats > 0
    this.#fromSeq = Math.max(0, snapshot.size - (this.#task.limit ?? snapshot.size))
    try {
      const roots = [...signed, ...outside].sort((a, b) => a.size - b.size)
      this.#judgeBounds(snapshot, roots.at(-1)?.size ?? 0)
      await this.#judgeNotes(signed)
      await this.#walk(snapshot, roots)
      if (this.#isWhole) this.#judgeRest(snapshot)
    } catch (thrown) {
      if (!(thrown instanceof Damage)) throw thrown
      return {
        ok: false,
        reason: thrown.message,
        firstBadSeq: thrown.seq,
        ...this.#findings('damaged', snapshot),
      }
    }
    if (this.#entries === 0 && snapshot.size > 0)
      throw ledgerFault('LEDGER_ENTRY_UNREADABLE', 'expected entries to check, got none')
    return { ok: true, ...this.#findings(this.#scope(), snapshot) }
  }

  get #isWhole(): boolean {
    return this.#fromSeq === 0
  }

  #scope(): string {
    const size = this.#size
    if (size === 0) return 'empty'
    if (!this.#isWhole) return `chain-consistent, last ${this.#entries} of ${size} entries`
    const last = [...this.#task.outside].sort((a, b) => a.size - b.size).at(-1)
    if (last === undefined)
      return `chain-consistent, all ${size} entries, compared with no checkpoint outside the database`
    return `consistent-with-checkpoint ${last.size},${base64Of(last.root)}`
  }

  #findings(scope: string, snapshot: LogSnapshot): VerificationFindings {
    const isComplete =
      this.#isWhole && this.#roots.frontier.size === snapshot.size && snapshot.size > 0
    return {
      origin: this.#task.log.origin,
      size: snapshot.size,
      scope,
      checked: {
        entries: this.#entries,
        payloads: this.#entries - this.#erased,
        erased: this.#erased,
        repeats: this.#repeats,
        tiles: this.#tiles.checkedCount,
        roots: this.#roots.checkedCount + (this.#isHeadTrue ? 1 : 0),
      },
      genesis: this.#genesis === undefined ? null : hexOf(this.#genesis),
      latest: snapshot.size === 0 ? null : hexOf(snapshot.latest),
      root: isComplete ? base64Of(frontierRoot(this.#ports.digest, this.#roots.frontier)) : null,
    }
  }

  // Rows that a walk from row to row would never meet.
  #judgeBounds(snapshot: LogSnapshot, signedSize: number): void {
    const { size, entries, min_seq: minSeq, max_seq: maxSeq } = snapshot
    if (signedSize > size)
      throw new Damage(`expected the ${signedSize} entries of a checkpoint, got ${size}`, null)
    if (entries !== size)
      throw new Damage(`expected the ${size} entries that the head names, got ${entries}`, null)
    if (size > 0 && (minSeq !== 0 || maxSeq !== size - 1)) {
      throw new Damage(`expected entries 0 to ${size - 1}, got ${minSeq} to ${maxSeq}`, null)
    }
  }

  async #judgeNotes(signed: readonly StoredCheckpoint[]): Promise<void> {
    for (const { size, root, note } of signed) {
      const opened = await openCheckpoint(this.#ports.verifier, note, this.#task.noteKey)
      if (!opened.ok) throw new Damage(`checkpoint of size ${size}: ${opened.reason}`, null)
      if (opened.value.size !== size || !bytesEqual(opened.value.root, root)) {
        throw new Damage(`checkpoint of size ${size}: the note says something else`, null)
      }
    }
  }

  async #walk(snapshot: LogSnapshot, roots: readonly KnownRoot[]): Promise<void> {
    this.#roots = new RootCheck(this.#ports.digest, roots)
    let at = await this.#start()
    const bounds = { fromSeq: at.seq, untilSeq: snapshot.size, rows: PAGE_ROWS }
    for await (const page of readAhead(bounds, (from, until) => this.#readPage(from, until))) {
      const judged = this.#judgeRows(at, page)
      await this.#inTx((tx) => this.#judgeBeside(tx, page, judged))
      at = judged.at(-1)!.next
    }
    if (!bytesEqual(at.link, snapshot.latest))
      throw new Damage('the head does not name the last entry', snapshot.size - 1)
    if (!this.#isWhole) return
    if (!bytesEqual(encodeFrontier(this.#roots.frontier), snapshot.frontier)) {
      throw new Damage('the head has another frontier than the entries', null)
    }
    this.#isHeadTrue = true
  }

  /** The place before the first row: genesis, or the stored row before, which is taken as it is. */
  async #start(): Promise<ChainPosition> {
    const { log } = this.#task
    const fromSeq = this.#fromSeq
    if (fromSeq === 0) return { seq: 0, timeMs: 0, link: log.genesis }
    const range = { fromSeq: fromSeq - 1, untilSeq: fromSeq, limit: 1 }
    const [before] = await this.#inTx((tx) => selectLeaves(tx, log.logId, range))
    const leaf = before === undefined ? undefined : decodeLeaf(before.leaf)
    if (before === undefined || leaf?.ok !== true)
      throw new Damage(`entry ${fromSeq - 1} is missing or no leaf`, fromSeq - 1)
    return { seq: fromSeq, timeMs: leaf.value.timeMs, link: before.leafHash }
  }

  #readPage(fromSeq: number, untilSeq: number): Promise<StoredPage> {
    const { tenantId, log } = this.#task
    const { payloadKeys } = this.#ports
    return this.#inTx(async (tx) => {
      const stored = await selectStoredEntries(
        tx,
        { tenantId, payloadKeys, ...log },
        fromSeq,
        untilSeq,
      )
      return { untilSeq, rows: await this.#erasures.settle(tx, stored) }
    })
  }

  #judgeRows(start: ChainPosition, { rows, untilSeq }: StoredPage): JudgedEntry[] {
    const judged: JudgedEntry[] = []
    let at = start
    for (const row of rows) {
      const result = judgeEntry(this.#ports.digest, at, row)
      if (typeof result === 'string') throw new Damage(result, at.seq)
      judged.push(result)
      at = result.next
      this.#entries++
      if (row.stored.state === 'erased') this.#erased++
      if (row.seq === 0) this.#genesis = row.leaf_hash
    }
    if (at.seq !== untilSeq) throw new Damage(`entry ${at.seq} is missing`, at.seq)
    return judged
  }

  /** Holds what is stored beside the entries of a page against them. */
  async #judgeBeside(
    tx: SqlTx,
    { rows }: StoredPage,
    judged: readonly JudgedEntry[],
  ): Promise<void> {
    await this.#judgeRepeats(tx, rows, judged)
    const miscount = await this.#subjects.add(tx, judged, this.#isWhole)
    if (miscount !== undefined) throw new Damage(miscount.reason, miscount.seq)
    if (!this.#isWhole) return
    const links = judged.map(({ next }) => next.link)
    const tiles = await this.#tiles.add(tx, links)
    const reason =
      tiles.fault ?? findDayFault(this.#days, judged) ?? this.#roots.add(links, tiles.roots)
    if (reason !== undefined) throw new Damage(reason, null)
  }

  async #judgeRepeats(
    tx: SqlTx,
    rows: readonly StoredEntry[],
    judged: readonly JudgedEntry[],
  ): Promise<void> {
    // Where there are none, none has to be looked for; an entry that should have one is found all the same.
    const ids = this.#hasRepeats ? judged.map(({ body }) => body.id) : []
    const repeats = ids.length === 0 ? [] : await selectRepeats(tx, this.#task.log.logId, ids)
    const known = new Map(repeats.map((repeat) => [repeat.idem, repeat]))
    rows.forEach((row, i) => {
      const { body } = judged[i]!
      const repeat = known.get(body.id)
      if (repeat === undefined && isIdChosen(body))
        throw new Damage('the repetition row is missing', row.seq)
      if (repeat === undefined) return
      if (!isRepeatRowTrue(this.#ports.digest, body, row, repeat))
        throw new Damage('the repetition row leads elsewhere or to other content', row.seq)
      this.#repeats++
    })
  }

  // Side rows that no entry accounts for.
  #judgeRest(snapshot: LogSnapshot): void {
    const { size, payloads, repeats, tiles, counted } = snapshot
    if (payloads !== size) throw new Damage(`expected ${size} payloads, got ${payloads}`, null)
    if (repeats !== this.#repeats)
      throw new Damage(`expected ${this.#repeats} repetition rows, got ${repeats}`, null)
    if (counted !== size)
      throw new Damage(`expected ${size} entries counted by subject, got ${counted}`, null)
    if (tiles !== this.#tiles.checkedCount)
      throw new Damage(`expected ${this.#tiles.checkedCount} tiles, got ${tiles}`, null)
  }

  #inTx<T>(work: (tx: SqlTx) => Promise<T>): Promise<T> {
    return this.#ports.sql.transaction({ tenantId: this.#task.tenantId }, work)
  }
}
