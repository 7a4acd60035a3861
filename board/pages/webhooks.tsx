// Endpoints that facts of the ledger are delivered to, and how each of them is.
import type { ReactNode } from 'react'
import { operations } from '../api.ts'
import type { Endpoint } from '../operations-answers.ts'
import { useLive } from '../live.ts'
import { Command } from '../parts/copy.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { Operations } from '../parts/operations.tsx'
import { Empty, Loaded } from '../parts/state.tsx'
import { toldOfFacts } from '../rhythms.ts'
import { addressOf, Link } from '../routes.tsx'

export const REFRESH_MS = 5_000

export function WebhooksPage(): ReactNode {
  const endpoints = useLive('webhooks', operations.endpoints, toldOfFacts(REFRESH_MS, 'webhook'))
  return (
    <Operations
      title="Webhooks"
      lead="Facts of the ledger go to these addresses, signed, at least once, until somebody there takes them."
    >
      <Loaded live={endpoints} what="the endpoints">
        {(all) =>
          all.length === 0 ? (
            <Empty title="Nothing is told to anybody">
              <p>An endpoint is made by an admin, and its secret is shown there and then:</p>
              <Command text="npx seaworthy webhook create https://example.com/hook --kind 'release.*'" />
            </Empty>
          ) : (
            <EndpointTable endpoints={all} />
          )
        }
      </Loaded>
    </Operations>
  )
}

function EndpointTable({ endpoints }: { readonly endpoints: readonly Endpoint[] }): ReactNode {
  return (
    <table className="rows">
      <caption className="unseen">Endpoints</caption>
      <thead>
        <tr>
          <th scope="col">Endpoint</th>
          <th scope="col">How it is</th>
          <th scope="col">Wants</th>
        </tr>
      </thead>
      <tbody>
        {endpoints.map((endpoint) => (
          <tr key={endpoint.id}>
            <th scope="row">
              <Link to={addressOf('webhooks', endpoint.id)}>{endpoint.url}</Link>
              {endpoint.description === '' ? null : <p className="soft">{endpoint.description}</p>}
            </th>
            <td data-column="How it is">
              <EndpointMark endpoint={endpoint} />
            </td>
            <td data-column="Wants">
              <code>{endpoint.kinds.join(', ')}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function EndpointMark({ endpoint }: { readonly endpoint: Endpoint }): ReactNode {
  const { isEnabled, disabledReason, health, restsUntil } = endpoint
  if (!isEnabled)
    return <Mark tone="stop">Disabled{disabledReason ? `: ${disabledReason}` : ''}</Mark>
  if (health === 'well') return <Mark tone="go">Takes deliveries</Mark>
  if (health === 'failing') return <Mark tone="wait">Failing</Mark>
  return (
    <Mark tone="wait">
      <span>
        Rests after failures
        {restsUntil === null ? null : (
          <>
            {' '}
            until <Moment at={restsUntil} />
          </>
        )}
      </span>
    </Mark>
  )
}
