// Which runners wait for runs of a plan, and the exact command that starts one where none does.
import type { ReactNode } from 'react'
import type { Plan } from '../answers.ts'
import type { RunnerSeat } from '../run-answers.ts'
import { Command } from '../parts/copy.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'

interface WaitingTerms {
  readonly seats: readonly RunnerSeat[]
  readonly plan: Plan
}

export function WaitingRunners({ seats, plan }: WaitingTerms): ReactNode {
  const waiting = seats.filter(({ isWaiting }) => isWaiting)
  const fitting = waiting.filter((seat) => takes(seat, plan))
  return (
    <>
      {fitting.length > 0 ? null : <NoRunner seats={seats} waiting={waiting} plan={plan} />}
      {waiting.length === 0 ? null : (
        <table className="rows">
          <caption className="unseen">Runners that wait</caption>
          <thead>
            <tr>
              <th scope="col">Runner</th>
              <th scope="col">Takes</th>
              <th scope="col">Last seen</th>
            </tr>
          </thead>
          <tbody>
            {waiting.map((seat) => (
              <tr key={`${seat.runnerId} ${seat.openedAt}`}>
                <th scope="row">
                  {takes(seat, plan) ? (
                    <Mark tone="go">{seat.name}</Mark>
                  ) : (
                    <Mark tone="calm">{seat.name}</Mark>
                  )}
                </th>
                <td data-column="Takes">{offerText(seat)}</td>
                <td data-column="Last seen">
                  <Moment at={seat.seenAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}

function NoRunner({
  seats,
  waiting,
  plan,
}: WaitingTerms & { readonly waiting: readonly RunnerSeat[] }): ReactNode {
  const last = seats[0]
  return (
    <div className="state">
      <h3>No runner waits for this</h3>
      <p>
        {waiting.length > 0
          ? `Those below wait, and take no runs of ${plan.service} in ${plan.environment}. `
          : null}
        {waiting.length === 0 && last !== undefined ? (
          <>
            {last.name} was seen last, <Moment at={last.seenAt} />.{' '}
          </>
        ) : null}
        Commands run on a machine of yours, never on this server. On an enrolled one, type:
      </p>
      <Command
        text={`SEAWORTHY_URL=${location.origin} npx seaworthy runner start --environment ${wordOf(plan.environment)} --service ${wordOf(plan.service)}`}
      />
      <p className="soft">
        You may ask all the same: what is asked for waits half an hour for a runner.
      </p>
    </div>
  )
}

function takes({ offer }: RunnerSeat, { service, environment }: Plan): boolean {
  const isService = offer.services === null || offer.services.includes(service)
  return isService && offer.environments.includes(environment)
}

export function offerText({ offer, machine }: RunnerSeat): string {
  const services = offer.services === null ? 'any service' : offer.services.join(', ')
  const labels = offer.labels.length === 0 ? '' : `, ${offer.labels.join(', ')}`
  return `${services} in ${offer.environments.join(', ')}${labels}; on ${machine.split(' ')[0] ?? machine}`
}

/** As a shell takes it. */
function wordOf(text: string): string {
  return /^[A-Za-z0-9._:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
