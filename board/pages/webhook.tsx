// One endpoint: its deliveries and dead letters, and sending them again, one or a span of time, tried dry first.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { operations } from '../api.ts'
import type { Delivery } from '../operations-answers.ts'
import { lists } from '../lists-api.ts'
import { useLive } from '../live.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import type { Act } from '../parts/act.tsx'
import { Choices } from '../parts/choices.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { MoreRows } from '../parts/more.tsx'
import { OutcomeChart } from '../parts/outcome-chart.tsx'
import { Operations } from '../parts/operations.tsx'
import { Empty, Loaded } from '../parts/state.tsx'
import { usePages } from '../paged.ts'
import { Link } from '../routes.tsx'
import type { Tone } from '../words.ts'
import { ReplayForm } from './webhook-replay.tsx'
import { EndpointMark, REFRESH_MS } from './webhooks.tsx'

/** As many as the server answers at once. */
const CHART_ROWS = 200

type Choice = 'all' | Delivery['state']

const CHOICES: readonly (readonly [Choice, string])[] = [
  ['all', 'All'],
  ['pending', 'On the way'],
  ['delivered', 'Delivered'],
  ['dead', 'Dead letters'],
]

export function WebhookPage({ endpointId }: { readonly endpointId: string }): ReactNode {
  const endpoints = useLive('webhooks', operations.endpoints, REFRESH_MS)
  const endpoint = endpoints.value?.find(({ id }) => id === endpointId)
  return (
    <Operations title="Endpoint" lead={endpoint?.url ?? endpointId}>
      <p className="crumb">
        <Link to="/webhooks">All endpoints</Link>
      </p>
      <Loaded live={endpoints} what="the endpoint">
        {() =>
          endpoint === undefined ? (
            <Empty title="There is no such endpoint">
              <p>It may have been removed, and its deliveries with it.</p>
            </Empty>
          ) : (
            <>
              <p>
                <EndpointMark endpoint={endpoint} />
              </p>
              <p className="soft">
                It wants <code>{endpoint.kinds.join(', ')}</code>
              </p>
              <DeliveryChart endpointId={endpointId} />
              <Deliveries endpointId={endpointId} />
            </>
          )
        }
      </Loaded>
    </Operations>
  )
}

/** Of the newest; those on the way have not come out yet. */
function DeliveryChart({ endpointId }: { readonly endpointId: string }): ReactNode {
  const { value } = useLive(
    `chart of ${endpointId}`,
    () => lists.deliveries(endpointId, undefined, { limit: CHART_ROWS, cursor: undefined }),
    REFRESH_MS,
  )
  const outcomes = (value?.data ?? []).flatMap(({ state, endedAt }) =>
    endedAt === null || state === 'pending'
      ? []
      : [{ atMs: Date.parse(endedAt), isWell: state === 'delivered' }],
  )
  return (
    <OutcomeChart
      question="Does it take what it is sent?"
      what="deliveries that ended"
      well="delivered"
      bad="given up"
      outcomes={outcomes}
      isCut={value !== undefined && value.next !== null}
    />
  )
}

function Deliveries({ endpointId }: { readonly endpointId: string }): ReactNode {
  const [choice, choose] = useState<Choice>('all')
  const act = useAct()
  const state = choice === 'all' ? undefined : choice
  const deliveries = usePages(
    `deliveries ${endpointId} ${choice}`,
    (page) => lists.deliveries(endpointId, state, page),
    REFRESH_MS,
    act.done,
  )
  return (
    <>
      <section aria-labelledby="deliveries">
        <div className="section-head">
          <h2 id="deliveries">Deliveries</h2>
          <Choices label="Which deliveries" chosen={choice} onChoose={choose} choices={CHOICES} />
          <button
            type="button"
            disabled={act.isBusy}
            onClick={() =>
              act.run(async () => {
                await operations.sendTest(endpointId)
                return 'A test event is on its way.'
              })
            }
          >
            Send a test event
          </button>
        </div>
        <ActNote act={act} />
        <Loaded live={deliveries.live} what="the deliveries">
          {({ rows }) =>
            rows.length === 0 ? (
              <p className="soft">
                {choice === 'dead'
                  ? 'No letter is dead.'
                  : 'Nothing was sent, or nothing like this.'}
              </p>
            ) : (
              <>
                <DeliveryTable endpointId={endpointId} deliveries={rows} act={act} />
                <MoreRows what="deliveries" list={deliveries} />
              </>
            )
          }
        </Loaded>
      </section>
      <ReplayForm endpointId={endpointId} />
    </>
  )
}

const STATES: Readonly<Record<Delivery['state'], { readonly word: string; readonly tone: Tone }>> =
  {
    pending: { word: 'On the way', tone: 'wait' },
    delivered: { word: 'Delivered', tone: 'go' },
    dead: { word: 'Dead letter', tone: 'stop' },
  }

interface DeliveryTerms {
  readonly endpointId: string
  readonly deliveries: readonly Delivery[]
  readonly act: Act
}

function DeliveryTable({ endpointId, deliveries, act }: DeliveryTerms): ReactNode {
  const replay = ({ eventId }: Delivery): void =>
    act.run(async () => {
      const wish = { eventId, states: ['delivered', 'dead'], dryRun: false } as const
      await operations.replay(endpointId, wish)
      return `Event ${eventId} goes out again, under its id.`
    })
  return (
    <table className="rows">
      <caption className="unseen">Deliveries, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">Event</th>
          <th scope="col">State</th>
          <th scope="col">Answer</th>
          <th scope="col">When</th>
          <th scope="col">Again</th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((delivery) => (
          <tr key={delivery.seq}>
            <th scope="row">
              <code>{delivery.type}</code> <span className="soft code">{delivery.eventId}</span>
            </th>
            <td data-column="State">
              <Mark tone={STATES[delivery.state].tone}>{STATES[delivery.state].word}</Mark>
            </td>
            <td data-column="Answer">
              <span>
                {delivery.status ?? 'none yet'}
                {delivery.error === null ? '' : `: ${delivery.error}`}{' '}
                <span className="soft">attempt {delivery.attempt}</span>
              </span>
            </td>
            <td data-column="When">
              <Moment at={delivery.endedAt ?? delivery.createdAt} />
            </td>
            <td data-column="Again">
              <button
                type="button"
                disabled={act.isBusy || delivery.state === 'pending'}
                aria-label={`Send again: ${delivery.type} ${delivery.eventId}`}
                onClick={() => replay(delivery)}
              >
                Send again
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
