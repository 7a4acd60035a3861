// One entry's inclusion proof as a text file that needs no server. Source: C2SP tlog-proof.
import { base64Of, readBase64 } from '../kernel/index.ts'
import { HASH_BYTES } from './leaf.ts'
import { NOTE_LIMIT_BYTES } from './note.ts'
import { accepted, refused } from './parsed.ts'
import type { Parsed } from './parsed.ts'

/** First line of a proof file. */
export const TLOG_PROOF_HEADER = 'c2sp.org/tlog-proof@v1'
/** A tree of 2^63 entries needs no more. */
const HASH_LIMIT = 63
const LINE_LIMIT_CHARACTERS = 65_536
/** The most bytes that fit into the line of `extra`. */
export const TLOG_EXTRA_LIMIT_BYTES = Math.floor((LINE_LIMIT_CHARACTERS - 'extra '.length) / 4) * 3

export interface TlogProof {
  /** Position of the entry, from 0. */
  readonly index: number
  /** Sibling hashes from the leaf upwards. */
  readonly hashes: readonly Uint8Array[]
  /** What the log's format keeps beside the proof, if anything. */
  readonly extra?: Uint8Array
  /** The signed checkpoint the proof leads to. */
  readonly checkpoint: string
}

export function formatTlogProof(proof: TlogProof): string {
  const extra = proof.extra === undefined ? '' : `extra ${base64Of(proof.extra)}\n`
  const hashes = proof.hashes.map((hash) => `${base64Of(hash)}\n`).join('')
  return `${TLOG_PROOF_HEADER}\n${extra}index ${proof.index}\n${hashes}\n${proof.checkpoint}`
}

export function parseTlogProof(text: string): Parsed<TlogProof> {
  if (text.length > NOTE_LIMIT_BYTES)
    return refused(`expected at most ${NOTE_LIMIT_BYTES} characters`)
  const split = text.indexOf('\n\n')
  if (split < 0) return refused('expected a blank line before the checkpoint')
  const lines = text.slice(0, split).split('\n')
  if (lines.some((line) => line.length > LINE_LIMIT_CHARACTERS))
    return refused('expected shorter lines')
  if (lines.shift() !== TLOG_PROOF_HEADER)
    return refused(`expected the first line ${TLOG_PROOF_HEADER}`)
  const extra = lines[0]?.startsWith('extra ')
    ? readBase64(lines.shift()!.slice('extra '.length))
    : null
  if (extra === undefined) return refused('expected extra in base64')
  const [, indexText] = /^index (0|[1-9][0-9]*)$/.exec(lines.shift() ?? '') ?? []
  const index = Number(indexText)
  if (!Number.isSafeInteger(index))
    return refused('expected "index" and a plain decimal up to 2^53-1')
  if (lines.length > HASH_LIMIT) return refused(`expected at most ${HASH_LIMIT} hashes`)
  const hashes: Uint8Array[] = []
  for (const line of lines) {
    const hash = readBase64(line)
    if (hash?.length !== HASH_BYTES) return refused('expected hashes of 32 bytes in base64')
    hashes.push(hash)
  }
  const checkpoint = text.slice(split + 2)
  if (checkpoint === '') return refused('expected a checkpoint after the blank line')
  return accepted({ index, hashes, checkpoint, ...(extra === null ? {} : { extra }) })
}
