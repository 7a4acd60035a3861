// Reads a whole log through the command line, to compare it with what was acknowledged.
import assert from 'node:assert/strict'
import type { Workplace } from '../e2e/command-line.ts'

export interface Acknowledged {
  readonly seq: number
  readonly leafHash: string
}

interface Page {
  readonly entries: readonly Acknowledged[]
  readonly nextSeq: number | null
}

/** Leaf hashes by sequence number, of every entry there is. */
export async function listWholeLog(place: Workplace): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>()
  for (let from: number | null = 0; from !== null;) {
    const { exit, data }: { exit: number | null; data: Page } = await place.ask<Page>([
      'ledger',
      'list',
      '--from',
      String(from),
      '--limit',
      '1000',
    ])
    assert.equal(exit, 0)
    for (const { seq, leafHash } of data.entries) found.set(seq, leafHash)
    from = data.nextSeq
  }
  return found
}
