// What a reader prefers; each choice holds at once, and is kept in this browser alone.
import { useMemo } from 'react'
import type { ReactNode } from 'react'
import { ActNote, useAct } from '../parts/act.tsx'
import { Choices } from '../parts/choices.tsx'
import { Moment } from '../parts/moment.tsx'
import { NO_PREFERENCES, PAGE_ROWS, prefer, usePreferences } from '../preferences.ts'
import type { Preferences } from '../preferences.ts'

export function PreferencesForm(): ReactNode {
  const { zone, scheme, motion, rows } = usePreferences()
  const act = useAct()
  const choose = (change: Partial<Preferences>): void =>
    act.run(() => {
      prefer(change)
      return Promise.resolve('Kept in this browser.')
    })
  return (
    <section aria-labelledby="preferences">
      <h2 id="preferences">Yours, in this browser</h2>
      <p className="soft">
        Kept in this browser and sent to nobody: another browser knows nothing of it.
      </p>
      <div className="preferences">
        <ZoneField zone={zone} onZone={(next) => choose({ zone: next })} />
        <div>
          <p className="label">Colours</p>
          <Choices
            label="Colours"
            chosen={scheme}
            onChoose={(next) => choose({ scheme: next })}
            choices={[
              ['system', 'As the system'],
              ['light', 'Light'],
              ['dark', 'Dark'],
            ]}
          />
        </div>
        <div>
          <p className="label">Motion</p>
          <Choices
            label="Motion"
            chosen={motion}
            onChoose={(next) => choose({ motion: next })}
            choices={[
              ['system', 'As the system'],
              ['reduced', 'None'],
            ]}
          />
        </div>
        <div>
          <p className="label">Rows of a list at once</p>
          <Choices
            label="Rows of a list at once"
            chosen={`${rows}`}
            onChoose={(next) =>
              choose({ rows: PAGE_ROWS.find((each) => `${each}` === next) ?? NO_PREFERENCES.rows })
            }
            choices={PAGE_ROWS.map((each) => [`${each}`, `${each}`] as const)}
          />
        </div>
      </div>
      <p className="buttons">
        <button type="button" onClick={() => choose(NO_PREFERENCES)}>
          Back to the defaults
        </button>
      </p>
      <ActNote act={act} />
    </section>
  )
}

interface ZoneTerms {
  readonly zone: string | undefined
  onZone(zone: string | undefined): void
}

function ZoneField({ zone, onZone }: ZoneTerms): ReactNode {
  const names = useMemo(() => ['UTC', ...Intl.supportedValuesOf('timeZone')], [])
  const here = useMemo(() => new Intl.DateTimeFormat().resolvedOptions().timeZone, [])
  return (
    <div>
      <label>
        Time zone
        <select
          name="zone"
          value={zone ?? ''}
          onChange={(event) => onZone(event.target.value === '' ? undefined : event.target.value)}
        >
          <option value="">This machine’s ({here})</option>
          {[...new Set(zone === undefined ? names : [...names, zone])].map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <p className="soft">
        Now: <Moment at={Date.now()} />
      </p>
    </div>
  )
}
