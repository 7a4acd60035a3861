// A plan gate by gate: what each will do, what it may change, and what somebody answers.
import { memo, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import type { Plan, PlanGate } from '../answers.ts'
import { beginningOf } from '../import-words.ts'
import { LongList } from '../parts/long-list.tsx'
import type { LongRow } from '../parts/long-list.tsx'
import { Mark } from '../parts/mark.tsx'
import type { PlanAnswer, ScriptReach } from '../plan-answers.ts'
import { countOf, EFFECTS, sectionPartsOf } from '../words.ts'
import { GateDefinition } from './gate-definition.tsx'
import { PlanReach, ReachTerms } from './plan-reach.tsx'

/** Titles without an end are cut; the question, or the checklist, has them whole. */
const TITLE_LIMIT_CHARACTERS = 300
const ASKS_A_PERSON = 'asks a person'

export function PlanView({ answer }: { readonly answer: PlanAnswer }): ReactNode {
  const { plan } = answer
  return (
    <>
      <EffectCounts plan={plan} isReviewed={answer.reviewers.length > 0} />
      <PlanReach answer={answer} />
      <h3>Gate by gate</h3>
      <PlannedGates answer={answer} />
      {plan.signOffs.length === 0 ? null : (
        <p>
          Then it asks for sign-offs by{' '}
          {plan.signOffs.map(({ role, minimum }) => `${minimum} ${role}`).join(', ')}.
        </p>
      )}
    </>
  )
}

/** By section; the rows of a plan never change, so they are made once. */
function PlannedGates({ answer }: { readonly answer: PlanAnswer }): ReactNode {
  const { gates } = answer.plan
  const sections = useMemo(
    () =>
      [...Map.groupBy(gates, ({ section }) => sectionPartsOf(section).top)].map(
        ([section, members]) => [section, members.map((gate) => longRowOf(answer, gate))] as const,
      ),
    [answer, gates],
  )
  return sections.map(([section, rows]) => (
    <div key={section} className="gate-section">
      <h4>{section === '' ? 'Without a section' : section}</h4>
      <LongList className="gates" rows={rows} pageRows={gates.length} />
    </div>
  ))
}

function longRowOf(answer: PlanAnswer, gate: PlanGate): LongRow {
  const does = gate.check.type === 'manual' ? ASKS_A_PERSON : EFFECTS[gate.effect].word
  return {
    id: `gate-${gate.id}`,
    text: `${does} ${beginningOf(gate.title, TITLE_LIMIT_CHARACTERS)} ${countOf(gate.assertions.length, 'assertion')}`,
    whole: <PlannedGate gate={gate} reach={reachOf(answer, gate)} />,
  }
}

function EffectCounts({
  plan,
  isReviewed,
}: {
  readonly plan: Plan
  readonly isReviewed: boolean
}): ReactNode {
  const gates = plan.gates.filter(({ check }) => check.type !== 'manual')
  const proven = gates.filter(({ provenRead }) => provenRead)
  const acting = gates.filter(({ effect }) => effect !== 'read')
  const reading =
    gates.length - proven.length - acting.filter(({ provenRead }) => !provenRead).length
  const facts = [
    [plan.gates.length, 'gates'],
    [proven.length, 'proven to read, and run as they are'],
    [reading, isReviewed ? 'read, and run on the review' : 'said to read, and run once reviewed'],
    [acting.length, 'act, or may: a person confirms each time'],
    [plan.gates.length - gates.length, 'ask a person'],
  ] as const
  return (
    <ul className="figures">
      {facts.map(([count, what]) => (
        <li key={what}>
          <strong className="figure">{count}</strong> {what}
        </li>
      ))}
    </ul>
  )
}

function reachOf({ reach }: PlanAnswer, { id }: PlanGate): ScriptReach | undefined {
  return reach !== undefined && Object.hasOwn(reach, id) ? reach[id] : undefined
}

interface PlannedTerms {
  readonly gate: PlanGate
  readonly reach: ScriptReach | undefined
}

const PlannedGate = memo(({ gate, reach }: PlannedTerms): ReactNode => {
  const [isOpen, open] = useState(false)
  const effect = EFFECTS[gate.effect]
  return (
    <details onToggle={(event) => open(event.currentTarget.open)}>
      <summary>
        {gate.check.type === 'manual' ? (
          <Mark tone="calm">{ASKS_A_PERSON}</Mark>
        ) : (
          <Mark tone={effect.tone}>{effect.word}</Mark>
        )}
        <span className="gate-title">
          {beginningOf(gate.title, TITLE_LIMIT_CHARACTERS)}{' '}
          <span className="below">{sectionPartsOf(gate.section).below}</span>
          {gate.unsound.length === 0 ? null : <span className="tag">may pass although false</span>}
          {gate.holes.length === 0 ? null : <span className="tag">has holes</span>}
        </span>
        <span className="gate-reason">{countOf(gate.assertions.length, 'assertion')}</span>
      </summary>
      {isOpen ? (
        <div className="gate-body">
          <GateDefinition gate={gate} />
          <ReachTerms gate={gate} reach={reach} />
        </div>
      ) : null}
    </details>
  )
})
