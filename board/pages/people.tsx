// Who may do what: accounts, API keys, people who sign, and runners; keys are rotated and revoked here by an admin.
import type { ReactNode } from 'react'
import { operations } from '../api.ts'
import type { Principal } from '../operations-answers.ts'
import { useLive } from '../live.ts'
import { Command } from '../parts/copy.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { Operations } from '../parts/operations.tsx'
import { Loaded } from '../parts/state.tsx'
import { toldOfFacts } from '../rhythms.ts'
import { useSession } from '../session.ts'
import { AccountsSection } from './accounts.tsx'
import { ApiKeys } from './api-keys.tsx'
import { OwnKeysSection } from './own-keys.tsx'
import { OwnSessionsSection } from './own-sessions.tsx'

const REFRESH_MS = 20_000

export function PeoplePage(): ReactNode {
  const principals = useLive(
    'principals',
    operations.principals,
    toldOfFacts(REFRESH_MS, 'principal', 'account'),
  )
  const { person } = useSession()
  return (
    <Operations
      title="People and keys"
      lead="API keys open the API and sign nothing. Those who sign keep their keys on their own machines and in their browsers; here are the public halves."
    >
      {person === undefined ? null : (
        <>
          <OwnKeysSection who={person} />
          <OwnSessionsSection />
        </>
      )}
      <AccountsSection />
      <ApiKeys />
      <section aria-labelledby="signers">
        <h2 id="signers">Who signs</h2>
        <Loaded live={principals} what="who signs">
          {(all) => (
            <Principals
              title="Who signs"
              none="Nobody has registered a key."
              all={all.filter(({ kind }) => kind !== 'runner')}
            />
          )}
        </Loaded>
        <p className="soft">
          Who signs in makes a key with their first sign-off. Others make one on their own machine,
          and an admin registers it:
        </p>
        <Command text="npx seaworthy key create ann --role Captain" />
      </section>
      <section aria-labelledby="runners">
        <h2 id="runners">Runners</h2>
        <Loaded live={principals} what="the runners">
          {(all) => (
            <Principals
              title="Runners"
              none="No runner is enrolled; gates run where somebody types the command."
              all={all.filter(({ kind }) => kind === 'runner')}
            />
          )}
        </Loaded>
      </section>
    </Operations>
  )
}

interface PrincipalsTerms {
  readonly title: string
  readonly none: string
  readonly all: readonly Principal[]
}

function Principals({ title, none, all }: PrincipalsTerms): ReactNode {
  if (all.length === 0) return <p className="soft">{none}</p>
  return (
    <table className="rows">
      <caption className="unseen">{title}</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Roles</th>
          <th scope="col">Key</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {all.map(({ id, kind, displayName, roles, keyId, revokedAt }) => (
          <tr key={id}>
            <th scope="row">
              {displayName}{' '}
              {kind === 'control-plane' ? <span className="tag">this server</span> : null}
            </th>
            <td data-column="Roles">{roles.length === 0 ? 'none' : roles.join(', ')}</td>
            <td data-column="Key">
              <code>{keyId.slice(0, 16)}</code>
            </td>
            <td data-column="State">
              {revokedAt === undefined ? (
                <Mark tone="go">In force</Mark>
              ) : (
                <Mark tone="calm">
                  <span>
                    Revoked <Moment at={revokedAt} />
                  </span>
                </Mark>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
