// Which sign-offs count, who rejected, and whether distinct people fill every role.
import { sortedBy } from './decision-hash.ts'
import type { ContentDigest } from '../kernel/index.ts'
import type { DecisionInputs, SignOff } from './model.ts'
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
  /** Sign-offs that were left out, each with its reason. */
  readonly ignored: readonly { readonly signOff: SignOff; readonly why: string }[]
}

/**
 * Counts the latest sign-off of each role and person over this reviewHash. The author's approval and approvals dated in
 * the future are left out, rejections never for these reasons. One person fills one place over all roles.
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
    if (why === undefined) latest.set(JSON.stringify([signOff.role, signOff.principal]), signOff)
    else ignored.push({ signOff, why })
  }
  const counted = sortedBy(
    [...latest.values()],
    (each) => each.role,
    (each) => each.principal,
  )
  const approvals = counted.filter((each) => each.decision === 'APPROVE')
  return {
    rejections: counted.filter((each) => each.decision === 'REJECT'),
    gaps: gapsOf(plan.signOffs, approvals),
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
  if (signOff.reviewHash !== reviewHash) return 'it was given over an earlier state of the release'
  if (signOff.decision === 'REJECT') return undefined
  if (signOff.principal === inputs.author) return 'the author of the change may not sign off'
  if (signOff.atMs > inputs.asOfMs + CLOCK_SKEW_LIMIT_MS) return 'it is dated in the future'
  return undefined
}

/** Assigns people to places by augmenting paths, so that somebody who signed in two roles counts where needed, once. */
function gapsOf(roles: readonly SignOffRole[], approvals: readonly SignOff[]): QuorumGap[] {
  const people = new Map<string, readonly string[]>()
  for (const role of roles) {
    const signers = approvals
      .filter((each) => each.role === role.role)
      .map((each) => each.principal)
    people.set(role.role, signers)
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
