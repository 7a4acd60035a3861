// Machines that execute gates: who is enrolled, who waits and for what, what waits for them; enrolled and ended here by an admin.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { operations, runs } from '../api.ts'
import { lists } from '../lists-api.ts'
import { useLive } from '../live.ts'
import type { Principal } from '../operations-answers.ts'
import { MoreRows } from '../parts/more.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { Operations } from '../parts/operations.tsx'
import { Empty, Loaded } from '../parts/state.tsx'
import { usePages } from '../paged.ts'
import { addressOfRelease, Link } from '../routes.tsx'
import type { RunnerSeat, RunRequest } from '../run-answers.ts'
import { RevokeRunner } from './runner-revoke.tsx'
import { RunnerEnrolment } from './runner-enrolment.tsx'
import { offerText } from './waiting-runners.tsx'

const REFRESH_MS = 5_000

export function RunnersPage(): ReactNode {
  const [pressCount, count] = useState(0)
  const principals = useLive('principals', operations.principals, REFRESH_MS, pressCount)
  const seats = useLive('seats', runs.seats, REFRESH_MS)
  const onPress = (): void => count((before) => before + 1)
  return (
    <Operations
      title="Runners"
      lead="Commands run on machines of yours, never on this server. A runner that waits takes what is asked for here and says what it saw, signed with its own key."
    >
      <Loaded live={principals} what="the runners">
        {(all) => (
          <RunnerTable
            runners={all.filter(({ kind }) => kind === 'runner')}
            seats={seats.value ?? []}
            onPress={onPress}
          />
        )}
      </Loaded>
      <OpenRequests seats={seats.value ?? []} />
      <RunnerEnrolment onPress={onPress} />
    </Operations>
  )
}

interface TableTerms {
  readonly runners: readonly Principal[]
  readonly seats: readonly RunnerSeat[]
  onPress(): void
}

function RunnerTable({ runners, seats, onPress }: TableTerms): ReactNode {
  if (runners.length === 0)
    return (
      <Empty title="No runner is enrolled">
        <p>Gates run where somebody types the command, or on a runner that is enrolled below.</p>
      </Empty>
    )
  return (
    <table className="rows">
      <caption className="unseen">Runners</caption>
      <thead>
        <tr>
          <th scope="col">Runner</th>
          <th scope="col">State</th>
          <th scope="col">Waits for</th>
          <th scope="col">Last seen</th>
          <th scope="col">Do</th>
        </tr>
      </thead>
      <tbody>
        {runners.map((runner) => (
          <RunnerRow
            key={runner.id}
            runner={runner}
            seats={seats
              .filter(({ runnerId }) => runnerId === runner.id)
              .toSorted((one, other) => other.seenAt.localeCompare(one.seenAt))}
            onPress={onPress}
          />
        ))}
      </tbody>
    </table>
  )
}

interface RowTerms {
  readonly runner: Principal
  /** The last heard of first. */
  readonly seats: readonly RunnerSeat[]
  onPress(): void
}

function RunnerRow({ runner, seats, onPress }: RowTerms): ReactNode {
  const { displayName, keyId, revokedAt } = runner
  const waiting = seats.filter(({ isWaiting }) => isWaiting)
  const last = seats[0]
  return (
    <tr>
      <th scope="row">
        {displayName} <code className="soft">{keyId.slice(0, 12)}</code>
      </th>
      <td data-column="State">
        {revokedAt !== undefined ? (
          <Mark tone="stop">Revoked</Mark>
        ) : waiting.length > 0 ? (
          <Mark tone="go">Waits</Mark>
        ) : (
          <Mark tone="calm">Enrolled, does not wait</Mark>
        )}
      </td>
      <td data-column="Waits for">
        {waiting.length === 0 ? (
          <span className="soft">nothing</span>
        ) : (
          <ul className="bare">
            {waiting.map((seat) => (
              <li key={seat.openedAt}>{offerText(seat)}</li>
            ))}
          </ul>
        )}
      </td>
      <td data-column="Last seen">
        {last === undefined ? (
          <span className="soft">not within a day</span>
        ) : (
          <Moment at={last.seenAt} />
        )}
      </td>
      <td data-column="Do">
        {revokedAt === undefined ? (
          <RevokeRunner runner={runner} waitingCount={waiting.length} onPress={onPress} />
        ) : (
          <span>
            <Moment at={revokedAt} />
          </span>
        )}
      </td>
    </tr>
  )
}

const STATES: Readonly<Partial<Record<RunRequest['state'], string>>> = {
  waiting: 'waits for a runner',
  claimed: 'was taken',
  running: 'is executed',
}

function OpenRequests({ seats }: { readonly seats: readonly RunnerSeat[] }): ReactNode {
  const open = usePages('open requests', lists.openRequests, REFRESH_MS)
  return (
    <section aria-labelledby="asked-for">
      <h2 id="asked-for">Runs that are asked for</h2>
      <Loaded live={open.live} what="what is asked for">
        {({ rows }) =>
          rows.length === 0 ? (
            <p className="soft">Nothing is asked for now.</p>
          ) : (
            <>
              <ul className="bare">
                {rows.map((request) => (
                  <li key={request.requestId}>
                    <Link to={addressOfRelease(request)}>
                      {request.service} {request.version}
                    </Link>{' '}
                    for {request.environment} {STATES[request.state] ?? request.state}, asked{' '}
                    <Moment at={request.askedAt} />
                    {request.state === 'waiting' && !isTaken(request, seats) ? (
                      <span className="tag">no runner takes it</span>
                    ) : null}
                  </li>
                ))}
              </ul>
              <MoreRows what="requests" list={open} />
            </>
          )
        }
      </Loaded>
    </section>
  )
}

function isTaken({ service, environment }: RunRequest, seats: readonly RunnerSeat[]): boolean {
  return seats.some(
    ({ isWaiting, offer }) =>
      isWaiting &&
      offer.environments.includes(environment) &&
      (offer.services === null || offer.services.includes(service)),
  )
}
