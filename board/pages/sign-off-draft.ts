// What somebody was about to sign when they went to prove who they are, so that they find it again: kept in this tab, for one release.
import type { SignWish } from '../signing.ts'

const SLOT = 'seaworthy.draft'
/** In the query of the page that a person comes back to. */
const MARK = 'sign'

export interface Draft extends SignWish {
  readonly release: string
  /** What they had before them. */
  readonly reviewHash: string
}

/** Address of this page that opens the form again. */
export function addressOfForm(): string {
  return `${location.pathname}?${MARK}=here`
}

export function keepDraft(draft: Draft): void {
  sessionStorage.setItem(SLOT, JSON.stringify(draft))
}

/** The draft of the release, for whoever comes back; undefined for everybody else. Reading changes nothing, so that a drawing may be begun again. */
export function readDraft(release: string): Draft | undefined {
  if (new URLSearchParams(location.search).get(MARK) === null) return undefined
  const text = sessionStorage.getItem(SLOT)
  const draft = text === null ? undefined : (JSON.parse(text) as Draft)
  return draft?.release === release ? draft : undefined
}

/** Once it is in the form; the next visit of the page begins anew. */
export function forgetDraft(): void {
  sessionStorage.removeItem(SLOT)
  history.replaceState(history.state, '', location.pathname)
}
