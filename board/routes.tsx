// Addresses of the board, what each shows, and links between them without loading the page again.
import { useSyncExternalStore } from 'react'
import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from 'react'

export type Place =
  | { readonly page: 'releases' }
  | { readonly page: 'release'; readonly service: string; readonly version: string }
  | {
      readonly page: 'report'
      readonly service: string
      readonly version: string
      readonly kind: string
    }
  | { readonly page: 'evidence'; readonly digest: string }
  | { readonly page: 'import' }
  | { readonly page: 'draft'; readonly draftId: string }
  | { readonly page: 'plan'; readonly planHash: string }
  | { readonly page: 'ledger' }
  | { readonly page: 'entry'; readonly seq: number }
  | { readonly page: 'verify' }
  | { readonly page: 'claims' }
  | { readonly page: 'webhook'; readonly endpointId: string }
  | { readonly page: 'webhooks' | 'jobs' | 'guards' | 'people' | 'runners' | 'audit' | 'settings' }

/** Pages whose address is their name. */
const PLAIN = [
  { page: 'verify' },
  { page: 'claims' },
  { page: 'webhooks' },
  { page: 'jobs' },
  { page: 'guards' },
  { page: 'people' },
  { page: 'runners' },
  { page: 'audit' },
  { page: 'settings' },
] as const satisfies readonly Place[]

const ENTRY_NUMBER = /^(?:0|[1-9][0-9]{0,15})$/

/** Undefined where nothing is shown. The server answers the same addresses and no others. */
export function placeOf(path: string): Place | undefined {
  const [first = '', second, third, fourth, fifth] = path
    .replace(/^\/|\/$/g, '')
    .split('/')
    .map(decoded)
  if (first === '') return { page: 'releases' }
  if (first === 'releases' && second !== undefined && third !== undefined) {
    const release = { service: second, version: third }
    if (fourth === undefined) return { page: 'release', ...release }
    return fourth === 'reports' && fifth !== undefined
      ? { page: 'report', ...release, kind: fifth }
      : undefined
  }
  if (first === 'evidence' && second !== undefined) return { page: 'evidence', digest: second }
  if (first === 'import' || (first === 'plans' && second === undefined))
    return second === undefined ? { page: 'import' } : { page: 'draft', draftId: second }
  if (first === 'plans' && second !== undefined) return { page: 'plan', planHash: second }
  if (first === 'ledger' && second === undefined) return { page: 'ledger' }
  if (first === 'ledger' && ENTRY_NUMBER.test(second ?? ''))
    return { page: 'entry', seq: Number(second) }
  if (first === 'webhooks' && second !== undefined) return { page: 'webhook', endpointId: second }
  return PLAIN.find(({ page }) => page === first)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // A broken escape names nothing; it is shown as it came.
    return part
  }
}

/** The address of a place; names from outside are escaped. */
export function addressOf(...parts: readonly (string | number)[]): string {
  return `/${parts.map((part) => encodeURIComponent(part).replaceAll('%3A', ':')).join('/')}`
}

export function addressOfRelease(release: {
  readonly service: string
  readonly version: string
}): string {
  return addressOf('releases', release.service, release.version)
}

const watchers = new Set<() => void>()

function tellAll(): void {
  for (const tell of watchers) tell()
}

/** The path shown now; changes with links and with the browser's own back and forward. */
export function usePath(): string {
  return useSyncExternalStore(
    (tell) => {
      watchers.add(tell)
      if (watchers.size === 1) addEventListener('popstate', tellAll)
      return () => {
        watchers.delete(tell)
        if (watchers.size === 0) removeEventListener('popstate', tellAll)
      }
    },
    () => location.pathname,
  )
}

export function goTo(address: string): void {
  history.pushState(null, '', address)
  tellAll()
  scrollTo(0, 0)
}

interface LinkTerms extends AnchorHTMLAttributes<HTMLAnchorElement> {
  readonly to: string
  readonly children: ReactNode
}

export function Link({ to, children, ...rest }: LinkTerms): ReactNode {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey)
    if (!isPlain || event.defaultPrevented) return
    event.preventDefault()
    goTo(to)
  }
  return (
    <a href={to} onClick={follow} {...rest}>
      {children}
    </a>
  )
}
