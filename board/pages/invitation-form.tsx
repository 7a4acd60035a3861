// The form that invites a person: by the address that an issuer vouches for, with what they may do and in which roles they may sign.
import type { ReactNode } from 'react'
import { accounts } from '../accounts-api.ts'
import type { Issuers } from '../answers.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { addressOfForm } from '../parts/form-place.tsx'
import type { Reader } from '../settings-api.ts'
import { useTyped } from '../typed.ts'

/** Its name on the page of people. */
export const FORM = 'invite'

const ROLES = [
  ['viewer', 'viewer: reads'],
  ['developer', 'developer: also plans, runs and signs'],
  ['admin', 'admin: also invites, and sets things up'],
] as const

interface FormTerms {
  readonly reader: Reader
  readonly issuers: Issuers['issuers']
  onInvited(): void
}

const NOTHING_TYPED = { email: '', role: 'developer', signsAs: '', environments: '', issuer: '' }

export function InvitationForm({ reader, issuers, onInvited }: FormTerms): ReactNode {
  const act = useAct()
  const typed = useTyped({ who: reader, form: FORM }, NOTHING_TYPED)
  const { email, role, signsAs, environments, issuer } = typed.words
  const type = (part: Partial<typeof NOTHING_TYPED>): void =>
    typed.type({ ...typed.words, ...part })
  const chosen = issuers.find(({ name }) => name === issuer) ?? issuers[0]
  const invite = async (): Promise<string> => {
    const places = namesIn(environments)
    const invited = await accounts.invite({
      email: email.trim(),
      role,
      signsAs: namesIn(signsAs),
      environments: places.length === 0 ? null : places,
      ...(chosen === undefined ? {} : { issuer: chosen.name }),
    })
    typed.forget()
    onInvited()
    return `${invited.email ?? invited.id} is invited, and signs in at ${location.origin} with ${chosen?.label ?? 'the issuer'}.`
  }
  return (
    <form
      className="filter"
      onSubmit={(event) => {
        event.preventDefault()
        act.run(invite)
      }}
    >
      <Text
        name="email"
        label="E-mail address"
        value={email}
        isRequired
        onText={(next) => type({ email: next })}
      />
      <Picked
        label="May"
        name="role"
        value={role}
        all={ROLES}
        onPick={(to) => type({ role: to })}
      />
      <Text
        name="signs-as"
        label="Signs as, with commas (open: in no role)"
        value={signsAs}
        onText={(next) => type({ signsAs: next })}
      />
      <Text
        name="environments"
        label="In the environments, with commas (open: all)"
        value={environments}
        onText={(next) => type({ environments: next })}
      />
      {issuers.length < 2 ? null : (
        <Picked
          label="Signs in with"
          name="issuer"
          value={chosen?.name ?? ''}
          all={issuers.map(({ name, label }) => [name, label] as const)}
          onPick={(to) => type({ issuer: to })}
        />
      )}
      <button type="submit" className="primary" disabled={act.isBusy}>
        Invite
      </button>
      <ActNote act={act} to={addressOfForm(FORM)} onLeave={() => type({})} />
    </form>
  )
}

function namesIn(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== ''))]
}

interface TextTerms {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly isRequired?: boolean
  onText(text: string): void
}

function Text({ name, label, value, isRequired = false, onText }: TextTerms): ReactNode {
  return (
    <label>
      {label}
      <input
        name={name}
        value={value}
        required={isRequired}
        maxLength={500}
        autoComplete="off"
        onChange={({ target }) => onText(target.value)}
      />
    </label>
  )
}

interface PickedTerms {
  readonly name: string
  readonly label: string
  readonly value: string
  /** Value and words of each. */
  readonly all: readonly (readonly [string, string])[]
  onPick(value: string): void
}

function Picked({ name, label, value, all, onPick }: PickedTerms): ReactNode {
  return (
    <label>
      {label}
      <select name={name} value={value} onChange={({ target }) => onPick(target.value)}>
        {all.map(([id, text]) => (
          <option key={id} value={id}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}
