// What a reader says of a checklist that its text does not: the release it is for, and what else counts as a gate.
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { Plan } from '../answers.ts'
import type { DraftTerms } from '../drafts.ts'

const FIELDS = [
  ['service', 'Service'],
  ['version', 'Version'],
  ['environment', 'Environment'],
] as const
const SOURCES = [
  ['ordered-steps', 'numbered steps without boxes'],
  ['headings', 'headings above text'],
] as const

interface ImportTermsTerms {
  readonly terms: DraftTerms
  /** As it would be pinned; absent while the document has no gates. */
  readonly plan: Plan | undefined
  onTerms(terms: DraftTerms): void
}

export function ImportTerms({ terms, plan, onTerms }: ImportTermsTerms): ReactNode {
  const [values, set] = useState<DraftTerms>({
    service: terms.service,
    version: terms.version,
    environment: terms.environment,
    gates: terms.gates,
  })
  return (
    <form
      className="filter"
      aria-label="What the checklist does not say"
      onSubmit={(event) => {
        event.preventDefault()
        onTerms(values)
      }}
    >
      {FIELDS.map(([name, label]) => (
        <label key={name}>
          {label}
          <input
            name={name}
            value={values[name]}
            maxLength={500}
            placeholder={plan?.[name] ?? 'from the document'}
            onChange={(event) => set({ ...values, [name]: event.target.value })}
          />
        </label>
      ))}
      <fieldset>
        <legend>Take for gates also</legend>
        {SOURCES.map(([name, label]) => (
          <label key={name} className="tick">
            <input
              type="checkbox"
              name={name}
              checked={values.gates.includes(name)}
              onChange={(event) =>
                set({
                  ...values,
                  gates: event.target.checked
                    ? [...values.gates, name]
                    : values.gates.filter((each) => each !== name),
                })
              }
            />
            {label}
          </label>
        ))}
      </fieldset>
      <button type="submit">Read it again so</button>
    </form>
  )
}
