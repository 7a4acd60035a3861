// Leads a person to their issuer to prove again who they are, and back to where they were.
import type { ReactNode } from 'react'
import { useSession } from '../session.ts'

interface ProveTerms {
  /** Path of this server to come back to; absent = where the reader is. */
  readonly to?: string
  readonly children: ReactNode
  /** Just before the page is left. */
  onLeave?(): void
}

/** Nothing for whoever came with a key, or with an issuer that this server does not name any more. */
export function ProveAgain({ to, children, onLeave }: ProveTerms): ReactNode {
  const { person } = useSession()
  const issuer = person?.session?.issuer ?? undefined
  if (person === undefined || issuer === undefined) return null
  const query = new URLSearchParams({
    fresh: 'yes',
    to: to ?? location.pathname + location.search,
    // Who has accounts in several tenants comes back to this one.
    tenant: person.tenant,
  })
  return (
    <a href={`/v1/sign-in/${encodeURIComponent(issuer)}?${query.toString()}`} onClick={onLeave}>
      {children}
    </a>
  )
}
