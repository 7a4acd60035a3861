// What a person may do, as an admin says it: the fields of it, and the form that gives an account other rights.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { accounts } from '../accounts-api.ts'
import type { Account, Rights } from '../accounts-api.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { usePreview } from '../parts/preview-note.tsx'
import { callPerson } from '../words.ts'

const ROLES = [
  ['viewer', 'viewer (reads)'],
  ['developer', 'developer (acts)'],
  ['admin', 'admin (sets up)'],
] as const

/** As they are typed. */
export interface TypedRights {
  readonly role: string
  /** With commas. */
  readonly signsAs: string
  readonly environments: string
}

export function rightsIn({ role, signsAs, environments }: TypedRights): Rights {
  const places = namesIn(environments)
  return {
    role,
    signsAs: namesIn(signsAs),
    environments: places.length === 0 ? null : places,
  }
}

function namesIn(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== ''))]
}

interface FieldsTerms {
  readonly rights: TypedRights
  onType(part: Partial<TypedRights>): void
}

export function RightsFields({ rights, onType }: FieldsTerms): ReactNode {
  return (
    <>
      <label>
        May
        <select
          name="role"
          value={rights.role}
          onChange={({ target }) => onType({ role: target.value })}
        >
          {ROLES.map(([role, text]) => (
            <option key={role} value={role}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <Names
        name="signs-as"
        label="Signs as, with commas (open: in no role)"
        value={rights.signsAs}
        onNames={(signsAs) => onType({ signsAs })}
      />
      <Names
        name="environments"
        label="In the environments, with commas (open: all)"
        value={rights.environments}
        onNames={(environments) => onType({ environments })}
      />
    </>
  )
}

interface NamesTerms {
  readonly name: string
  readonly label: string
  readonly value: string
  onNames(text: string): void
}

function Names({ name, label, value, onNames }: NamesTerms): ReactNode {
  return (
    <label>
      {label}
      <input
        name={name}
        value={value}
        maxLength={500}
        autoComplete="off"
        onChange={({ target }) => onNames(target.value)}
      />
    </label>
  )
}

interface FormTerms {
  readonly account: Account
  /** @param words what was done */
  onDone(words: string): void
  onLeave(): void
}

export function RightsForm({ account, onDone, onLeave }: FormTerms): ReactNode {
  const act = useAct()
  const { role, signsAs, environments } = account
  const [rights, set] = useState<TypedRights>({
    role,
    signsAs: signsAs.join(', '),
    environments: (environments ?? []).join(', '),
  })
  const name = callPerson(account)
  const { note, offer } = usePreview(act)
  const change = async (): Promise<string | undefined> =>
    offer(await accounts.change(account.id, rightsIn(rights)), () => {
      const words = `${name} has these rights now, and signs in again to use them.`
      onDone(words)
      return words
    })
  return (
    <form
      className="filter"
      aria-label={`Rights of ${name}`}
      onSubmit={(event) => {
        event.preventDefault()
        act.run(change)
      }}
    >
      <RightsFields rights={rights} onType={(part) => set({ ...rights, ...part })} />
      <button type="submit" className="primary" disabled={act.isBusy}>
        Give {name} these rights
      </button>
      <button type="button" onClick={onLeave}>
        Leave it
      </button>
      <p className="soft acts-as">
        Every session of theirs ends; their keys for roles that are taken away sign nothing more.
      </p>
      {note}
      <ActNote act={act} />
    </form>
  )
}
