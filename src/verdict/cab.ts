// What a change advisory board decided, by the signatures of the people who attended; the name of a board signs nothing.
import { isSecondEdition } from './edition.ts'
import { describeInstant } from './instant.ts'
import type { DecisionInputs, Reason } from './model.ts'
import type { CabOutcome, CabRecord } from './people-model.ts'
import { CLOCK_SKEW_LIMIT_MS } from './staleness.ts'

/** People who attended and sign before an approval counts, where no policy says how many. */
const CAB_QUORUM_COUNT = 2

/** From the best to the worst; the worst of a record's items is what it says of the release. */
const OUTCOMES: readonly CabOutcome[] = [
  'approved',
  'approved-with-conditions',
  'deferred',
  'rejected',
]

/** The record that stands, and one after it that would count if enough people signed it. */
interface CabStanding {
  readonly standing?: CabRecord
  readonly waiting?: CabRecord
}

/** The worst outcome of a record's items. */
export function cabOutcomeOf({ items }: CabRecord): CabOutcome {
  const ranks = items.map((item) => OUTCOMES.indexOf(item.outcome))
  return OUTCOMES[Math.max(0, ...ranks)]!
}

/** Of the second edition. Rule 5 when the board rejected it, rule 6 when it put it off or, where it has to, did not approve it. */
export function cabReasons(inputs: DecisionInputs): Reason[] {
  if (!isSecondEdition(inputs)) return []
  const { standing, waiting } = standingOf(inputs)
  if (standing !== undefined) return reasonsOf(inputs, standing)
  const { cabRole, cabQuorum } = inputs.policy
  if (cabRole === undefined && cabQuorum === undefined) return []
  if (cabQuorum === 0) return []
  if (waiting === undefined)
    return [
      {
        rule: '7.6-cab',
        text: 'the change advisory board has not decided on it',
        flip: 'Record the outcome: seaworthy cab record.',
      },
    ]
  const missing = neededOf(inputs, waiting) - signersOf(inputs, waiting).length
  return [
    {
      rule: '7.6-cab',
      text: `the outcome ${waiting.id} of the change advisory board is signed by ${signersOf(inputs, waiting).length} of ${neededOf(inputs, waiting)} people who attended${cabRole === undefined ? '' : ` and hold the role ${cabRole}`}`,
      flip: `${missing} more of those who attended ${missing === 1 ? 'signs' : 'sign'} it: seaworthy approve ${waiting.id}.`,
    },
  ]
}

/** What there is to know of the board besides reasons. */
export function cabNotes(inputs: DecisionInputs): string[] {
  if (!isSecondEdition(inputs)) return []
  const { standing, waiting } = standingOf(inputs)
  const { cabRole, cabQuorum } = inputs.policy
  const isAsked = cabQuorum !== 0 && (cabRole !== undefined || cabQuorum !== undefined)
  const out: string[] = []
  if (standing !== undefined && !cabOutcomeOf(standing).startsWith('rejected'))
    out.push(
      `change advisory board ${standing.id}, held ${describeInstant(standing.heldAtMs)}: ${cabOutcomeOf(standing)}, signed by ${signersOf(inputs, standing).join(', ')}`,
    )
  if (waiting !== undefined && (standing !== undefined || !isAsked))
    out.push(
      `the outcome ${waiting.id} of the change advisory board does not count: ${signersOf(inputs, waiting).length} of ${neededOf(inputs, waiting)} people who attended signed it`,
    )
  return out
}

// Later records replace earlier ones, but only once they count: a record that nobody signs changes nothing.
function standingOf(inputs: DecisionInputs): CabStanding {
  let out: CabStanding = {}
  for (const record of inputs.cab ?? []) {
    if (record.heldAtMs > inputs.asOfMs + CLOCK_SKEW_LIMIT_MS) continue
    const isSigned = signersOf(inputs, record).length >= neededOf(inputs, record)
    out = isSigned ? { standing: record } : { ...out, waiting: record }
  }
  return out
}

/** Distinct people who attended, hold the board's role where there is one, and did not write the change. */
function signersOf({ policy, author }: DecisionInputs, record: CabRecord): readonly string[] {
  const { cabRole } = policy
  const counting = record.signers
    .filter(({ principal }) => record.attendees.includes(principal) && principal !== author)
    .filter(({ roles }) => cabRole === undefined || roles.includes(cabRole))
  return [...new Set(counting.map(({ principal }) => principal))].sort()
}

/** To stop a release one is enough; to let it pass takes the quorum. */
function neededOf({ policy }: DecisionInputs, record: CabRecord): number {
  const outcome = cabOutcomeOf(record)
  if (outcome === 'rejected' || outcome === 'deferred') return 1
  const quorum = policy.cabQuorum ?? 0
  return quorum === 0 ? CAB_QUORUM_COUNT : quorum
}

function reasonsOf(inputs: DecisionInputs, record: CabRecord): Reason[] {
  const when = describeInstant(record.heldAtMs)
  const outcome = cabOutcomeOf(record)
  const items = record.items.filter((item) => item.outcome === outcome)
  const what = items.map(({ about, note }) => (note === undefined ? about : `${about}: ${note}`))
  if (outcome === 'rejected' || outcome === 'deferred')
    return [
      {
        rule: outcome === 'rejected' ? '7.5-cab' : '7.6-cab',
        text: `the change advisory board ${outcome === 'rejected' ? 'rejected' : 'put off'} it on ${when} (${record.id}): ${what.join('; ')}`,
        flip: 'The board decides again, and its people sign that.',
      },
    ]
  const owed = record.items.flatMap((item) => item.conditions ?? [])
  return [...new Set(owed)]
    .filter((id) => !inputs.conditions.some((each) => each.id === id && each.withdrawn !== true))
    .map((id) => ({
      rule: '7.6-cab',
      text: `the change advisory board approved it on the condition ${id} (${record.id}), which was withdrawn`,
      flip: 'The board decides again without it.',
    }))
}
