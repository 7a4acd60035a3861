// Which sign-offs count, who rejected, and whether distinct people fill every role.
import { sortedBy } from './decision-hash.ts'
import type { ContentDigest } from '../kernel/index.ts'
import type { DecisionInputs } from './model.ts'
import type { SignOff } from './people-model.ts'
import type { Plan, SignOffRole } from './plan-model.ts'
import { CLOCK_SKEW_LIMIT_MS } from './staleness.ts'

export interface QuorumGap {
  readonly role: string
  readonly minimum: number
  /** Places of the role that distinct people fill. */
  readonly filled: number
  /** People who approved in this role. */
  readonly approved: number
}

export interface Quorum {
  readonly rejections: readonly SignOff[]
  readonly gaps: readonly QuorumGap[]
  /** People whose approval of this very state counts, in whatever role. */
  readonly approvers: readonly string[]
  /** Sign-offs that were left out, each with its reason. */
  readonly ignored: readonly { readonly signOff: SignOff; readonly why: string }[]
}

/** Who spoke: the person behind the key. */
const speakerOf = (signOff: SignOff): string => signOff.person ?? signOff.principal

/**
 * Counts the latest word of each role and person. Approvals count over this reviewHash only, and neither the author's nor
 * those dated in the future; a rejection counts whoever gave it whenever. By policy it stands over every state of the
 * release until that person withdraws it. One person fills one place over all roles, with however many keys.
 */
export function countSignOffs(
  plan: Plan,
  inputs: DecisionInputs,
  reviewHash: ContentDigest,
): Quorum {
  const ignored: { signOff: SignOff; why: string }[] = []
  const latest = new Map<string, SignOff>()
  const ordered = sortedBy(
    inputs.signOffs,
    (each) => each.atMs,
    // Of two at the same instant the rejection is taken.
    (each) => each.decision,
    (each) => each.statement,
  )
  for (const signOff of ordered) {
    const why = refuseSignOff(signOff, inputs, reviewHash)
    const place = JSON.stringify([signOff.role, speakerOf(signOff)])
    if (why !== undefined) ignored.push({ signOff, why })
    else if (signOff.decision === 'WITHDRAW') latest.delete(place)
    else if (inputs.policy.rejectionsStand === true && latest.get(place)?.decision === 'REJECT')
      ignored.push({ signOff, why: 'the person has rejected it and not withdrawn that' })
    else latest.set(place, signOff)
  }
  const counted = sortedBy(
    [...latest.values()],
    (each) => each.role,
    (each) => speakerOf(each),
  )
  const approvals = counted.filter((each) => each.decision === 'APPROVE')
  return {
    rejections: counted.filter((each) => each.decision === 'REJECT'),
    gaps: gapsOf(plan.signOffs, approvals),
    approvers: [...new Set(approvals.map(speakerOf))],
    ignored: sortedBy(
      ignored,
      (each) => each.signOff.role,
      (each) => each.signOff.principal,
      (each) => each.signOff.statement,
    ),
  }
}

function refuseSignOff(
  signOff: SignOff,
  inputs: DecisionInputs,
  reviewHash: ContentDigest,
): string | undefined {
  const isOfNow = signOff.reviewHash === reviewHash
  const stands = inputs.policy.rejectionsStand === true && signOff.decision !== 'APPROVE'
  if (!isOfNow && !stands) return 'it was given over an earlier state of the release'
  if (signOff.decision !== 'APPROVE') return undefined
  if (signOff.principal === inputs.author || speakerOf(signOff) === inputs.author)
    return 'the author of the change may not sign off'
  if (signOff.atMs > inputs.asOfMs + CLOCK_SKEW_LIMIT_MS) return 'it is dated in the future'
  return undefined
}

/** Assigns people to places by augmenting paths, so that somebody who signed in two roles counts where needed, once. */
function gapsOf(roles: readonly SignOffRole[], approvals: readonly SignOff[]): QuorumGap[] {
  const people = new Map<string, readonly string[]>()
  for (const role of roles) {
    const signers = approvals
      .filter((each) => each.role === role.role || (role.anyOf ?? []).includes(each.role))
      .map(speakerOf)
    people.set(role.role, [...new Set(signers)])
  }
  const roleOf = new Map<string, string>()
  const seat = (role: string, tried: Set<string>): boolean => {
    for (const person of people.get(role) ?? []) {
      if (tried.has(person)) continue
      tried.add(person)
      const seated = roleOf.get(person)
      if (seated === role) continue
      if (seated === undefined || seat(seated, tried)) {
        roleOf.set(person, role)
        return true
      }
    }
    return false
  }
  return roles.flatMap(({ role, minimum }) => {
    let filled = 0
    while (filled < minimum && seat(role, new Set())) filled++
    const approved = people.get(role)?.length ?? 0
    return filled >= minimum ? [] : [{ role, minimum, filled, approved }]
  })
}
