// One release: may it go, why, what would flip it, what next; then everything that rests on.
import { Fragment, lazy, Suspense, useState } from 'react'
import type { ReactNode } from 'react'
import { AskedOrder } from '../../src/client/index.ts'
import { api } from '../api.ts'
import type { ReleaseName } from '../api.ts'
import type { Review, RunState } from '../answers.ts'
import { useLive } from '../live.ts'
import { Moment, ReleaseZone } from '../parts/moment.tsx'
import { EvidenceLink } from '../parts/digest.tsx'
import { Loaded, Loading, useTitle } from '../parts/state.tsx'
import { isOfRun, toldOfRelease } from '../rhythms.ts'
import { addressOf, addressOfRelease, Link } from '../routes.tsx'
import { GateSections } from './release-gates.tsx'
import { PeopleSection } from './release-people.tsx'
import { RegisterSections } from './release-register.tsx'
import { ReportsSection } from './release-reports.tsx'
import { VerdictScreen } from './release-verdict.tsx'
import { StartRun } from './start-run.tsx'

const ProvenanceView = lazy(() =>
  import('./provenance.tsx').then((it) => ({ default: it.ProvenanceView })),
)

/** A run that is executed is looked at this often; the server answers shortly when nothing changed. */
const LIVE_MS = 1_500
/** Evidence ages and freezes begin without anybody doing anything. */
const CALM_MS = 20_000

/** Each server that answers has a clock of its own, so its times say nothing about which answer is newer. */
const turns = new AskedOrder<Review>()

export function ReleasePage({ release }: { readonly release: ReleaseName }): ReactNode {
  const { service, version, environment } = release
  useTitle(`${service} ${version}`)
  const review = useLive(
    `release ${service} ${version} ${environment ?? ''}`,
    () => turns.ask(() => api.release({ service, version, environment })),
    toldOfRelease({ service, version }, CALM_MS, ({ type }) => type === 'run.started'),
  )
  return (
    <article>
      <p className="crumb">
        <Link to="/">Releases</Link> / <span>{service}</span>
      </p>
      <h1>
        {service} <span className="version">{version}</span>
      </h1>
      <Loaded live={review} what="the release">
        {(value) => <RunOfRelease review={value} />}
      </Loaded>
    </article>
  )
}

/** Watches the run closely and asks for the verdict again only when the run has changed. */
function RunOfRelease({ review: first }: { readonly review: Review }): ReactNode {
  const isOpen = (state: RunState | undefined): boolean => state?.run.lease !== undefined
  const rhythm = toldOfRelease(first.subject, LIVE_MS, isOfRun)
  const probe = useLive(`run ${first.runId}`, () => api.run(first.runId), rhythm)
  const again = useLive(
    `release of run ${first.runId}`,
    () => turns.ask(() => api.release(first.subject)),
    toldOfRelease(first.subject, CALM_MS, (change) => !isOfRun(change)),
    probe.value,
  )
  const [told, tell] = useState<Review>()
  const review = turns.newestOf(first, again.value, told)
  return (
    <ReleaseZone value={review.timezone}>
      <p className="soft under-title">
        for {review.subject.environment}
        <Elsewhere review={review} /> · run started{' '}
        {probe.value === undefined ? '…' : <Moment at={probe.value.run.startedAt} />} ·{' '}
        <Link to={addressOf('plans', review.planHash)}>plan</Link> from{' '}
        <EvidenceLink digest={review.plan.source.sha256} label={review.plan.source.name} />
      </p>
      <VerdictScreen review={review} isRunning={isOpen(probe.value)} />
      <ProvenanceSection review={review} />
      <GateSections review={review} run={probe.value} />
      <StartRun
        plan={review.plan}
        planHash={review.planHash}
        isReviewed={review.planReviews.length > 0}
        isHere
      />
      <PeopleSection
        review={review}
        onSigned={(after) => {
          turns.note(after)
          tell(after)
        }}
      />
      <RegisterSections review={review} />
      <ReportsSection review={review} />
    </ReleaseZone>
  )
}

/** The same release where else it was run: its verdict there is another one. */
function Elsewhere({ review }: { readonly review: Review }): ReactNode {
  const { environments, subject } = review
  const others = environments.filter((each) => each !== subject.environment)
  if (others.length === 0) return null
  return (
    <>
      {' '}
      (also run in{' '}
      {others.map((environment, index) => (
        <Fragment key={environment}>
          {index === 0 ? '' : ', '}
          <Link to={addressOfRelease({ ...subject, environment })}>{environment}</Link>
        </Fragment>
      ))}
      )
    </>
  )
}

/** Loaded and asked for when somebody wants to see it. */
function ProvenanceSection({ review }: { readonly review: Review }): ReactNode {
  const [isOpen, open] = useState(location.hash === '#provenance')
  return (
    <section id="provenance" className="provenance" aria-labelledby="provenance-title">
      <details open={isOpen} onToggle={(event) => open(event.currentTarget.open)}>
        <summary>
          <h2 id="provenance-title">Provenance</h2>
          <span className="soft">what the verdict rests on, and where it breaks</span>
        </summary>
        {isOpen ? (
          <Suspense fallback={<Loading what="the provenance" />}>
            <ProvenanceView release={review.subject} nudge={review} />
          </Suspense>
        ) : null}
      </details>
    </section>
  )
}
