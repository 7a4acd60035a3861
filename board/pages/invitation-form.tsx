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

const NOTHING_TYPED = {
  by: 'email',
  email: '',
  subject: '',
  role: 'developer',
  signsAs: '',
  environments: '',
  issuer: '',
}

export function InvitationForm({ reader, issuers, onInvited }: FormTerms): ReactNode {
  const act = useAct()
  const typed = useTyped({ who: reader, form: FORM }, NOTHING_TYPED)
  const { by, issuer } = typed.words
  const email = typed.words.email.trim()
  const subject = typed.words.subject.trim()
  const whom = by === 'email' ? { email } : { subject }
  const type = (part: Partial<typeof NOTHING_TYPED>): void =>
    typed.type({ ...typed.words, ...part })
  const chosen = issuers.find(({ name }) => name === issuer) ?? issuers[0]
  const { note, offer } = usePreview(act)
  const invite = async (): Promise<string | undefined> => {
    const invited = await accounts.invite({
      ...whom,
      ...rightsIn(typed.words),
      ...(chosen === undefined ? {} : { issuer: chosen.name }),
    })
    return offer(invited, () => {
      typed.forget()
      onInvited()
      return `${by === 'email' ? email : subject} is invited, and signs in at ${location.origin} with ${chosen?.label ?? 'the issuer'}.`
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
      <WhomField words={typed.words} onType={type} />
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

interface WhomTerms {
  readonly words: typeof NOTHING_TYPED
  onType(part: Partial<typeof NOTHING_TYPED>): void
}

/** By what their issuer vouches for, or by what it calls them where it tells no address. */
function WhomField({ words: { by, email, subject }, onType }: WhomTerms): ReactNode {
  return (
    <>
      <label>
        Known by
        <select name="by" value={by} onChange={({ target }) => onType({ by: target.value })}>
          <option value="email">e-mail address</option>
          <option value="subject">subject at the issuer</option>
        </select>
      </label>
      {by === 'email' ? (
        <Text
          name="email"
          label="E-mail address"
          value={email}
          limit={320}
          onText={(text) => onType({ email: text })}
        />
      ) : (
        <Text
          name="subject"
          label="Subject: what the issuer calls them"
          value={subject}
          limit={255}
          onText={(text) => onType({ subject: text })}
        />
      )}
    </>
  )
}

interface TextTerms {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly limit: number
  onText(text: string): void
}

function Text({ name, label, value, limit, onText }: TextTerms): ReactNode {
  return (
    <label>
      {label}
      <input
        name={name}
        value={value}
        required
        maxLength={limit}
        autoComplete="off"
        onChange={({ target }) => onText(target.value)}
      />
    </label>
  )
}
