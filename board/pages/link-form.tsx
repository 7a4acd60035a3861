// Says that somebody who had a key before they had an account is this account: from then on all keys of both are one person.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { accounts } from '../accounts-api.ts'
import type { Account } from '../accounts-api.ts'
import { operations } from '../api.ts'
import type { Principal } from '../operations-answers.ts'
import { useLive } from '../live.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { usePreview } from '../parts/preview-note.tsx'
import { Loaded } from '../parts/state.tsx'
import { callPerson } from '../words.ts'

interface FormTerms {
  readonly account: Account
  /** @param words what was done */
  onDone(words: string): void
  onLeave(): void
}

export function LinkForm(terms: FormTerms): ReactNode {
  const { account, onLeave } = terms
  const principals = useLive('principals to link', operations.principals)
  return (
    <Loaded live={principals} what="who signs">
      {(all) => {
        const free = linkableTo(account, all)
        return free.length === 0 ? (
          <div className="state">
            <p>
              There is nobody to link {callPerson(account)} with: every person who signs has an
              account, or is somebody else than this account counts as.
            </p>
            <button type="button" onClick={onLeave}>
              Leave it
            </button>
          </div>
        ) : (
          <Linking {...terms} free={free} />
        )
      }}
    </Loaded>
  )
}

function Linking({
  account,
  free,
  onDone,
  onLeave,
}: FormTerms & { readonly free: readonly Principal[] }): ReactNode {
  const act = useAct()
  const [wished, choose] = useState('')
  const chosen = free.find(({ id }) => id === wished)
  const name = callPerson(account)
  const { note, offer } = usePreview(act)
  const link = async (principal: Principal): Promise<string | undefined> =>
    offer(await accounts.link(account.id, principal.id), () => {
      const words = `All keys of ${principal.displayName} count as ${name} now: one person.`
      onDone(words)
      return words
    })
  return (
    <form
      className="filter"
      aria-label={`Link ${name}`}
      onSubmit={(event) => {
        event.preventDefault()
        if (chosen !== undefined) act.run(() => link(chosen))
      }}
    >
      <label className="wide">
        {name} is
        <select name="principal" value={wished} onChange={({ target }) => choose(target.value)}>
          <option value="">Say who</option>
          {free.map(({ id, displayName, roles }) => (
            <option key={id} value={id}>
              {displayName} ({id}
              {roles.length === 0 ? '' : `, ${roles.join(', ')}`})
            </option>
          ))}
        </select>
      </label>
      <button type="submit" className="primary" disabled={act.isBusy || chosen === undefined}>
        Link them
      </button>
      <button type="button" onClick={onLeave}>
        Leave it
      </button>
      <p className="soft acts-as">
        Every key of theirs counts as this account from then on, which is one person among
        sign-offs. It is not taken back: look at the id, names can be alike.
      </p>
      {note}
      <ActNote act={act} />
    </form>
  )
}

/** People whom no account is yet; where the account counts as somebody already, other keys of that person. */
function linkableTo({ person }: Account, all: readonly Principal[]): readonly Principal[] {
  return all.filter(
    (each) =>
      each.kind === 'person' &&
      each.account === undefined &&
      (person === null || each.person === person),
  )
}
