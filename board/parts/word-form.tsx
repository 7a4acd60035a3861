// The form of something that a person signs: only its button signs it, so that a key pressed in a field does not.
import type { KeyboardEvent, ReactNode } from 'react'

interface FormTerms {
  readonly children: ReactNode
  onSign(): void
}

export function WordForm({ children, onSign }: FormTerms): ReactNode {
  return (
    <form
      className="word-form"
      onKeyDown={keepEnter}
      onSubmit={(event) => {
        event.preventDefault()
        onSign()
      }}
    >
      {children}
    </form>
  )
}

/** Browsers press a form's button for whoever presses Enter in one of its fields. */
function keepEnter(event: KeyboardEvent): void {
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault()
}
