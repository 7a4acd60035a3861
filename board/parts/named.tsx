// Text of the server in which people are named by their ids, as people read it: by name, with the id for who looks for it.
import type { ReactNode } from 'react'
import type { Review } from '../answers.ts'

interface NamedTerms {
  readonly review: Pick<Review, 'names'>
  readonly text: string
}

/** What could be the id of a person or of something else that signs. */
const WORD = /([A-Za-z0-9][\w-]*)/

export function Named({ review: { names }, text }: NamedTerms): ReactNode {
  return text.split(WORD).map((part, at) => {
    const name = Object.hasOwn(names, part) ? names[part] : undefined
    return name === undefined ? (
      part
    ) : (
      <span key={at} title={part}>
        {name}
      </span>
    )
  })
}
