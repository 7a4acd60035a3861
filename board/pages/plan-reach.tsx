// Who does what of a plan, and what it touches: network, commands, files; said before anything of it is done.
import type { ReactNode } from 'react'
import type { PlanGate } from '../answers.ts'
import { seenText } from '../import-words.ts'
import type { PlanAnswer, ScriptReach } from '../plan-answers.ts'
import { doerOf, touchOf } from '../plan-reach.ts'
import type { Doer, Touched } from '../plan-reach.ts'
import { countOf } from '../words.ts'

/** Further ones are counted: the gates below have each. */
const SHOWN_LIMIT_COUNT = 24

const DOERS: readonly (readonly [Doer, string])[] = [
  ['runner', 'On a runner of yours, never on this server'],
  ['server', 'By this server, which looks at itself'],
  ['person', 'Answered by a person'],
  ['nobody', 'Cannot be run: it stays open'],
]

export function PlanReach({ answer }: { readonly answer: PlanAnswer }): ReactNode {
  const { plan } = answer
  const touch = touchOf(answer)
  const byDoer = Map.groupBy(plan.gates, doerOf)
  const files = plan.gates.filter(({ check }) => check.type === 'document')
  return (
    <section aria-labelledby="reach">
      <h3 id="reach">What it reaches</h3>
      <dl className="facts">
        {DOERS.map(([doer, words]) => {
          const count = byDoer.get(doer)?.length ?? 0
          return count === 0 ? null : (
            <Fact key={doer} name={words} value={countOf(count, 'gate')} />
          )
        })}
        <TouchedFact name="Programs it calls" all={touch.programs} none="none" />
        <TouchedFact name="Over the network" all={touch.network} none="nothing that is known to" />
        <TouchedFact name="Changes elsewhere" all={touch.changes} none="none that is recognised" />
        <TouchedFact name="Files it writes" all={touch.files} none="none that is recognised" />
        {files.length === 0 ? null : (
          <Fact name="Files it reads" value={files.map(({ check }) => check.path).join(', ')} />
        )}
        {touch.unread.length === 0 ? null : (
          <Fact
            name="Not understood"
            value={`${countOf(touch.unread.length, 'script')}: may do anything`}
          />
        )}
      </dl>
      <p className="soft">
        Read from the words of the scripts. It is no proof: a program may do more than its name
        says, so what is not proven to read asks somebody before it runs.
      </p>
    </section>
  )
}

function Fact({ name, value }: { readonly name: string; readonly value: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

interface TouchedTerms {
  readonly name: string
  readonly all: readonly Touched[]
  readonly none: string
}

function TouchedFact({ name, all, none }: TouchedTerms): ReactNode {
  const rest = all.length - SHOWN_LIMIT_COUNT
  const shown = all.slice(0, SHOWN_LIMIT_COUNT)
  return (
    <Fact
      name={name}
      value={
        all.length === 0 ? (
          <span className="soft">{none}</span>
        ) : (
          <ul className="touched">
            {shown.map(({ what, gates }) => (
              <li key={what}>
                <code>{seenText(what)}</code>{' '}
                <span className="soft" title={titlesOf(gates)}>
                  {countOf(gates.length, 'gate')}
                </span>
              </li>
            ))}
            {rest > 0 ? <li className="soft">and {rest} more</li> : null}
          </ul>
        )
      }
    />
  )
}

function titlesOf(gates: readonly PlanGate[]): string {
  const rest = gates.length - SHOWN_LIMIT_COUNT
  const shown = gates.slice(0, SHOWN_LIMIT_COUNT).map(({ title }) => title)
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n')
}

/** The same of one gate. */
export function ReachTerms({
  gate,
  reach,
}: {
  readonly gate: PlanGate
  readonly reach: ScriptReach | undefined
}): ReactNode {
  const doer = DOERS.find(([each]) => each === doerOf(gate))?.[1] ?? ''
  const terms: (readonly [string, readonly string[]])[] = [
    ['Calls', reach?.programs ?? []],
    ['Over the network', reach?.network ?? []],
    ['Changes', reach?.changes ?? []],
    ['Writes', reach?.files ?? []],
    ['Not understood', reach?.unread === undefined ? [] : [reach.unread]],
  ]
  return (
    <dl className="terms">
      <div>
        <dt>Where</dt>
        <dd>{doer}</dd>
      </div>
      {terms.map(([name, all]) =>
        all.length === 0 ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{seenText(all.join(', '))}</dd>
          </div>
        ),
      )}
    </dl>
  )
}
