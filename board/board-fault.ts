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
  BOARD_PLAN_CHANGED: {
    title: 'Another plan was pinned than the one that was shown',
    hint: 'The server has another plan than this page shows. Look at the plan that is pinned before you use it or answer it.',
  },
} as const satisfies Readonly<Record<string, Pick<Fault, 'title' | 'hint'>>>

/** An error that `faultOf` reads like one of the server's. */
export function boardFault(code: keyof typeof ROWS, text: string): Error {
  return Object.assign(new Error(text), { code, row: { ...ROWS[code], status: 0 } })
}
