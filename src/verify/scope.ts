// Says in plain sentences what a verification proved, and what no bundle can show by itself.
import { base64Of } from '../kernel/index.ts'
import { isCompleteBefore } from './completeness.ts'
import type { BundleContents } from './contents.ts'
import { quoteName } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import type { LedgerPart } from './ledger-part.ts'
import type { ProvenStatement } from './statements.ts'

/** One line: of which release and which state of which ledger the verdict speaks. */
export function nameScope(contents: BundleContents, ledger: LedgerPart): string {
  const { service, version } = contents.opened.manifest.release
  const { origin, size, root } = ledger.checkpoint
  return `${service}@${version}, consistent-with-checkpoint ${origin} ${size} ${base64Of(root)}`
}

/** What holds once a bundle is intact; counts are those of this verification. */
export function describeProven(
  inspection: Inspection,
  contents: BundleContents,
  ledger: LedgerPart,
  isSignerKnown: boolean,
): readonly string[] {
  const { checked } = inspection
  const { size } = ledger.checkpoint
  const whose = isSignerKnown
    ? 'the control plane whose key you trust'
    : `the key ${contents.opened.manifest.signer}`
  const first = ledger.entries[0]?.seq ?? 0
  const last = ledger.entries.at(-1)?.seq ?? 0
  return [
    `No byte of the ${checked.files} files (${checked.bytes} bytes) changed since ${whose} sealed them.`,
    `${checked.entries} ledger entries are in the ledger ${ledger.checkpoint.origin} of ${size} entries, whose root its key signed.`,
    ...(ledger.isContiguous
      ? [`No entry between ${first} and ${last} of that ledger was left out.`]
      : []),
    `Of their payloads ${checked.commitments} are intact, ${checked.erased} erased as an entry attests, ${checked.undisclosed} not disclosed.`,
    ...describeComplete(contents, ledger),
    `The ledger as it was at the decision (${contents.inputs.checkpoint.size} entries) is the beginning of it.`,
    `${checked.statements} statements are signed by keys that may sign them, and recorded in the ledger.`,
    `${checked.gates} gates were decided again, ${checked.gateRuns} of them from recorded evidence (${checked.assertions} assertions), with the same results.`,
    ...(checked.signOffs === 0
      ? []
      : [`${checked.signOffs} sign-offs were signed by people who hold the role.`]),
    ...(checked.persons === 0
      ? []
      : [
          `${checked.persons} words of people count as those of the persons that the ledger recorded with them.`,
        ]),
    ...(checked.changes === 0
      ? []
      : [
          `${checked.changes} signed changes of the register were made again: risks, waivers, conditions, freezes and policy are what people signed.`,
        ]),
    'The verdict was decided again from the same inputs, with the same result and the same hashes.',
    ...inspection.proven,
  ]
}

/** What stays on somebody's word. Honest limits, not faults. */
export function describeLimits(
  inspection: Inspection,
  contents: BundleContents,
  ledger: LedgerPart,
  statements: readonly ProvenStatement[],
  isSignerKnown: boolean,
): readonly string[] {
  const { plan, opened } = contents
  const { gateRuns: judgedCount, erased: erasedCount, undisclosed } = inspection.checked
  const runCount = plan.gates.filter((gate) => gate.children === undefined).length
  const isReviewed = statements.some(
    ({ kind, predicate }) =>
      kind === 'approval' && predicate.what === 'plan' && predicate.digest === contents.planHash,
  )
  return [
    ...(isSignerKnown
      ? []
      : [
          'Whose key signed this: the bundle brought its own keys. Compare with a key you have from elsewhere.',
        ]),
    'That a runner saw what it says: a signature shows who says it, not that it is true.',
    'When it happened: times are those of the runner, the people and the control plane.',
    ...describeIncomplete(contents, ledger),
    ...(undisclosed === 0
      ? []
      : [`What ${undisclosed} ledger entries say: their payload is not disclosed.`]),
    ...(erasedCount === 0
      ? []
      : [`What ${erasedCount} ledger entries said: their payload was erased.`]),
    ...(judgedCount === runCount
      ? []
      : [`${runCount - judgedCount} of ${runCount} gates have no recorded run.`]),
    ...(isReviewed ? [] : ['That a person reviewed the plan: no approval of it is in the bundle.']),
    ...(opened.files.has('documents/filled.md')
      ? [
          'That the filled checklist and the report repeat the results rightly: they are signed, not recomputed.',
        ]
      : []),
    ...inspection.notProven,
  ]
}

/** What the numbers that entries carry show: the sequencer gave them, so nobody else can take an entry out unseen. */
function describeComplete(contents: BundleContents, { release, service }: LedgerPart): string[] {
  if (!isCompleteBefore(release, contents.inputs.checkpoint.size)) return []
  const about = [release, service].flatMap(({ subject, count, untilSeq }) =>
    untilSeq < 0
      ? []
      : [
          `${count === 1 ? 'the one entry' : `all ${count} entries`} about ${quoteName(subject)} up to entry ${untilSeq}`,
        ],
  )
  const whole = about.join(' and ')
  return [
    `${whole.charAt(0).toUpperCase()}${whole.slice(1)} are here, refusals and failed attempts included: each says how many came before it, and none is missing.`,
  ]
}

function describeIncomplete(contents: BundleContents, ledger: LedgerPart): string[] {
  const { release, service } = ledger
  const out: string[] = []
  if (!isCompleteBefore(release, contents.inputs.checkpoint.size)) {
    if (!ledger.isContiguous)
      out.push(
        'That no further entry of this release exists: positions of the ledger are left out of the bundle.',
      )
    return out
  }
  const open = [release, service].filter(({ isUntilCheckpoint }) => !isUntilCheckpoint)
  if (open.length > 0) {
    const what = open.map(({ subject, untilSeq }) =>
      untilSeq < 0
        ? `about ${quoteName(subject)} at all`
        : `about ${quoteName(subject)} after entry ${untilSeq}`,
    )
    out.push(
      `That nothing was recorded ${what.join(', or ')}: only an entry that came later would say so.`,
    )
  }
  if (ledger.isWitnessed) return out
  return [
    ...out,
    'That the ledger has one history: who holds its key and its database could keep two; only a witness that saw both tells.',
  ]
}
