// Takes from a document the bytes that are each gate's own: its item without the items below it that are gates too.
import type { MarkdownDocument } from '../document/index.ts'

/** Offsets of a gate's item or row in the text. */
interface SourceRange {
  readonly start: number
  readonly end: number
}

interface OpenRange extends SourceRange {
  /** Where what is not taken yet begins. */
  at: number
  readonly pieces: Uint8Array[]
}

/**
 * One piece of bytes for each range, in their order; ranges stand in document order and lie in one another or apart.
 * Each byte of the document is taken at most once, so that deep nesting stays cheap. Equal ranges have equal bytes.
 */
export function ownBytesOf(
  { reading: { bytes, byteOffset } }: Pick<MarkdownDocument, 'reading'>,
  ranges: readonly SourceRange[],
): Uint8Array[] {
  const open: OpenRange[] = []
  const take = (range: OpenRange, end: number): void => {
    if (end > range.at) range.pieces.push(bytes.subarray(byteOffset(range.at), byteOffset(end)))
  }
  const close = (range: OpenRange): void => take(range, range.end)
  const owners = ranges.map((range) => {
    while (open.length > 0 && open.at(-1)!.end <= range.start) close(open.pop()!)
    const around = open.at(-1)
    if (around?.start === range.start && around.end === range.end) return around
    if (around !== undefined) {
      take(around, range.start)
      around.at = range.end
    }
    const owner: OpenRange = { start: range.start, end: range.end, at: range.start, pieces: [] }
    open.push(owner)
    return owner
  })
  for (const range of open) close(range)
  return owners.map(({ pieces }) => joined(pieces))
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}
