// What the audit log is narrowed by: who, what, on what, with what result, and when in the reader's zone.
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { AuditEntry, AuditFilter } from '../operations-answers.ts'

const FIELDS = [
  ['actor', 'Who', 'stranger', 'text'],
  ['action', 'Action', 'POST /v1/runs', 'text'],
  ['resource', 'Resource', '/v1/webhooks', 'text'],
  ['from', 'From, in your zone', undefined, 'datetime-local'],
  ['until', 'Before, in your zone', undefined, 'datetime-local'],
] as const

const RESULTS = [
  'done',
  'refused',
  'failed',
  'tallied',
] as const satisfies readonly AuditEntry['result'][]

export function AuditFilterForm({ onChange }: { onChange(filter: AuditFilter): void }): ReactNode {
  const [terms, setTerms] = useState<Readonly<Record<string, string>>>({})
  const setTerm = (name: string, value: string): void => setTerms({ ...terms, [name]: value })
  return (
    <form
      className="filter"
      onSubmit={(event) => {
        event.preventDefault()
        onChange(filterOf(terms))
      }}
    >
      {FIELDS.map(([name, label, example, type]) => (
        <label key={name}>
          {label}
          <input
            name={name}
            type={type}
            value={terms[name] ?? ''}
            placeholder={example}
            maxLength={500}
            onChange={(event) => setTerm(name, event.target.value)}
          />
        </label>
      ))}
      <label>
        Result
        <select
          name="result"
          value={terms['result'] ?? ''}
          onChange={(event) => setTerm('result', event.target.value)}
        >
          <option value="">any</option>
          {RESULTS.map((result) => (
            <option key={result}>{result}</option>
          ))}
        </select>
      </label>
      <button type="submit">Show</button>
    </form>
  )
}

/** Only what was given; the fields for times have no zone and mean the reader's. */
function filterOf(terms: Readonly<Record<string, string>>): AuditFilter {
  const given = Object.entries(terms).flatMap(([name, text]) => {
    const value = text.trim()
    if (value === '') return []
    const isTime = name === 'from' || name === 'until'
    return [[name, isTime ? new Date(value).toISOString() : value] as const]
  })
  return Object.fromEntries(given)
}
