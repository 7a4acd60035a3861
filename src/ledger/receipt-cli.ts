// The receipt command: what an OpenTimestamps proof shows of a kept file, offline, with the header of a block from the reader's own node.
import {
  bytesEqual,
  bytesOfHex,
  EXIT,
  harmlessLine,
  hexOf,
  utf8TextLossy,
} from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { OTS_LIMIT_BYTES, parseOpenTimestamps, readBlockHeader } from '../proof/index.ts'
import type { BlockHeader, OtsEnd } from '../proof/index.ts'
import { ledgerFault } from './errors.ts'

const FILE_LIMIT_BYTES = 64 * 1024 * 1024
/** Work in the easiest block that Bitcoin ever took. Less of it can be had at home in an instant. */
const WORK_LIMIT_BITS = 31.9
const HEADER_LIMIT_BYTES = 1_000

interface ReceiptReport {
  readonly kind: 'opentimestamps'
  readonly file: string
  /** True when a block whose header was given commits to the file. */
  readonly isShown: boolean
  readonly reason: string | null
  readonly block: { readonly hash: string; readonly time: string; readonly workBits: number } | null
  readonly ends: readonly string[]
}

export async function runLedgerReceipt(
  { files, ports }: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { of, header } = options
  if (typeof of !== 'string')
    throw ledgerFault('LEDGER_RECEIPT_REFUSED', 'expected --of FILE, the file that was stamped')
  const { digest } = ports
  const read = parseOpenTimestamps(digest, await files.read(args[0] ?? '', OTS_LIMIT_BYTES))
  if (!read.ok) throw ledgerFault('LEDGER_RECEIPT_REFUSED', read.reason)
  const { fileDigest, ends } = read.value
  const block =
    typeof header === 'string'
      ? readHeader(ports.digest, await files.read(header, HEADER_LIMIT_BYTES))
      : undefined
  const isOfFile = bytesEqual(digest.sha256(await files.read(of, FILE_LIMIT_BYTES)), fileDigest)
  const reason = isOfFile ? findGap(ends, block) : 'the proof is of another file'
  const report: ReceiptReport = {
    kind: 'opentimestamps',
    file: of,
    isShown: reason === null,
    reason,
    block:
      block === undefined
        ? null
        : {
            hash: block.hash,
            time: new Date(block.timeMs).toISOString(),
            workBits: Math.round(block.workBits),
          },
    ends: ends.map(wordsOf),
  }
  const isOpen = isOfFile && block === undefined
  const exit = reason === null ? EXIT.ok : isOpen ? EXIT.signerUnknown : EXIT.invalid
  return { exit, data: report, text: render(report) }
}

/** Why nothing is shown; null when a block commits to the file. */
function findGap(ends: readonly OtsEnd[], block: BlockHeader | undefined): string | null {
  const blocks = ends.filter((end) => end.kind === 'bitcoin')
  if (blocks.length === 0)
    return 'no block commits to it yet: complete the proof with `ots upgrade`, then ask again'
  if (block === undefined)
    return 'the proof fits the file; give --header with the header of one of its blocks'
  if (!blocks.some(({ merkleRoot }) => bytesEqual(merkleRoot, block.merkleRoot)))
    return 'the header is of a block that does not commit to the file'
  return null
}

/** Raw, or in hexadecimal as `bitcoin-cli getblockheader HASH false` prints it. */
function readHeader(digest: Parameters<typeof readBlockHeader>[0], bytes: Uint8Array): BlockHeader {
  const text = utf8TextLossy(bytes).trim().toLowerCase()
  const raw = /^(?:[0-9a-f]{2})+$/.test(text) ? bytesOfHex(text) : bytes
  const read = readBlockHeader(digest, raw)
  if (!read.ok) throw ledgerFault('LEDGER_RECEIPT_REFUSED', `header: ${read.reason}`)
  if (read.value.workBits < WORK_LIMIT_BITS)
    throw ledgerFault(
      'LEDGER_RECEIPT_REFUSED',
      `header: expected at least as much work as in Bitcoin's first block, got 2^${Math.round(read.value.workBits)} hashes`,
    )
  return read.value
}

function wordsOf(end: OtsEnd): string {
  if (end.kind === 'bitcoin')
    return `Bitcoin block ${end.height}, when its Merkle root is ${hexOf(end.merkleRoot.toReversed())}`
  return end.kind === 'pending' ? `promised by ${end.calendar}` : `not read: ${end.what}`
}

function render({ file, isShown, reason, block, ends }: ReceiptReport): string {
  const lines =
    isShown && block !== null
      ? [
          `${file} existed when block ${block.hash} was found, ${block.time} by its miner's clock (up to two hours off)`,
          'that this block is part of Bitcoin, a node of yours or an explorer that you trust says',
        ]
      : [`nothing is shown: ${reason}`]
  return [...lines, ...ends.map((end) => `  ${end}`)].map((line) => harmlessLine(line)).join('\n')
}
