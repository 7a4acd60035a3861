// The register as the API shows it: lists instead of maps, sorted by id, and what waits for a second person.
import { formatReleaseName } from '../gates/index.ts'
import { aboutOf } from '../register/index.ts'
import type { Register, RegisterAct } from '../register/index.ts'
import type { PresentedRegister } from './register-answer.ts'

export function presentRegister(register: Register): PresentedRegister {
  const kinds = new Map(register.acts.map((act) => [act.statement, act.change.kind]))
  return {
    risks: [...register.risks.values()],
    waivers: [...register.waivers.values()],
    conditions: [...register.conditions.values()],
    freezes: [...register.freezes.values()].map((freeze) => ({
      ...freeze,
      overrides: Object.fromEntries(freeze.overrides),
    })),
    budget: register.budget ?? null,
    roster: register.roster ?? null,
    policy: register.policy,
    launches: [...register.launches.values()],
    glasses: [...register.glasses.values()],
    cab: [...register.cab.values()],
    controls: register.controls,
    proposals: [...register.proposals.values()].map(({ act, about, people }) => ({
      statement: act.statement,
      about,
      people,
      kind: act.change.kind,
      at: new Date(act.atMs).toISOString(),
      words: wordsOf(act.change),
    })),
    acts: register.acts.map((act) => ({
      statement: act.statement,
      person: act.person,
      at: new Date(act.atMs).toISOString(),
      kind: act.change.kind,
      about: aboutOf(act.change),
      words: act.change.kind === 'approved' ? consentWords(act.change, kinds) : wordsOf(act.change),
    })),
  }
}

function consentWords(
  { statement }: Extract<RegisterAct['change'], { kind: 'approved' }>,
  kinds: ReadonlyMap<string, string>,
): string {
  return `${kinds.get(statement) ?? 'a change'} (${statement})`
}

function wordsOf(change: RegisterAct['change']): string {
  switch (change.kind) {
    case 'risk.opened':
      return `${change.level} ${change.title}`
    case 'risk.accepted':
      return `until ${change.until}`
    case 'risk.closed':
      return change.evidence === undefined
        ? change.note
        : `${change.note} (${change.evidence.gate}, ${change.evidence.statement})`.trim()
    case 'risk.revised': {
      const { kind: _kind, id: _id, reason, ...revision } = change
      const terms = Object.entries(revision).map(([name, value]) => `${name} ${value}`)
      return `${terms.join(', ')}: ${reason}`
    }
    case 'condition.set':
      return `${change.text}, due ${change.dueAt}`
    case 'condition.extended':
      return `to ${change.dueAt}: ${change.reason}`
    case 'budget.entered':
      return `${change.remaining} left, from ${change.source}`
    case 'roster.confirmed':
      return change.people.join(', ')
    case 'cab.recorded':
      return change.items.map(({ about, outcome }) => `${about}: ${outcome}`).join('; ')
    case 'controls.mapped':
      return `${change.controls.length} controls`
    case 'policy.set':
      return JSON.stringify(change.policy)
    case 'launch.planned':
      return `${change.at} (${change.timezone})`
    case 'glass.reviewed':
      return change.finding
    case 'approved':
      return change.statement
    case 'waiver.requested':
      return `${change.gates.join(', ')} of ${formatReleaseName(change)}: ${change.reason}`
    default:
      return change.reason
  }
}
