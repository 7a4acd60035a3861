// The frame around every page: where the reader is, where else to go, and who may see what.
import { lazy, Suspense, useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import type { Who } from './answers.ts'
import { useFollowing } from './feed.ts'
import { ReleasesPage } from './pages/releases.tsx'
import { Entrance } from './pages/entrance.tsx'
import { OtherPerson } from './parts/other-person.tsx'
import { ReachMark } from './parts/reach-mark.tsx'
import { SignOut } from './parts/sign-out.tsx'
import { Guarded, Loading, NothingHere } from './parts/state.tsx'
import { placeOf } from './places.ts'
import type { Place } from './places.ts'
import { Link, usePath } from './routes.tsx'
import { useSession } from './session.ts'
import { callPerson } from './words.ts'

const ReleasePage = lazy(() =>
  import('./pages/release.tsx').then((it) => ({ default: it.ReleasePage })),
)
const ReportPage = lazy(() =>
  import('./pages/report.tsx').then((it) => ({ default: it.ReportPage })),
)
const EvidencePage = lazy(() =>
  import('./pages/evidence.tsx').then((it) => ({ default: it.EvidencePage })),
)
const ImportPage = lazy(() =>
  import('./pages/import.tsx').then((it) => ({ default: it.ImportPage })),
)
const DraftPage = lazy(() => import('./pages/draft.tsx').then((it) => ({ default: it.DraftPage })))
const PlanPage = lazy(() => import('./pages/plan.tsx').then((it) => ({ default: it.PlanPage })))
const LedgerPage = lazy(() =>
  import('./pages/ledger.tsx').then((it) => ({ default: it.LedgerPage })),
)
const EntryPage = lazy(() => import('./pages/entry.tsx').then((it) => ({ default: it.EntryPage })))
const VerifyPage = lazy(() =>
  import('./pages/verify.tsx').then((it) => ({ default: it.VerifyPage })),
)
const ClaimsPage = lazy(() =>
  import('./pages/claims.tsx').then((it) => ({ default: it.ClaimsPage })),
)
const WebhooksPage = lazy(() =>
  import('./pages/webhooks.tsx').then((it) => ({ default: it.WebhooksPage })),
)
const WebhookPage = lazy(() =>
  import('./pages/webhook.tsx').then((it) => ({ default: it.WebhookPage })),
)
const JobsPage = lazy(() => import('./pages/jobs.tsx').then((it) => ({ default: it.JobsPage })))
const GuardsPage = lazy(() =>
  import('./pages/guards.tsx').then((it) => ({ default: it.GuardsPage })),
)
const PeoplePage = lazy(() =>
  import('./pages/people.tsx').then((it) => ({ default: it.PeoplePage })),
)

const RunnersPage = lazy(() =>
  import('./pages/runners.tsx').then((it) => ({ default: it.RunnersPage })),
)
const SettingsPage = lazy(() =>
  import('./pages/settings.tsx').then((it) => ({ default: it.SettingsPage })),
)
const ConfirmPage = lazy(() =>
  import('./pages/confirm.tsx').then((it) => ({ default: it.ConfirmPage })),
)
const AuditPage = lazy(() => import('./pages/audit.tsx').then((it) => ({ default: it.AuditPage })))

const SECTIONS = [
  { to: '/', label: 'Releases', pages: ['releases', 'release', 'report', 'evidence'] },
  { to: '/import', label: 'Import', pages: ['import', 'draft', 'plan'] },
  { to: '/ledger', label: 'Ledger', pages: ['ledger', 'entry'] },
  {
    to: '/webhooks',
    label: 'Operations',
    pages: ['webhooks', 'webhook', 'jobs', 'guards', 'people', 'runners', 'audit', 'confirm'],
  },
  { to: '/claims', label: 'Claims', pages: ['claims'] },
  { to: '/verify', label: 'Verify', pages: ['verify'] },
] as const

export function App(): ReactNode {
  const path = usePath()
  const { key, person, refusal, code, isOther } = useSession()
  const isKnown = key !== undefined || person !== undefined
  const place = placeOf(path)
  const main = useFocusOn(path)
  const isOpen = place?.page === 'verify' || place?.page === 'claims'
  const reader = key ?? (person === undefined ? undefined : `${person.tenant} ${person.id}`)
  // Pages that need nobody ask for nothing once they are open.
  useFollowing(isOpen ? undefined : reader)
  return (
    <>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="bar">
        <Link to="/" className="brand">
          <Sail /> Seaworthy
        </Link>
        <nav aria-label="Pages">
          {SECTIONS.map(({ to, label, pages }) => (
            <Link
              key={to}
              to={to}
              aria-current={pages.some((page) => page === place?.page) ? 'page' : undefined}
            >
              {label}
            </Link>
          ))}
        </nav>
        {isKnown && !isOpen ? <ReachMark /> : null}
        {person === undefined ? null : <Reader person={person} />}
        {isKnown ? <OwnPlaces isInSettings={place?.page === 'settings'} /> : null}
      </header>
      {isOther && person !== undefined ? <OtherPerson shown={person} /> : null}
      <main id="main" ref={main} tabIndex={-1}>
        <Guarded key={path}>
          <Suspense fallback={<Loading what="the page" />}>
            {!isKnown && !isOpen ? (
              <Entrance refusal={refusal} code={code} />
            ) : (
              <Page place={place} />
            )}
          </Suspense>
        </Guarded>
      </main>
    </>
  )
}

function OwnPlaces({ isInSettings }: { readonly isInSettings: boolean }): ReactNode {
  return (
    <>
      <Link to="/settings" className="settings" aria-current={isInSettings ? 'page' : undefined}>
        Settings
      </Link>
      <SignOut />
    </>
  )
}

/** Who signed in, and where: the same person may have accounts in several tenants. */
function Reader({ person }: { readonly person: Who }): ReactNode {
  return (
    <span className="reader" title={person.email ?? undefined}>
      {callPerson(person)}, {person.role} of {person.tenant}
    </span>
  )
}

function Page({ place }: { readonly place: Place | undefined }): ReactNode {
  switch (place?.page) {
    case 'releases':
      return <ReleasesPage />
    case 'release':
      return <ReleasePage release={place} />
    case 'report':
      return <ReportPage release={place} kind={place.kind} />
    case 'evidence':
      return <EvidencePage digest={place.digest} />
    case 'import':
      return <ImportPage />
    case 'draft':
      return <DraftPage draftId={place.draftId} />
    case 'plan':
      return <PlanPage planHash={place.planHash} />
    case 'ledger':
      return <LedgerPage />
    case 'entry':
      return <EntryPage seq={place.seq} />
    case 'verify':
      return <VerifyPage />
    case 'claims':
      return <ClaimsPage />
    case 'webhooks':
      return <WebhooksPage />
    case 'webhook':
      return <WebhookPage endpointId={place.endpointId} />
    case 'jobs':
      return <JobsPage />
    case 'guards':
      return <GuardsPage />
    case 'people':
      return <PeoplePage />
    case 'runners':
      return <RunnersPage />
    case 'audit':
      return <AuditPage />
    case 'confirm':
      return <ConfirmPage />
    case 'settings':
      return <SettingsPage />
    case undefined:
      return <NothingHere />
  }
}

/** A new page takes the focus, as a loaded one would, so that it is read out from its beginning. */
function useFocusOn(path: string): React.RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null)
  const last = useRef(path)
  useEffect(() => {
    if (last.current !== path) main.current?.focus({ preventScroll: true })
    last.current = path
  }, [path])
  return main
}

function Sail(): ReactNode {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" className="sail">
      <path d="M12.5 2.5v14.5h8c-.6-6.600-3.600-11.500-8-14.500z" fill="currentColor" />
      <path
        d="M10.500 6.500v10.500h-6.500c1-4.500 3.200-8 6.500-10.500z"
        fill="currentColor"
        opacity=".55"
      />
      <path d="M2.500 19h19l-2 2.500h-15z" fill="currentColor" />
    </svg>
  )
}
