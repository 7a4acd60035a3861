// The bundle that figures are measured on: this many ledger entries, this many statements, everything in it real.
import { contentDigest, utf8Bytes } from '../src/kernel/index.ts'
import { aBundle, aPlan } from './bundle.ts'
import type { BuiltBundle } from './bundle.ts'
import { RELEASE } from './bundle-release.ts'
import { nodeDigest } from './crypto.ts'

/** Statements of the small bundle that are no gate run: approval, two sign-offs, decision. */
const OTHER_STATEMENT_COUNT = 4

/** @param statementCount at least 6 @param entryCount at least what those statements need */
export async function aLargeBundle(
  entryCount: number,
  statementCount: number,
): Promise<BuiltBundle> {
  const small = aPlan()
  const [command] = small.gates
  const further = Array.from(
    { length: statementCount - OTHER_STATEMENT_COUNT - small.gates.length },
    (_, at) => ({
      ...command!,
      id: `release/gate-${at}`,
      title: `Gate ${at} holds`,
      source: { line: 10 + at, sha256: contentDigest(nodeDigest.sha256(utf8Bytes(`${at}`))) },
      slots: [{ id: `rows-${at}`, label: 'rows' }],
      assertions: [
        {
          read: { from: 'slot' as const, slot: `rows-${at}` },
          op: 'gt' as const,
          value: 0,
          fills: [`rows-${at}`],
        },
      ],
    }),
  )
  const plan = { ...small, gates: [...small.gates, ...further] }
  const note = (seq: number): { text: string } => ({ text: `note ${seq} about the release` })
  return aBundle({
    plan: () => plan,
    timeOf: (seq) => Date.parse('2026-11-21T08:00:25.000Z') + seq,
    lateFacts: (facts) =>
      Array.from({ length: entryCount - facts.length - 1 }, (_, at) => ({
        type: 'note.appended',
        actor: 'person-1',
        subject: RELEASE,
        payload: note(at),
        refs: [],
      })),
  })
}
