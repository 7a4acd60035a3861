// Holds the author that a decision excluded from sign-off against the one that the release was opened with.
import type { Trust } from '../proof/index.ts'
import type { BundleContents } from './contents.ts'
import { quoteName } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import type { LedgerPart } from './ledger-part.ts'

/** The first entry that opens the release names the author's key; the decision the person behind it. */
export function inspectAuthor(
  inspection: Inspection,
  { inputs }: BundleContents,
  ledger: LedgerPart,
  trust: Trust,
): void {
  const { service, version } = inputs.subject
  const opening = ledger.entries.find(
    ({ body }) => body.type === 'release.opened' && body.subject === `${service}@${version}`,
  )
  if (opening?.payload === undefined) {
    inspection.leaveOpen(
      'Who wrote the change, and so may not sign off: the bundle does not show how the release was opened.',
    )
    return
  }
  const { author, authorPerson } = opening.payload as {
    readonly author?: unknown
    readonly authorPerson?: unknown
  }
  const key = trust.keys.find((each) => each.principal === author)
  const person = key === undefined ? author : (key.person ?? key.principal)
  if (authorPerson !== undefined && authorPerson !== person)
    inspection.find(
      'VERIFY_PERSON_DIFFERS',
      `entry ${opening.seq} opens the release with another person as its author than the bundle counts the key of ${quoteName(String(author))} as`,
      'keys.json',
    )
  if ((person ?? undefined) === inputs.author) return
  inspection.find(
    'VERIFY_AUTHOR_DIFFERS',
    `entry ${opening.seq} opens the release with the author ${typeof person === 'string' ? quoteName(person) : 'nobody'}, the decision excluded ${quoteName(inputs.author ?? 'nobody')}`,
    'decision-inputs.json',
  )
}
