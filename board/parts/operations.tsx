// The frame of the pages about the running of things: which there are, and where the reader is.
import type { ReactNode } from 'react'
import { Link, usePath } from '../routes.tsx'
import { ActsAs } from './acts-as.tsx'
import { useTitle } from './state.tsx'

const PAGES = [
  ['/webhooks', 'Webhooks'],
  ['/jobs', 'Jobs'],
  ['/guards', 'Guards'],
  ['/people', 'People and keys'],
  ['/runners', 'Runners'],
  ['/audit', 'Audit'],
] as const

interface OperationsTerms {
  readonly title: string
  readonly lead: string
  readonly children: ReactNode
}

export function Operations({ title, lead, children }: OperationsTerms): ReactNode {
  useTitle(title)
  const path = usePath()
  return (
    <>
      <nav className="beside" aria-label="Operations">
        {PAGES.map(([to, label]) => (
          <Link key={to} to={to} aria-current={path.startsWith(to) ? 'page' : undefined}>
            {label}
          </Link>
        ))}
      </nav>
      <h1>{title}</h1>
      <p className="lead">{lead}</p>
      <ActsAs />
      {children}
    </>
  )
}
