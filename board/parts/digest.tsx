// A digest as a link to the bytes it names, and text in which digests become such links.
import type { ReactNode } from 'react'
import { addressOf, Link } from '../routes.tsx'
import { shortDigest } from '../words.ts'

interface DigestTerms {
  readonly digest: string
  /** What the bytes are, e.g. `stdout`. */
  readonly label?: string
}

/** The address says how the reader came to call it, so that the evidence page can. */
export function EvidenceLink({ digest, label }: DigestTerms): ReactNode {
  const name = label === undefined ? '' : `?as=${encodeURIComponent(label)}`
  return (
    <Link to={`${addressOf('evidence', digest)}${name}`} title={digest} className="digest">
      {label === undefined ? null : <span>{label} </span>}
      <code>{shortDigest(digest)}</code>
    </Link>
  )
}

const DIGEST = /sha256:[0-9a-f]{64}/g

/** Every digest in the text is a link; the rest stays text, whatever it holds. */
export function TextWithDigests({ text }: { readonly text: string }): ReactNode {
  const parts: ReactNode[] = []
  let from = 0
  for (const { 0: digest, index } of text.matchAll(DIGEST)) {
    parts.push(text.slice(from, index))
    parts.push(
      <Link key={index} to={addressOf('evidence', digest)}>
        {digest}
      </Link>,
    )
    from = index + digest.length
  }
  return <>{[...parts, text.slice(from)]}</>
}
