// Addresses of the board's pages, and links between them without loading the page again.
import { useSyncExternalStore } from 'react'
import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from 'react'

/** The address of a place; names from outside are escaped. */
export function addressOf(...parts: readonly (string | number)[]): string {
  return `/${parts.map((part) => encodeURIComponent(part).replaceAll('%3A', ':')).join('/')}`
}

/** Of the release in the environment that is named, or else in its own. */
export function addressOfRelease(
  release: {
    readonly service: string
    readonly version: string
    readonly environment?: string | undefined
  },
  ...rest: readonly string[]
): string {
  const { service, version, environment } = release
  const where = environment === undefined ? [] : ['in', environment]
  return addressOf('releases', service, version, ...where, ...rest)
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
