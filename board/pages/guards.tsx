// What protects services and this server: limits as they stand, who is throttled, and switches with their history.
import type { ReactNode } from 'react'
import { operations } from '../api.ts'
import type { GuardStatus } from '../operations-answers.ts'
import { lists } from '../lists-api.ts'
import { useLive } from '../live.ts'
import { usePages } from '../paged.ts'
import { Command } from '../parts/copy.tsx'
import { MoreRows } from '../parts/more.tsx'
import { Operations } from '../parts/operations.tsx'
import { Empty, Loaded } from '../parts/state.tsx'
import { toldOfFacts } from '../rhythms.ts'
import { countOf } from '../words.ts'
import { SwitchItem } from './guard-switch.tsx'

const REFRESH_MS = 5_000
const MS_PER_SECOND = 1_000

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
      <p className="soft">
        {countOf(throttles.count, 'tenant')} throttled,{' '}
        {countOf(blocks.count, 'address', 'addresses')} blocked. What guards hold in your own
        services is on their own page; see <code>seaworthy guard status</code>.
      </p>
    </>
  )
}
