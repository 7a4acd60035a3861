// What protects services and this server: limits as they stand, who is throttled or blocked, and switches with their history.
import type { ReactNode } from 'react'
import { operations } from '../api.ts'
import type { GuardStatus } from '../operations-answers.ts'
import { lists } from '../lists-api.ts'
import { useLive } from '../live.ts'
import { usePages } from '../paged.ts'
import { Command } from '../parts/copy.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { MoreRows } from '../parts/more.tsx'
import { Operations } from '../parts/operations.tsx'
import { Empty, Loaded } from '../parts/state.tsx'
import { toldOfFacts } from '../rhythms.ts'
import { countOf } from '../words.ts'
import { SwitchItem } from './guard-switch.tsx'

const REFRESH_MS = 5_000
const MS_PER_SECOND = 1_000
/** Of those that are throttled or blocked; further ones are counted. */
const SHOWN_LIMIT_COUNT = 100

export function GuardsPage(): ReactNode {
  const switches = usePages('switches', lists.switches, toldOfFacts(REFRESH_MS, 'flag'))
  const status = useLive('guards', operations.guards, REFRESH_MS)
  return (
    <Operations
      title="Guards"
      lead="Switches that turn parts of your services off at once, and what this server admits."
    >
      <section aria-labelledby="switches">
        <h2 id="switches">Switches</h2>
        <Loaded live={switches.live} what="the switches">
          {({ rows }) =>
            rows.length === 0 ? (
              <Empty title="There is no switch">
                <p>A switch is made once and is on until somebody turns it off:</p>
                <Command text="npx seaworthy guard switch set billing-writes --kind kill-switch" />
              </Empty>
            ) : (
              <>
                <ul className="switches">
                  {rows.map((each) => (
                    <SwitchItem key={each.name} stored={each} />
                  ))}
                </ul>
                <MoreRows what="switches" list={switches} />
              </>
            )
          }
        </Loaded>
      </section>
      <section aria-labelledby="limits">
        <h2 id="limits">Limits of this server</h2>
        <Loaded live={status} what="the limits">
          {(value) => <Limits status={value} />}
        </Loaded>
      </section>
    </Operations>
  )
}

function Limits({ status }: { readonly status: GuardStatus }): ReactNode {
  const { limits, blocks, throttles } = status
  return (
    <>
      <table className="rows">
        <caption className="unseen">Limits</caption>
        <thead>
          <tr>
            <th scope="col">Limit</th>
            <th scope="col">Admits</th>
            <th scope="col">At once</th>
          </tr>
        </thead>
        <tbody>
          {limits.map(({ name, limit, windowMs, burst }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td data-column="Admits">
                {countOf(limit, 'request')} in {windowMs / MS_PER_SECOND} s
              </td>
              <td data-column="At once">
                {burst === undefined ? 'as many' : countOf(burst, 'request')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>Who is throttled now</h3>
      <Throttles throttles={throttles} />
      <h3>Which addresses are blocked now</h3>
      <Blocks blocks={blocks} />
      <p className="soft">
        What guards hold in your own services is on their own page; see{' '}
        <code>seaworthy guard status</code>.
      </p>
    </>
  )
}

function Throttles({ throttles }: Pick<GuardStatus, 'throttles'>): ReactNode {
  const { count, listed } = throttles
  if (count === 0) return <p className="soft">Nobody: each is served within the limits above.</p>
  return (
    <>
      <table className="rows">
        <caption className="unseen">Throttled tenants</caption>
        <thead>
          <tr>
            <th scope="col">Tenant</th>
            <th scope="col">State</th>
            <th scope="col">Asks</th>
            <th scope="col">Is held to</th>
            <th scope="col">Refused</th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          {listed.slice(0, SHOWN_LIMIT_COUNT).map(({ tenant, ratePerS, throttle }) => (
            <tr key={throttle.id}>
              <th scope="row">{tenant}</th>
              <td data-column="State">
                {throttle.isEnforced ? (
                  <Mark tone="stop">Held back</Mark>
                ) : (
                  <Mark tone="calm">Learning: nothing is held back</Mark>
                )}
              </td>
              <td data-column="Asks">{rateText(ratePerS)}</td>
              <td data-column="Is held to">{rateText(throttle.allowedPerS)}</td>
              <td data-column="Refused">{countOf(throttle.refusedCount, 'request')}</td>
              <td data-column="Since">
                <Moment at={throttle.beganAtEpochMs} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Rest count={count} listed={listed} />
    </>
  )
}

function Blocks({ blocks }: Pick<GuardStatus, 'blocks'>): ReactNode {
  const { count, listed } = blocks
  if (count === 0) return <p className="soft">None.</p>
  return (
    <>
      <ul>
        {listed.slice(0, SHOWN_LIMIT_COUNT).map(({ address, untilEpochMs }) => (
          <li key={address}>
            <code>{address}</code> until <Moment at={untilEpochMs} />
          </li>
        ))}
      </ul>
      <Rest count={count} listed={listed} />
    </>
  )
}

interface RestTerms {
  readonly count: number
  readonly listed: readonly unknown[]
}

/** The command lists more of them. */
function Rest({ count, listed }: RestTerms): ReactNode {
  const rest = count - Math.min(listed.length, SHOWN_LIMIT_COUNT)
  return rest > 0 ? (
    <p className="soft">
      and {rest.toLocaleString('en')} more: <code>seaworthy guard status --json</code>
    </p>
  ) : null
}

function rateText(perS: number): string {
  return `${(Math.round(perS * 10) / 10).toLocaleString('en')} a second`
}
