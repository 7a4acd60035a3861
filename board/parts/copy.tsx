// A command or digest that a reader takes along with one press.
import { useState } from 'react'
import type { ReactNode } from 'react'

/** How long the button says that it did it. */
const SAID_MS = 1_500

interface CopyTerms {
  readonly text: string
  /** What is copied, for those who hear the button instead of seeing where it stands. */
  readonly what: string
}

export function CopyButton({ text, what }: CopyTerms): ReactNode {
  const [isSaid, say] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    say(true)
    setTimeout(() => say(false), SAID_MS)
  }
  return (
    <button
      type="button"
      className="quiet"
      aria-label={`Copy ${what}`}
      onClick={() => void copy().catch(reportError)}
    >
      {isSaid ? 'Copied' : 'Copy'}
    </button>
  )
}

export function Command({ text }: { readonly text: string }): ReactNode {
  return (
    <div className="command">
      <code>{text}</code>
      <CopyButton text={text} what="the command" />
    </div>
  )
}
