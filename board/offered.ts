// The token of what somebody else asked for, as it comes with a link: it leaves the address at once and is kept while its reader signs in.

const SLOT = 'seaworthy.offer'
/** Behind `#`, which a browser never sends to a server. */
const MARK = 'token'

/** The address that hands a token to a second person. */
export function linkOfOffer(token: string): string {
  return `${location.origin}/confirm#${new URLSearchParams({ [MARK]: token }).toString()}`
}

/** Takes the token out of the address, if there is one. */
export function openOffer(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get(MARK)
  if (token === null) return
  history.replaceState(history.state, '', location.pathname + location.search)
  sessionStorage.setItem(SLOT, token)
}

/** That the tab was given; undefined where none was. */
export function takeOffer(): string | undefined {
  return sessionStorage.getItem(SLOT) ?? undefined
}

export function dropOffer(): void {
  sessionStorage.removeItem(SLOT)
}

/** The token in what somebody pasted, a link or the token alone. */
export function offerIn(text: string): string {
  const [, behind] = text.trim().split('#')
  return new URLSearchParams(behind ?? '').get(MARK) ?? text.trim()
}
