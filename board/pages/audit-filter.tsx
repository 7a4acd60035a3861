// What the audit log is narrowed by: who, what, on what, with what result, and when in the reader's zone.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { instantOfLocalTime } from '../../src/release/local-time.ts'
import { zoneName } from '../../src/release/reader-moment.ts'
import type { AuditEntry, AuditFilter } from '../operations-answers.ts'
import { usePreferences } from '../preferences.ts'

const FIELDS = [
  ['actor', 'Who', 'stranger', 'text'],
  ['action', 'Action', 'POST /v1/runs', 'text'],
  ['resource', 'Resource', '/v1/webhooks', 'text'],
  ['from', 'From', undefined, 'datetime-local'],
  ['until', 'Before', undefined, 'datetime-local'],
] as const

const RESULTS = [
  'done',
  'refused',
  'failed',
  'tallied',
] as const satisfies readonly AuditEntry['result'][]

export function AuditFilterForm({ onChange }: { onChange(filter: AuditFilter): void }): ReactNode {
  const { zone } = usePreferences()
  const [terms, setTerms] = useState<Readonly<Record<string, string>>>({})
  const setTerm = (name: string, value: string): void => setTerms({ ...terms, [name]: value })
  return (
    <form
      className="filter"
      onSubmit={(event) => {
        event.preventDefault()
        onChange(filterOf(terms, zone))
      }}
    >
      {FIELDS.map(([name, label, example, type]) => (
        <label key={name}>
          {type === 'text' ? label : `${label}, ${zoneName(zone)}`}
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

/** Only what was given; the fields for times have no zone and mean the one that times are shown in. */
function filterOf(terms: Readonly<Record<string, string>>, zone: string | undefined): AuditFilter {
  const given = Object.entries(terms).flatMap(([name, text]) => {
    const value = text.trim()
    if (value === '') return []
    const isTime = name === 'from' || name === 'until'
    return [[name, isTime ? instantOfLocalTime(value, zone) : value] as const]
  })
  return Object.fromEntries(given)
}
