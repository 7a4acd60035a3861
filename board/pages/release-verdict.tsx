// The first screen of a release: the answer, why, what would flip it, what next, and the figures behind it.
import { useRef } from 'react'
import type { ReactNode } from 'react'
import type { Reason, Review } from '../answers.ts'
import { Command } from '../parts/copy.tsx'
import { EvidenceLink } from '../parts/digest.tsx'
import { Mark } from '../parts/mark.tsx'
import { Named } from '../parts/named.tsx'
import { Distance, Moment, useServerNow } from '../parts/moment.tsx'
import { useSession } from '../session.ts'
import { countOf, describeVerdict, isSettled, nameOf } from '../words.ts'

/** Reasons on the first screen; all of them stand with their gates below. */
const REASONS_SHOWN_COUNT = 4

interface ScreenTerms {
  readonly review: Review
  readonly isRunning: boolean
}

export function VerdictScreen({ review, isRunning }: ScreenTerms): ReactNode {
  const { verdict } = review
  const { word, tone, answer } = describeVerdict(verdict.value)
  const glass = verdict.breakGlass
  const wasRunning = useRef(false)
  wasRunning.current ||= isRunning
  const held = wasRunning.current ? 'held' : ''
  return (
    <section className={`verdict-screen ${tone} ${held}`} aria-labelledby="verdict">
      <div className="answer" aria-live="polite">
        <h2 id="verdict">
          <Mark tone={tone}>{word}</Mark>
        </h2>
        <p>
          {glass === undefined
            ? answer
            : `It may go only because ${nameOf(review, glass.principal)} broke the glass: ${glass.reason}`}
        </p>
        <OnWaivers review={review} />
        {wasRunning.current ? <RunNote isRunning={isRunning} /> : null}
        <Recorded review={review} />
      </div>
      <div className="three">
        <div>
          <h3>Why</h3>
          <Why review={review} />
        </div>
        <div>
          <h3>What would flip it</h3>
          <Flips review={review} />
        </div>
        <div>
          <h3>What next</h3>
          <Next review={review} />
        </div>
      </div>
    </section>
  )
}

/** As long in either case, so that nothing moves up under whoever reads when the run ends. */
function RunNote({ isRunning }: { readonly isRunning: boolean }): ReactNode {
  return (
    <p>
      {isRunning ? (
        <Mark tone="calm" className="running">
          A run is going on; this changes while you look
        </Mark>
      ) : (
        <Mark tone="calm">The run has stopped; this is what came of it</Mark>
      )}
    </p>
  )
}

/** Which waivers the answer rests on, and what it would be had nobody granted any. */
function OnWaivers({ review }: { readonly review: Review }): ReactNode {
  const { value, raw, usedWaivers = [] } = review.verdict
  const word = describeVerdict(raw).word
  if (usedWaivers.length === 0)
    return raw === value ? null : <p className="soft">Otherwise: {word}</p>
  const isOne = usedWaivers.length === 1
  return (
    <p className="soft">
      On {isOne ? 'waiver' : 'waivers'}{' '}
      {usedWaivers.map((id, at) => (
        <span key={id}>
          {at === 0 ? '' : ', '}
          <a href={`#waiver-${id}`}>{id}</a>
        </span>
      ))}
      ; without {isOne ? 'it' : 'them'}: {word}
    </p>
  )
}

function Recorded({ review }: { readonly review: Review }): ReactNode {
  const { latestDecision } = review
  if (latestDecision === null) return <p className="soft">No decision is recorded yet.</p>
  const { verdict, decidedAtMs, statementId, runId } = latestDecision
  return (
    <p className="soft">
      Recorded: {describeVerdict(verdict).word}, <Moment at={decidedAtMs} />,{' '}
      <EvidenceLink digest={statementId} label="decision" />
      {runId === review.runId ? '' : ', on an earlier run'}
    </p>
  )
}

function Why({ review }: { readonly review: Review }): ReactNode {
  const { reasons } = review.verdict
  if (reasons.length === 0) return <Held review={review} />
  const rest = reasons.length - REASONS_SHOWN_COUNT
  return (
    <ul>
      {reasons.slice(0, REASONS_SHOWN_COUNT).map((reason) => (
        <li key={keyOf(reason)}>
          <Where review={review} reason={reason} />
          <Named review={review} text={reason.text} />
        </li>
      ))}
      {rest > 0 ? (
        <li className="soft">
          and <a href="#gates">{countOf(rest, 'further reason')}</a>
        </li>
      ) : null}
    </ul>
  )
}

/** A Go has no reasons against it; it rests on what was shown. */
function Held({ review }: { readonly review: Review }): ReactNode {
  const settled = review.results.filter(({ status }) => isSettled(status)).length
  const approvals = review.signOffs.filter(
    ({ decision, reviewHash }) => decision === 'APPROVE' && reviewHash === review.reviewHash,
  )
  return (
    <ul>
      <li>
        <a href="#gates">
          {settled} of {countOf(review.plan.gates.length, 'gate')}
        </a>{' '}
        settled by evidence
      </li>
      <li>
        <a href="#people">{countOf(approvals.length, 'sign-off')}</a> on exactly this state
      </li>
      <li>
        <a href="#risks">No open risk</a> stands against it
      </li>
    </ul>
  )
}

function Flips({ review }: { readonly review: Review }): ReactNode {
  const { reasons, horizons = [] } = review.verdict
  const nowMs = useServerNow()
  if (reasons.length > 0)
    return (
      <ul>
        {[...Map.groupBy(reasons, ({ flip }) => flip)]
          .slice(0, REASONS_SHOWN_COUNT)
          .map(([flip, held]) => (
            <li key={flip}>
              <Named review={review} text={flip} /> <FlippedGates review={review} reasons={held} />
            </li>
          ))}
      </ul>
    )
  const first = horizons[0]
  if (first === undefined) return <p>Nothing that is known of ends it.</p>
  return (
    <>
      <p>
        {first.atMs > nowMs ? 'It is void' : 'It became void'}{' '}
        <strong>
          <Distance at={first.atMs} />
        </strong>
        , <Moment at={first.atMs} />: <Titled review={review} text={first.what} /> ends first.
      </p>
      <p>A worse result, a rejection or a new risk flips it before.</p>
    </>
  )
}

/** Which gates one deed would settle. */
function FlippedGates({
  review,
  reasons,
}: {
  readonly review: Review
  readonly reasons: readonly Reason[]
}): ReactNode {
  const titles = reasons.flatMap(({ gate }) => (gate === undefined ? [] : [titleOf(review, gate)]))
  if (titles.length === 0) return null
  const rest = titles.length - 1
  return (
    <span className="soft">
      {titles[0]}
      {rest === 0 ? '' : ` and ${countOf(rest, 'more gate')}`}
    </span>
  )
}

function titleOf(review: Review, gate: string): string {
  return review.plan.gates.find(({ id }) => id === gate)?.title ?? gate
}

/** Horizons name gates by their id; people know them by their title. */
function Titled({ review, text }: { readonly review: Review; readonly text: string }): ReactNode {
  const gate = review.plan.gates.find(({ id }) => text.endsWith(` ${id}`))
  if (gate === undefined) return text
  return (
    <>
      {text.slice(0, -gate.id.length)}
      <a href={`#gate-${gate.id}`}>“{gate.title}”</a>
    </>
  )
}

function Next({ review }: { readonly review: Review }): ReactNode {
  const { verdict, latestDecision } = review
  const { person } = useSession()
  const first = verdict.reasons[0]
  // The reasons of a Go on waivers say what it goes on; after a broken glass they say what has to be mended.
  const isGo = verdict.value === 'GO_WITH_WAIVERS' && verdict.breakGlass === undefined
  if (first !== undefined && !isGo)
    return (
      <p>
        <Where review={review} reason={first} />
        <Named review={review} text={first.flip} />
      </p>
    )
  const isRecorded = latestDecision?.runId === review.runId
  return isRecorded ? (
    <>
      <p>
        Deploy before the Go is void. The one file that anybody can check comes from{' '}
        {person === undefined ? 'this:' : <a href="#reports">the reports below</a>}
      </p>
      {person === undefined ? <Command text={`npx seaworthy bundle ${review.release}`} /> : null}
    </>
  ) : (
    <>
      <p>
        {person === undefined ? 'Record the decision' : <a href="#reports">Record the decision</a>}:
        until then this is only how things stand.
      </p>
      {person === undefined ? <Command text={`npx seaworthy decide ${review.release}`} /> : null}
    </>
  )
}

function Where({
  review,
  reason,
}: {
  readonly review: Review
  readonly reason: Reason
}): ReactNode {
  if (reason.gate === undefined) return null
  return (
    <>
      <a href={`#gate-${reason.gate}`}>{titleOf(review, reason.gate)}</a>:{' '}
    </>
  )
}

function keyOf({ rule, gate, text }: Reason): string {
  return JSON.stringify([rule, gate, text])
}
