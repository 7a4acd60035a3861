// A row of buttons of which one is pressed: which part of a list is shown.
import type { ReactNode } from 'react'

interface ChoicesTerms<Name extends string> {
  /** What is chosen, for those who hear it. */
  readonly label: string
  /** Undefined while nothing is. */
  readonly chosen: Name | undefined
  /** Name and what the button says. */
  readonly choices: readonly (readonly [NoInfer<Name>, string])[]
  onChoose(name: NoInfer<Name>): void
}

export function Choices<Name extends string>(terms: ChoicesTerms<Name>): ReactNode {
  const { label, chosen, choices, onChoose } = terms
  return (
    <div className="choices" role="group" aria-label={label}>
      {choices.map(([name, text]) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === chosen}
          onClick={() => onChoose(name)}
        >
          {text}
        </button>
      ))}
    </div>
  )
}
