// What goes wrong in the browser itself, with a code and a remedy like the faults of the server.

export interface Fault {
  readonly code: string
  readonly title: string
  readonly text: string
  readonly hint: string
  readonly status: number
}

const ROWS = {
  BOARD_NO_ANSWER: {
    title: 'The server does not answer',
    hint: 'Is `seaworthy serve` still running? The board asks again by itself.',
  },
  BOARD_PRESS_UNANSWERED: {
    title: 'No answer came',
    hint: 'Press again: the very same is asked for, and it is done once, however often it is asked.',
  },
  BOARD_DRAFTS_UNAVAILABLE: {
    title: 'This browser keeps no drafts',
    hint: 'It may be out of space, or its settings forbid pages to keep anything. The plan can be confirmed without a draft.',
  },
  BOARD_FILE_TOO_LARGE: {
    title: 'The file is too large to be read here',
    hint: 'Split the checklist: the server takes checklists of at most 8 MiB.',
  },
  BOARD_FILE_UNREADABLE: {
    title: 'The file cannot be read',
    hint: 'It may have been moved, or changed while it was read. Choose it again.',
  },
  BOARD_PREFERENCES_UNAVAILABLE: {
    title: 'This browser keeps no preferences',
    hint: 'They hold until the page is loaded again. Its settings may forbid pages to keep anything.',
  },
  BOARD_KEY_CHANGED: {
    title: 'This browser would sign with another key than the one that was shown',
    hint: 'Nothing was signed. Another tab has made or ended a key meanwhile: look at which one stands there now, then press again.',
  },
  BOARD_PLAN_CHANGED: {
    title: 'Another plan was pinned than the one that was shown',
    hint: 'The server has another plan than this page shows. Look at the plan that is pinned before you use it or answer it.',
  },
} as const satisfies Readonly<Record<string, Pick<Fault, 'title' | 'hint'>>>

/** An error that `faultOf` reads like one of the server's. */
export function boardFault(code: keyof typeof ROWS, text: string): Error {
  return Object.assign(new Error(text), { code, row: { ...ROWS[code], status: 0 } })
}

/** From here on an answer says that the server, or what stands before it, failed. */
const FAILURE_STATUS = 500

/** Whether what was asked for may have been done, or be done yet, although nothing says so. */
export function isSilence({ code, status }: Pick<Fault, 'code' | 'status'>): boolean {
  return (
    code === 'BOARD_NO_ANSWER' ||
    code === 'WEB_IDEMPOTENCY_KEY_IN_FLIGHT' ||
    status >= FAILURE_STATUS
  )
}

/** The same of whatever was thrown. */
export function isSilent(thrown: unknown): boolean {
  return isSilence(faultOf(thrown))
}

/** The same of something that was pressed: it does not ask again by itself, and nobody knows what became of it. */
export function faultOfPress(thrown: unknown): Fault {
  const fault = faultOf(thrown)
  if (!isSilence(fault)) return fault
  const text = `Whether it was done is not known (${fault.code}: ${fault.text})`
  return faultOf(boardFault('BOARD_PRESS_UNANSWERED', text))
}

/** Whatever was thrown as something a person can read; status 0 when no answer came. */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof Error && 'row' in thrown && 'code' in thrown) {
    const { title, hint, status } = thrown.row as Pick<Fault, 'title' | 'hint' | 'status'>
    return { code: String(thrown.code), title, text: thrown.message, hint, status }
  }
  return {
    code: 'BOARD_UNEXPECTED',
    title: 'Something went wrong in this page',
    text: thrown instanceof Error ? thrown.message : String(thrown),
    hint: 'Load the page again. If it comes back, tell whoever runs this server.',
    status: 0,
  }
}
