// What a gate of a plan does, what has to hold, and what it waits for: the same words before a run and after it.
import type { ReactNode } from 'react'
import type { PlanGate } from '../answers.ts'
import { seenText } from '../import-words.ts'
import { Mark } from '../parts/mark.tsx'
import { describeAssertion, describeCheck, durationText, EFFECTS, textOfCheck } from '../words.ts'

export function GateDefinition({ gate }: { readonly gate: PlanGate }): ReactNode {
  const text = textOfCheck(gate.check)
  const effect = EFFECTS[gate.effect]
  return (
    <>
      <p>
        <Mark tone={effect.tone}>{effect.word}</Mark>, {effect.text}
        {gate.provenRead ? ', proven from its text' : ''}. It {describeCheck(gate.check)}.
      </p>
      {text === undefined ? null : (
        <pre tabIndex={0} aria-label="What is run">
          {seenText(text)}
        </pre>
      )}
      {gate.assertions.length === 0 ? null : (
        <>
          <p className="label">What has to hold</p>
          <ul className="assertions">
            {gate.assertions.map((assertion, at) => (
              <li key={at}>
                <code>{describeAssertion(assertion)}</code>
                {assertion.severity === 'advisory' ? <span className="tag">advisory</span> : null}
              </li>
            ))}
          </ul>
        </>
      )}
      <Terms gate={gate} />
    </>
  )
}

/** `query-without-assertion` in words, and as the lint calls it. */
function UnsoundRule({ rule }: { readonly rule: string }): ReactNode {
  return (
    <>
      {rule.replaceAll('-', ' ')} <code>{rule}</code>{' '}
    </>
  )
}

function Terms({ gate }: { readonly gate: PlanGate }): ReactNode {
  const terms: (readonly [string, ReactNode])[] = [['Id', <code>{gate.id}</code>]]
  if (gate.source !== undefined) terms.push(['Checklist', `line ${gate.source.line}`])
  if (gate.owner !== undefined) terms.push(['Owner', gate.owner])
  if (gate.phase !== undefined) terms.push(['Phase', gate.phase])
  if (gate.needs.length > 0) terms.push(['After', gate.needs.join(', ')])
  terms.push(['Stops after', durationText(gate.timeoutMs)])
  if (gate.maxAgeMs !== undefined) terms.push(['Evidence counts for', durationText(gate.maxAgeMs)])
  if (gate.holes.length > 0) terms.push(['Holes to fill', gate.holes.join(', ')])
  if (gate.unsound.length > 0)
    terms.push([
      'May pass although it is false (unsound)',
      gate.unsound.map((rule) => <UnsoundRule key={rule} rule={rule} />),
    ])
  return (
    <dl className="terms">
      {terms.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
