// The form that invites a person: by the address that an issuer vouches for, with what they may do and in which roles they may sign.
import type { ReactNode } from 'react'
import { accounts } from '../accounts-api.ts'
import type { Issuers } from '../answers.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { addressOfForm } from '../parts/form-place.tsx'
import { usePreview } from '../parts/preview-note.tsx'
import type { Reader } from '../settings-api.ts'
import { useTyped } from '../typed.ts'
import { RightsFields, rightsIn } from './rights-form.tsx'

/** Its name on the page of people. */
export const FORM = 'invite'

interface FormTerms {
  readonly reader: Reader
  readonly issuers: Issuers['issuers']
  onInvited(): void
}

const NOTHING_TYPED = { email: '', role: 'developer', signsAs: '', environments: '', issuer: '' }

export function InvitationForm({ reader, issuers, onInvited }: FormTerms): ReactNode {
  const act = useAct()
  const typed = useTyped({ who: reader, form: FORM }, NOTHING_TYPED)
  const { email, issuer } = typed.words
  const type = (part: Partial<typeof NOTHING_TYPED>): void =>
    typed.type({ ...typed.words, ...part })
  const chosen = issuers.find(({ name }) => name === issuer) ?? issuers[0]
  const { note, offer } = usePreview(act)
  const invite = async (): Promise<string | undefined> => {
    const invited = await accounts.invite({
      email: email.trim(),
      ...rightsIn(typed.words),
      ...(chosen === undefined ? {} : { issuer: chosen.name }),
    })
    return offer(invited, () => {
      typed.forget()
      onInvited()
      return `${email.trim()} is invited, and signs in at ${location.origin} with ${chosen?.label ?? 'the issuer'}.`
    })
  }
  return (
    <form
      className="filter"
      onSubmit={(event) => {
        event.preventDefault()
        act.run(invite)
      }}
    >
      <label>
        E-mail address
        <input
          name="email"
          value={email}
          required
          maxLength={320}
          autoComplete="off"
          onChange={({ target }) => type({ email: target.value })}
        />
      </label>
      <RightsFields rights={typed.words} onType={type} />
      {issuers.length < 2 ? null : (
        <label>
          Signs in with
          <select
            name="issuer"
            value={chosen?.name ?? ''}
            onChange={({ target }) => type({ issuer: target.value })}
          >
            {issuers.map(({ name, label }) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </label>
      )}
      <button type="submit" className="primary" disabled={act.isBusy}>
        Invite
      </button>
      {note}
      <ActNote act={act} to={addressOfForm(FORM)} onLeave={() => type({})} />
    </form>
  )
}
