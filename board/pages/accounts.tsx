// Who may sign in: an admin invites people here, sees who has joined, gives them other rights, and takes accounts away.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { accounts } from '../accounts-api.ts'
import type { Account } from '../accounts-api.ts'
import { api } from '../api.ts'
import { useLive } from '../live.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { Ending } from '../parts/ending.tsx'
import { FormPlace } from '../parts/form-place.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { usePreview } from '../parts/preview-note.tsx'
import { Loaded } from '../parts/state.tsx'
import { toldOfFacts } from '../rhythms.ts'
import { settings } from '../settings-api.ts'
import type { Reader } from '../settings-api.ts'
import { callPerson } from '../words.ts'
import { FORM, InvitationForm } from './invitation-form.tsx'
import { RightsForm } from './rights-form.tsx'

const REFRESH_MS = 20_000

export function AccountsSection(): ReactNode {
  const reader = useLive('settings reader', settings.reader)
  return (
    <section aria-labelledby="accounts">
      <h2 id="accounts">Who may sign in</h2>
      <Loaded live={reader} what="who you are">
        {(who) =>
          who.role === 'admin' ? (
            <OwnAccounts reader={who} />
          ) : (
            <p className="soft">An admin invites people, and says in which roles they may sign.</p>
          )
        }
      </Loaded>
    </section>
  )
}

function OwnAccounts({ reader }: { readonly reader: Reader }): ReactNode {
  const act = useAct()
  const [pressCount, count] = useState(0)
  const [changed, change] = useState<Account>()
  const { note, offer } = usePreview(act)
  const remove = (account: Account, reason: string): void =>
    act.run(async () =>
      offer(
        await accounts.remove(account.id, reason),
        () => `${callPerson(account)} signs in no more, and every session of theirs is over.`,
      ),
    )
  const issuers = useLive('issuers', api.issuers)
  const nudge = `${pressCount} ${act.done ?? ''}`
  const all = useLive('accounts', accounts.list, toldOfFacts(REFRESH_MS, 'account'), nudge)
  return (
    <>
      {note}
      <ActNote act={act} />
      <Loaded live={all} what="the accounts">
        {(rows) => (
          <AccountTable
            isBusy={act.isBusy}
            rows={rows.filter(({ state }) => state !== 'removed')}
            onChange={change}
            onRemove={remove}
          />
        )}
      </Loaded>
      {changed === undefined ? null : (
        <RightsForm
          key={changed.id}
          account={changed}
          onLeave={() => change(undefined)}
          onDone={(words) => {
            change(undefined)
            act.run(() => Promise.resolve(words))
          }}
        />
      )}
      <Loaded live={issuers} what="the issuers">
        {({ issuers: known }) =>
          known.length === 0 ? (
            <p className="soft">
              Nobody can sign in to this server yet: it was started without an issuer.
            </p>
          ) : (
            <FormPlace form={FORM} labelledBy="invite">
              <h3 id="invite">Invite somebody</h3>
              <InvitationForm
                reader={reader}
                issuers={known}
                onInvited={() => count((before) => before + 1)}
              />
            </FormPlace>
          )
        }
      </Loaded>
    </>
  )
}

interface TableTerms {
  readonly rows: readonly Account[]
  readonly isBusy: boolean
  onRemove(account: Account, reason: string): void
  /** Somebody is to have other rights. */
  onChange(account: Account): void
}

function AccountTable({ rows, isBusy, onRemove, onChange }: TableTerms): ReactNode {
  if (rows.length === 0) return <p className="soft">Nobody is invited yet.</p>
  return (
    <table className="rows">
      <caption className="unseen">Accounts and invitations</caption>
      <thead>
        <tr>
          <th scope="col">Who</th>
          <th scope="col">May</th>
          <th scope="col">Signs as</th>
          <th scope="col">State</th>
          <th scope="col">Do</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((account) => (
          <tr key={account.id}>
            <th scope="row">
              <Called account={account} />
            </th>
            <td data-column="May">
              <span>
                {account.role}{' '}
                <span className="soft">
                  {account.environments === null
                    ? 'everywhere'
                    : `in ${account.environments.join(', ')}`}
                </span>
              </span>
            </td>
            <td data-column="Signs as">{account.signsAs.join(', ') || 'no role'}</td>
            <td data-column="State">
              <State account={account} />
            </td>
            <td data-column="Do">
              <Ending
                what={`the account of ${callPerson(account)}`}
                verb="Remove"
                isBusy={isBusy}
                onEnd={(reason) => onRemove(account, reason)}
              >
                <button
                  type="button"
                  aria-label={`Change the rights of ${callPerson(account)}`}
                  onClick={() => onChange(account)}
                >
                  Change
                </button>
              </Ending>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Called({ account }: { readonly account: Account }): ReactNode {
  const name = account.displayName ?? account.email ?? account.subject ?? account.id
  return (
    <>
      {name}{' '}
      {account.email === null || account.email === name ? null : (
        <span className="soft">{account.email}</span>
      )}
    </>
  )
}

function State({ account: { state, expiresAt } }: { readonly account: Account }): ReactNode {
  if (state === 'joined') return <Mark tone="go">Joined</Mark>
  return (
    <Mark tone="wait">
      <span>
        Invited until <Moment at={expiresAt} />
      </span>
    </Mark>
  )
}
