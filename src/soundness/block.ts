// What the importer hands to the soundness lint and gets back: code blocks and findings, with document positions.

/** A place in the checklist, both numbers counted from 1; columns count UTF-16 units of the repaired text. */
export interface DocumentPosition {
  readonly line: number
  readonly column: number
}

/** A fenced block or inline command that belongs to a gate. */
export interface CodeBlock {
  /** The gate's id and the block's number within it, such as `security/hash-chain#1`. */
  readonly id: string
  /** First word of the fence's info string in lower case, empty when it has none; `bash` for inline commands. */
  readonly language: string
  readonly kind: 'runnable' | 'sample'
  /** Repaired text without the indentation of the list it stands in. */
  readonly source: string
  /** Document line of the first code line. */
  readonly line: number
  readonly column: number
  /** Where each line of `source` starts in the document. */
  readonly lines: readonly DocumentPosition[]
  /** True when the code is an inline code span, not a fence. */
  readonly inline: boolean
}

/** Something about the checklist a person should know, with a place and what to do about it. */
export interface Finding {
  readonly rule: string
  /** Id of the gate concerned, absent for findings about the whole document. */
  readonly gate?: string
  readonly line: number
  readonly column: number
  /** `error`: the block can exit 0 while the gate's claim is false, or it can harm. */
  readonly level: 'error' | 'warning' | 'note'
  readonly message: string
  readonly fix: string
}
