// Says whether what is shown changes by itself, is asked for again and again, or is old because nothing answers.
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { useFeed } from '../feed.ts'
import type { FeedView } from '../feed.ts'
import { Mark } from './mark.tsx'
import { momentText } from './moment.tsx'

/** A stream that is cut and begins again is no news. */
const SETTLED_MS = 1_500

const CLOCK = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** Has its place whatever it says, as wide and as high as the longest of its words, so that nothing moves. */
export function ReachMark(): ReactNode {
  const view = useSettled(useFeed())
  return (
    <p className="reach" role="status">
      <span className="widest" aria-hidden="true">
        <Polling />
      </span>
      <span className="widest" aria-hidden="true">
        <SeenAt time="00:00:00" />
      </span>
      {view === undefined ? null : <Said view={view} />}
    </p>
  )
}

function Said({ view: { state, seenAtMs } }: { readonly view: FeedView }): ReactNode {
  if (state === 'live')
    return (
      <span title="What changes at the server shows here at once.">
        <Mark tone="go">Live</Mark>
      </span>
    )
  if (state === 'polling')
    return (
      <span title="The server does not tell of changes now, so the page asks it again and again.">
        <Polling />
      </span>
    )
  if (seenAtMs === undefined) return <Mark tone="stop">Offline: never seen</Mark>
  return (
    <span title={`The server last answered ${momentText(seenAtMs)}. What you see is from then.`}>
      <SeenAt time={CLOCK.format(seenAtMs)} />
    </span>
  )
}

/** On two lines where there are others beside it, else on one. */
function TwoParts({ one, other }: { readonly one: string; readonly other: string }): ReactNode {
  return (
    <span>
      <span className="together">{one}</span> <span className="together">{other}</span>
    </span>
  )
}

function Polling(): ReactNode {
  return (
    <Mark tone="wait">
      <TwoParts one="Polling every" other="few seconds" />
    </Mark>
  )
}

function SeenAt({ time }: { readonly time: string }): ReactNode {
  return (
    <Mark tone="stop">
      <TwoParts one="Offline: last seen" other={`at ${time}`} />
    </Mark>
  )
}

/** What is live is said at once; anything else once it lasted. */
function useSettled(view: FeedView): FeedView | undefined {
  const [settled, settle] = useState<FeedView | undefined>(undefined)
  useEffect(() => {
    if (view.state === 'live') return settle(view)
    const timer = setTimeout(() => settle(view), SETTLED_MS)
    return () => clearTimeout(timer)
  }, [view])
  return settled
}
