// Folds signed acts into the register, in the order the ledger has them; an act that the rules refuse changes nothing.
import { refuseAct } from './rules.ts'
import { applyApproval, applyChange, takesTwo } from './effects.ts'
import type { DraftRegister } from './effects.ts'
import type { Register, RegisterAct } from './model.ts'

export interface FoldedRegister {
  readonly register: Register
  /** Acts that were recorded and should not have been; the control plane records none. */
  readonly refused: readonly { readonly act: RegisterAct; readonly why: string }[]
}

/** Same acts in the same order, same register, for control plane and verifier. */
export function foldRegister(acts: readonly RegisterAct[]): FoldedRegister {
  const draft: DraftRegister = {
    risks: new Map(),
    waivers: new Map(),
    conditions: new Map(),
    freezes: new Map(),
    budget: undefined,
    budgetOverrides: new Map(),
    roster: undefined,
    policy: {},
    launches: new Map(),
    glasses: new Map(),
    cab: new Map(),
    controls: [],
    proposals: new Map(),
    acts: [],
  }
  const refused: { act: RegisterAct; why: string }[] = []
  for (const act of acts) {
    const why = refuseAct(draft, act)
    if (why === undefined) applyAct(draft, act)
    else refused.push({ act, why })
  }
  return { register: draft, refused }
}

function applyAct(draft: DraftRegister, act: RegisterAct): void {
  draft.acts.push(act)
  const { change } = act
  if (change.kind === 'approved') applyApproval(draft, act, change)
  else if (takesTwo(draft, change)) {
    draft.proposals.set(act.statement, { act, about: aboutOf(change), people: [act.person] })
  } else applyChange(draft, act, [act.person])
}

/** The id a change is about, as `approve` takes it: changes without an id go by a word of their own. */
export function aboutOf(change: RegisterAct['change']): string {
  if ('id' in change) return change.id
  switch (change.kind) {
    case 'policy.set':
      return 'policy'
    case 'budget.entered':
    case 'budget.overridden':
      return 'budget'
    case 'roster.confirmed':
      return 'roster'
    case 'controls.mapped':
      return 'controls'
    case 'launch.planned':
      return change.version
  }
}
