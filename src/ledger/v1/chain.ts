// Holds the rows of a first-version ledger against its own rules, and sums up their export on the way.
import { base64Of, canonicalize, hexOf, SeaworthyError, utf8Bytes } from '../../kernel/index.ts'
import type { Digest, Json } from '../../kernel/index.ts'
import { EMPTY_FRONTIER, extendFrontier, frontierRoot, hashLeaf } from '../../proof/index.ts'
import type { Frontier } from '../../proof/index.ts'
import { columnsOf, parseFormula } from './description.ts'
import type { FormulaPart, V1Description } from './description.ts'
import type { StreamHash } from './ports.ts'

/** One row as text; bytes are in hexadecimal. */
export interface V1Row {
  readonly tenant: string | null
  /** Its place in the order of its chain. */
  readonly at: string | null
  readonly payload: string | null
  readonly prev: string | null
  readonly hash: string | null
  /** Values of the formula's columns, in their order. */
  readonly values: readonly (string | null)[]
  /** The whole row as `to_json` shows it: one line of the export. */
  readonly line: string
}

/** Where a chain does not hold by its own rules. */
export interface V1Break {
  /** Position in the chain, from 0. */
  readonly position: number
  readonly at: string | null
  readonly reason: 'order' | 'link' | 'hash' | 'payload' | 'rewritten' | 'missing'
}

/** What one tenant's rows are. */
export interface V1Survey {
  readonly tenantId: string
  readonly rows: number
  /** Stored hash of the last row; null when it has none. */
  readonly head: string | null
  /** Hexadecimal SHA-256 of the ordered export: each row's line and a line feed. */
  readonly exportSha256: string
  /** base64 RFC 6962 root over the lines of the export. */
  readonly exportRoot: string
  readonly breaks: readonly V1Break[]
  /** Breaks beyond those listed. */
  readonly moreBreaks: number
}

/** What was taken in already: that many rows with this root. */
export interface V1Prefix {
  readonly rows: number
  readonly exportRoot: string
}

/** As many are listed; a description that does not fit breaks every row. */
export const BREAK_LIMIT = 500

const LINE_FEED = new Uint8Array([0x0a])

/** Walks along one chain, row by row. */
export class V1Chain {
  readonly #digest: Digest
  readonly #description: V1Description
  readonly #parts: readonly FormulaPart[]
  readonly #columns: readonly string[]
  readonly #hash: StreamHash
  readonly #tenantId: string
  readonly #known: V1Prefix | undefined
  readonly #breaks: V1Break[] = []
  #moreBreaks = 0
  #rows = 0
  #head: string | null = null
  #lastAt: string | null = null
  #frontier: Frontier = EMPTY_FRONTIER

  constructor(
    ports: { readonly digest: Digest; readonly openHash: () => StreamHash },
    description: V1Description,
    tenantId: string,
    known: V1Prefix | undefined,
  ) {
    this.#digest = ports.digest
    this.#hash = ports.openHash()
    this.#description = description
    this.#parts = parseFormula(description.formula)
    this.#columns = columnsOf(this.#parts)
    this.#tenantId = tenantId
    this.#known = known
  }

  add(row: V1Row): void {
    const reason = this.#judge(row)
    if (reason !== undefined) this.#note(this.#rows, row.at, reason)
    const line = utf8Bytes(row.line)
    this.#hash.update(line)
    this.#hash.update(LINE_FEED)
    this.#frontier = extendFrontier(this.#digest, this.#frontier, [hashLeaf(this.#digest, line)])
    this.#rows++
    this.#head = row.hash
    this.#lastAt = row.at
    // What was taken in once must still be what it was: a changed past is no continuation.
    if (this.#rows === this.#known?.rows && this.#root() !== this.#known.exportRoot)
      this.#note(this.#rows - 1, row.at, 'rewritten')
  }

  end(): V1Survey {
    if (this.#known !== undefined && this.#rows < this.#known.rows)
      this.#note(this.#rows, null, 'missing')
    return {
      tenantId: this.#tenantId,
      rows: this.#rows,
      head: this.#head,
      exportSha256: hexOf(this.#hash.digest()),
      exportRoot: this.#root(),
      breaks: this.#breaks,
      moreBreaks: this.#moreBreaks,
    }
  }

  #root(): string {
    return base64Of(frontierRoot(this.#digest, this.#frontier))
  }

  #note(position: number, at: string | null, reason: V1Break['reason']): void {
    if (this.#breaks.length < BREAK_LIMIT) this.#breaks.push({ position, at, reason })
    else this.#moreBreaks++
  }

  #judge(row: V1Row): V1Break['reason'] | undefined {
    const isFirst = this.#rows === 0
    if (row.at === null || (!isFirst && row.at === this.#lastAt)) return 'order'
    const { genesis } = this.#description
    const prev = row.prev ?? ''
    const isLinked = isFirst ? prev === '' || prev === genesis : prev === this.#head
    if (!isLinked) return 'link'
    const payload = this.#serialise(row.payload)
    if (payload === undefined) return 'payload'
    const text = this.#parts
      .map((part) => {
        if ('text' in part) return part.text
        if ('column' in part) return row.values[this.#columns.indexOf(part.column)] ?? ''
        if (part.value === 'payload') return payload
        return isFirst ? genesis : prev
      })
      .join('')
    const isTrue = row.hash?.toLowerCase() === hexOf(this.#digest.sha256(utf8Bytes(text)))
    return isTrue ? undefined : 'hash'
  }

  /** Undefined for what has no such form. */
  #serialise(payload: string | null): string | undefined {
    const { serialiser } = this.#description
    if (payload === null) return undefined
    if (serialiser === 'text') return payload
    try {
      const value = JSON.parse(payload) as Json
      return serialiser === 'stringify' ? JSON.stringify(value) : canonicalize(value)
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof SeaworthyError)) throw error
      return undefined
    }
  }
}
