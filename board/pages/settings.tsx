// What a reader prefers, and how the tenant and the server are set up: the first is changed here, of the rest is said where.
import type { ReactNode } from 'react'
import { api } from '../api.ts'
import { useLive } from '../live.ts'
import { Command } from '../parts/copy.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { Loaded, useTitle } from '../parts/state.tsx'
import { Link } from '../routes.tsx'
import { callPerson } from '../words.ts'
import { settings } from '../settings-api.ts'
import type { Channel, NotificationRule, Reader } from '../settings-api.ts'
import { PreferencesForm } from './preferences-form.tsx'

export function SettingsPage(): ReactNode {
  useTitle('Settings')
  return (
    <>
      <h1>Settings</h1>
      <PreferencesForm />
      <section aria-labelledby="reader">
        <h2 id="reader">You</h2>
        <You />
      </section>
      <section aria-labelledby="tenant">
        <h2 id="tenant">This tenant</h2>
        <p className="soft">
          As it is set up now. It is changed at the places named, because each change is recorded in
          the ledger with whoever made it.
        </p>
        <Log />
        <Notifications />
        <p>
          On pages of their own: <Link to="/webhooks">webhooks</Link>,{' '}
          <Link to="/guards">switches and limits</Link>, <Link to="/jobs">schedules</Link>,{' '}
          <Link to="/people">people and keys</Link>, <Link to="/runners">runners</Link>.
        </p>
      </section>
      <section aria-labelledby="server">
        <h2 id="server">This server</h2>
        <SignIn />
        <p>Everything it was started with, and where each value came from, is told by:</p>
        <Command text="npx seaworthy config" />
      </section>
    </>
  )
}

const CREDENTIALS: Readonly<Record<Reader['credential'], string>> = {
  'api-key': 'an API key',
  'service-token': 'a service token',
  operator: 'the key of the operator',
  'view-key': 'the key of the sign-in link, which only reads',
  session: 'a session of this browser',
}

function You(): ReactNode {
  const reader = useLive('settings reader', settings.reader)
  return (
    <Loaded live={reader} what="who you are">
      {({ id, displayName, email, tenant, role, environments, credential, signsAs, session }) => (
        <dl className="facts">
          <Fact name="Name" value={callPerson({ displayName, email, id })} />
          <Fact name="Tenant" value={tenant} />
          <Fact name="You may" value={role} />
          <Fact
            name="In the environments"
            value={environments === null ? 'all' : environments.join(', ')}
          />
          <Fact name="You came with" value={CREDENTIALS[credential]} />
          {session === null ? null : (
            <Fact
              name="Your word counts"
              value={
                session.provenUntil === null ? (
                  'once you sign in again'
                ) : (
                  <>
                    until <Moment at={session.provenUntil} />
                  </>
                )
              }
            />
          )}
          {session === null ? null : (
            <Fact name="You sign as" value={signsAs.length === 0 ? 'nobody' : signsAs.join(', ')} />
          )}
        </dl>
      )}
    </Loaded>
  )
}

function Log(): ReactNode {
  const log = useLive('settings log', settings.log)
  if (log.fault?.status === 404)
    return <p className="soft">The ledger has no entry yet, so it has no name either.</p>
  return (
    <Loaded live={log} what="the ledger’s name">
      {({ origin, noteKey }) => (
        <dl className="facts">
          <Fact name="The ledger’s origin" value={<code>{origin}</code>} />
          <Fact name="Its notes verify with" value={<code>{noteKey}</code>} />
        </dl>
      )}
    </Loaded>
  )
}

const HEALTH = {
  well: { word: 'Well', tone: 'go' },
  failing: { word: 'Failing', tone: 'stop' },
  resting: { word: 'Resting', tone: 'wait' },
} as const

function Notifications(): ReactNode {
  const channels = useLive('settings channels', settings.channels)
  const rules = useLive('settings rules', settings.rules)
  return (
    <>
      <h3>Notifications</h3>
      <Loaded live={channels} what="the channels">
        {(all) => <Channels all={all} rules={rules.value ?? []} />}
      </Loaded>
      <p>A channel, and which facts go over it, are set by an admin:</p>
      <Command text="npx seaworthy notify channel add --help" />
      <Command text="npx seaworthy notify rule set --help" />
    </>
  )
}

function Channels({
  all,
  rules,
}: {
  readonly all: readonly Channel[]
  readonly rules: readonly NotificationRule[]
}): ReactNode {
  if (all.length === 0) return <p className="soft">No channel is set: nobody is notified.</p>
  return (
    <table className="rows">
      <caption className="unseen">Channels of notifications</caption>
      <thead>
        <tr>
          <th scope="col">Channel</th>
          <th scope="col">State</th>
          <th scope="col">At most</th>
          <th scope="col">Told of</th>
        </tr>
      </thead>
      <tbody>
        {all.map(({ id, name, kind, ratePerMinute, isEnabled, health }) => (
          <tr key={id}>
            <th scope="row">
              {name} <span className="tag">{kind}</span>
            </th>
            <td data-column="State">
              {isEnabled ? (
                <Mark tone={HEALTH[health].tone}>{HEALTH[health].word}</Mark>
              ) : (
                <Mark tone="calm">Off</Mark>
              )}
            </td>
            <td data-column="At most">{ratePerMinute} a minute</td>
            <td data-column="Told of">{eventsOf(name, rules).join(', ') || 'nothing by a rule'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function eventsOf(channel: string, rules: readonly NotificationRule[]): readonly string[] {
  const named = rules.filter(({ channels }) => channels.includes(channel))
  return [...new Set(named.flatMap(({ events }) => events))]
}

function SignIn(): ReactNode {
  const issuers = useLive('settings issuers', api.issuers)
  return (
    <Loaded live={issuers} what="how people sign in">
      {({ issuers: all }) => (
        <dl className="facts">
          <Fact
            name="People sign in with"
            value={
              all.length === 0
                ? 'no issuer: an API key, or the link that the server prints'
                : all.map(({ label }) => label).join(', ')
            }
          />
          <Fact
            name="Set by"
            value={
              <>
                the file that <code>SEAWORTHY_ISSUERS</code> names, when the server starts
              </>
            }
          />
        </dl>
      )}
    </Loaded>
  )
}

function Fact({ name, value }: { readonly name: string; readonly value: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
