// Sends again what ended within a span of time: counted first, sent only after that was seen.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { instantOfLocalTime } from '../../src/release/local-time.ts'
import { zoneName } from '../../src/release/reader-moment.ts'
import { operations } from '../api.ts'
import type { Replayed, ReplayWish } from '../operations-answers.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { momentText } from '../parts/moment.tsx'
import { usePreferences } from '../preferences.ts'
import { countOf } from '../words.ts'

type Span = Omit<ReplayWish, 'dryRun'>

export function ReplayForm({ endpointId }: { readonly endpointId: string }): ReactNode {
  const act = useAct()
  const { zone } = usePreferences()
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const [hasDelivered, setDelivered] = useState(false)
  const [seen, see] = useState<{ readonly span: Span; readonly replayed: Replayed }>()
  const span: Span = {
    states: hasDelivered ? ['dead', 'delivered'] : ['dead'],
    ...(from === '' ? {} : { from: instantOfLocalTime(from, zone) }),
    ...(to === '' ? {} : { to: instantOfLocalTime(to, zone) }),
  }
  const isSeen = seen !== undefined && JSON.stringify(seen.span) === JSON.stringify(span)
  const count = (): void =>
    act.run(async () => {
      const replayed = await operations.replay(endpointId, { ...span, dryRun: true })
      see({ span, replayed })
      return tellCount(replayed)
    })
  const send = (): void =>
    act.run(async () => {
      const { count: sent } = await operations.replay(endpointId, { ...span, dryRun: false })
      see(undefined)
      return `${countOf(sent, 'delivery', 'deliveries')} on the way again.`
    })
  return (
    <section aria-labelledby="again">
      <h2 id="again">Send a span of time again</h2>
      <p className="soft">
        Each event goes under the id it had, so that a receiver can tell it. Times are of{' '}
        {zoneName(zone)}.
      </p>
      <form
        className="filter"
        onSubmit={(event) => {
          event.preventDefault()
          count()
        }}
      >
        <Instant label="From" isRequired value={from} onChange={setFrom} />
        <Instant label="Until (open without)" value={to} onChange={setTo} />
        <label className="tick">
          <input
            type="checkbox"
            checked={hasDelivered}
            onChange={(event) => setDelivered(event.target.checked)}
          />
          also what was delivered
        </label>
        <button type="submit" disabled={act.isBusy}>
          Dry run
        </button>
        <button
          type="button"
          className="primary"
          disabled={act.isBusy || !isSeen || seen.replayed.count === 0}
          onClick={send}
        >
          Send again
        </button>
      </form>
      <ActNote act={act} />
    </section>
  )
}

interface InstantTerms {
  readonly label: string
  readonly isRequired?: boolean
  readonly value: string
  onChange(value: string): void
}

function Instant({ label, isRequired = false, value, onChange }: InstantTerms): ReactNode {
  return (
    <label>
      {label}
      <input
        type="datetime-local"
        required={isRequired}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  )
}

function tellCount({ count, firstAt, lastAt }: Replayed): string {
  if (count === 0 || firstAt === null || lastAt === null)
    return 'Nothing ended so within this span: nothing would be sent.'
  const events = countOf(count, 'delivery', 'deliveries')
  return `${events} would go out again, from ${momentText(firstAt)} to ${momentText(lastAt)}. Nothing is sent yet.`
}
