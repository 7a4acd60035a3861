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
import { callPerson, countOf } from '../words.ts'
import { FORM, InvitationForm } from './invitation-form.tsx'
import { LinkForm } from './link-form.tsx'
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
  const [opened, open] = useState<Opened>()
  const { note, offer } = usePreview(act)
  const remove = (account: Account, reason: string): void =>
    act.run(async () =>
      offer(
        await accounts.remove(account.id, reason),
        () => `${callPerson(account)} signs in no more, and every session of theirs is over.`,
      ),
    )
  const signOut = (account: Account): void =>
    act.run(async () => {
      const count = await accounts.signOut(account.id)
      return `${callPerson(account)} is signed out of ${countOf(count, 'browser')}.`
    })
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
            onOpen={open}
            onSignOut={signOut}
            onRemove={remove}
          />
        )}
      </Loaded>
      {opened === undefined ? null : (
        <OpenedForm
          key={`${opened.form} ${opened.account.id}`}
          opened={opened}
          onLeave={() => open(undefined)}
          onDone={(words) => {
            open(undefined)
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

/** Which form is open, about whom. */
interface Opened {
  readonly form: 'rights' | 'link'
  readonly account: Account
}

interface OpenedTerms {
  readonly opened: Opened
  onDone(words: string): void
  onLeave(): void
}

function OpenedForm({ opened: { form, account }, ...terms }: OpenedTerms): ReactNode {
  return form === 'rights' ? (
    <RightsForm account={account} {...terms} />
  ) : (
    <LinkForm account={account} {...terms} />
  )
}

interface TableTerms {
  readonly rows: readonly Account[]
  readonly isBusy: boolean
  onRemove(account: Account, reason: string): void
  onSignOut(account: Account): void
  /** Somebody is to have other rights, or is somebody who signs already. */
  onOpen(opened: Opened): void
}

function AccountTable({ rows, ...terms }: TableTerms): ReactNode {
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
              <AccountButtons account={account} {...terms} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function AccountButtons({
  account,
  isBusy,
  onRemove,
  onSignOut,
  onOpen,
}: Omit<TableTerms, 'rows'> & { readonly account: Account }): ReactNode {
  const name = callPerson(account)
  return (
    <Ending
      what={`the account of ${name}`}
      verb="Remove"
      isBusy={isBusy}
      onEnd={(reason) => onRemove(account, reason)}
    >
      <button
        type="button"
        aria-label={`Change the rights of ${name}`}
        onClick={() => onOpen({ form: 'rights', account })}
      >
        Change
      </button>
      {account.state === 'joined' ? (
        <>
          <button
            type="button"
            aria-label={`Link ${name} with keys that were there before`}
            onClick={() => onOpen({ form: 'link', account })}
          >
            Link
          </button>
          <button
            type="button"
            disabled={isBusy}
            aria-label={`Sign out ${name} everywhere`}
            onClick={() => onSignOut(account)}
          >
            Sign out
          </button>
        </>
      ) : null}
    </Ending>
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
