// Why an outcome of a change advisory board, or a signature on one, may not enter the register.
import type { ContentDigest } from '../kernel/index.ts'
import type { WaiverApproval } from '../verdict/index.ts'
import type { Change, RegisterAct, RegisteredCab, RegisteredCondition } from './model.ts'

type CabRecorded = Extract<Change, { kind: 'cab.recorded' }>

/** One sentence, or undefined when the record may enter. */
export function refuseCab(
  {
    cab,
    conditions,
  }: {
    readonly cab: ReadonlyMap<string, RegisteredCab>
    readonly conditions: ReadonlyMap<string, RegisteredCondition>
  },
  act: RegisterAct,
  change: CabRecorded,
): string | undefined {
  if (cab.has(change.id)) return `there is an outcome ${change.id} already`
  if (Date.parse(change.heldAt) > act.atMs) return 'expected a meeting that was held already'
  if (change.attendees.length === 0) return 'expected at least one person who attended'
  for (const { about, outcome, conditions: owed = [] } of change.items) {
    const isConditional = outcome === 'approved-with-conditions'
    if (isConditional !== owed.length > 0)
      return isConditional
        ? `expected the conditions that ${about} was approved on`
        : `expected no conditions of ${about}, which was ${outcome}`
    const unknown = owed.find((id) => conditions.get(id)?.version !== change.version)
    if (unknown !== undefined) return `there is no condition ${unknown} of ${change.version}`
  }
  return undefined
}

/** The record as it enters, signed by the one who recorded it. */
export function cabFrom(
  { kind: _kind, heldAt, ...record }: CabRecorded,
  recorder: WaiverApproval,
  statement: ContentDigest,
): RegisteredCab {
  return {
    ...record,
    heldAtMs: Date.parse(heldAt),
    recordedBy: recorder.principal,
    signers: [recorder],
    statement,
  }
}

/** One sentence, or undefined when the person may sign the record. */
export function refuseCabSignature(
  record: RegisteredCab,
  { person }: RegisterAct,
): string | undefined {
  if (!record.attendees.includes(person))
    return `${person} did not attend the meeting of ${record.id} and cannot sign its outcome`
  return record.signers.some((each) => each.principal === person)
    ? `${person} has signed ${record.id} already`
    : undefined
}
