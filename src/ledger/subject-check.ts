// Holds the numbers that entries carry within their subject against the entries, and the stored counts against both.
import type { Digest, SqlTx } from '../kernel/index.ts'
import type { JudgedEntry } from './entry-check.ts'
import { subjectKeyOf } from './fact.ts'
import { selectSubjectCounts } from './store.ts'

export interface Miscount {
  readonly seq: number | null
  readonly reason: string
}

/** Keeps one number per subject of the log, for as long as the verification runs. */
export class SubjectCheck {
  readonly #digest: Digest
  readonly #logId: number
  /** Entries of each subject up to here; of a part of a log, one more than the last number seen. */
  readonly #counts = new Map<string, number>()

  constructor(digest: Digest, logId: number) {
    this.#digest = digest
    this.#logId = logId
  }

  /** @param isWhole false when the walk began inside the log, so that what came before is not known */
  async add(
    tx: SqlTx,
    judged: readonly JudgedEntry[],
    isWhole: boolean,
  ): Promise<Miscount | undefined> {
    const seen = new Set<string>()
    for (const { body, next } of judged) {
      const expected = this.#counts.get(body.subject) ?? (isWhole ? 0 : body.subjectSeq)
      if (body.subjectSeq !== undefined && body.subjectSeq !== expected) {
        const reason = `number within its subject: expected ${expected}, got ${body.subjectSeq}`
        return { seq: next.seq - 1, reason }
      }
      seen.add(body.subject)
      if (expected !== undefined) this.#counts.set(body.subject, expected + 1)
    }
    return this.#judgeStored(tx, seen)
  }

  // Later entries may be counted already, so a stored count is wrong only when it is too small.
  async #judgeStored(tx: SqlTx, subjects: ReadonlySet<string>): Promise<Miscount | undefined> {
    const keys = new Map(
      [...subjects].map((subject) => [subjectKeyOf(this.#digest, subject), subject]),
    )
    const stored = await selectSubjectCounts(tx, this.#logId, [...keys.keys()])
    for (const [key, subject] of keys) {
      const counted = this.#counts.get(subject) ?? 0
      const got = stored.get(key) ?? 0
      if (got < counted)
        return {
          seq: null,
          reason: `expected at least ${counted} entries of a subject counted, got ${got}`,
        }
    }
    return undefined
  }
}
