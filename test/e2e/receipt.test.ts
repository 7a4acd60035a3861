// An OpenTimestamps proof from the command line: the one file whose block everybody can write down, and what does not fit.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test, { after } from 'node:test'
import { openWorkplace } from './command-line.ts'

/** The only transaction of Bitcoin's first block: hashed twice it is that block's Merkle root. */
const TRANSACTION =
  '01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000'
const HEADER =
  '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c'
const MAGIC = '004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e8929401'

interface Receipt {
  readonly isShown: boolean
  readonly reason: string | null
  readonly block: { readonly hash: string; readonly time: string } | null
}

const place = openWorkplace()
after(() => place.remove())

test('a block shows that a file existed; without it, with another or for another file nothing is shown', async () => {
  const stamped = Buffer.from(TRANSACTION, 'hex')
  const digest = createHash('sha256').update(stamped).digest('hex')
  const file = place.write('stamped.bin', stamped)
  const proof = place.write(
    'stamped.bin.ots',
    Buffer.from(`${MAGIC}08${digest}08000588960d73d719010100`, 'hex'),
  )
  const header = place.write('block-0.hex', `${HEADER}\n`)
  const words = ['ledger', 'receipt', proof, '--of', file]
  const shown = await place.ask<Receipt>([...words, '--header', header])
  assert.deepEqual([shown.exit, shown.data.isShown], [0, true])
  assert.equal(
    shown.data.block?.hash,
    '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
  )
  assert.equal(shown.data.block.time, '2009-01-03T18:15:05.000Z')

  const open = await place.ask<Receipt>(words)
  assert.deepEqual([open.exit, open.data.isShown], [12, false])
  const other = place.write('other.bin', 'another file')
  const foreign = await place.ask<Receipt>([
    'ledger',
    'receipt',
    proof,
    '--of',
    other,
    '--header',
    header,
  ])
  assert.deepEqual([foreign.exit, foreign.data.isShown], [40, false])
  const elsewhere = place.write(
    'elsewhere.ots',
    Buffer.from(`${MAGIC}08${digest}0808000588960d73d719010100`, 'hex'),
  )
  const unfit = await place.ask<Receipt>([
    'ledger',
    'receipt',
    elsewhere,
    '--of',
    file,
    '--header',
    header,
  ])
  assert.deepEqual([unfit.exit, unfit.data.isShown], [40, false])
  assert.match(unfit.data.reason ?? '', /does not commit/)

  // Work that anybody does at home: the easiest target, which half of all headers meet.
  const easy = Buffer.from(HEADER, 'hex')
  easy.writeUInt32LE(0x207fffff, 72)
  const cheap = place.write('cheap.hex', easy.toString('hex'))
  const refused = await place.refusal([...words, '--header', cheap])
  assert.deepEqual([refused.exit, refused.code], [2, 'LEDGER_RECEIPT_REFUSED'])
  assert.equal((await place.refusal(['ledger', 'receipt', file, '--of', file])).exit, 2)
})
