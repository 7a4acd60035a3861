// What a shell text is made of, as far as soundness reads it: words, commands, pipelines, lists.

/** How a stretch of text was quoted; `ansi` is `$'…'`. */
export type Quoting = 'none' | 'escape' | 'single' | 'double' | 'ansi'

export interface TextPart {
  readonly kind: 'text'
  /** Quotes and escapes removed, except in `ansi`, whose escapes stay as written. */
  readonly text: string
  readonly quoting: Quoting
}

export interface ParameterPart {
  readonly kind: 'parameter'
  readonly name: string
  /** `plain` is `$NAME` or `${NAME}`; `complex` any other `${…}`; `special` `$?`, `$1`, `$@` and their kin. */
  readonly form: 'plain' | 'complex' | 'special'
  /** True for `${NAME:-…}`, `${NAME:=…}` and `${NAME:+…}`: the value may be absent. */
  readonly optional: boolean
  readonly quoted: boolean
  /** What stands inside the braces of a complex form. */
  readonly inner: readonly WordPart[]
}

export interface SubstitutionPart {
  readonly kind: 'substitution'
  readonly form: 'dollar' | 'backtick' | 'process'
  readonly script: Script
  readonly quoted: boolean
}

/** `$((…))` or `$[…]`; never evaluated, never proven. */
export interface ArithmeticPart {
  readonly kind: 'arithmetic'
  readonly text: string
  readonly quoted: boolean
}

export type WordPart = TextPart | ParameterPart | SubstitutionPart | ArithmeticPart

export interface Word {
  readonly parts: readonly WordPart[]
  /** The bytes as written, and where they start (UTF-16 offset in the source). */
  readonly raw: string
  readonly offset: number
}

export interface Redirection {
  readonly operator: string
  readonly descriptor?: string
  readonly target: Word
  readonly offset: number
  /** The body of `<<` and `<<-`; `parts` hold its expansions when the delimiter was not quoted. */
  readonly body?: HeredocBody
}

export interface HeredocBody {
  readonly text: string
  readonly offset: number
  readonly isQuoted: boolean
  readonly parts: readonly WordPart[]
}

export interface ShellAssignment {
  readonly name: string
  readonly value: Word
  readonly appends: boolean
}

export interface SimpleCommand {
  readonly kind: 'simple'
  readonly assignments: readonly ShellAssignment[]
  /** For `[[ … ]]` all words from `[[` to `]]`, operators included. */
  readonly words: readonly Word[]
  readonly redirections: readonly Redirection[]
  readonly offset: number
}

export interface GroupCommand {
  readonly kind: 'subshell' | 'group'
  readonly script: Script
  readonly redirections: readonly Redirection[]
  readonly offset: number
}

export interface IfCommand {
  readonly kind: 'if'
  readonly branches: readonly { readonly test: Script; readonly body: Script }[]
  readonly otherwise?: Script
  readonly redirections: readonly Redirection[]
  readonly offset: number
}

export interface LoopCommand {
  readonly kind: 'loop'
  readonly keyword: 'while' | 'until' | 'for'
  /** The variable of `for`. */
  readonly name?: string
  readonly words: readonly Word[]
  readonly test?: Script
  readonly body: Script
  readonly redirections: readonly Redirection[]
  readonly offset: number
}

export type ShellCommand = SimpleCommand | GroupCommand | IfCommand | LoopCommand

export interface Pipeline {
  readonly isNegated: boolean
  readonly commands: readonly ShellCommand[]
  readonly offset: number
}

/** `first && next || next`: left to right, equal precedence. */
export interface AndOrList {
  readonly first: Pipeline
  readonly rest: readonly { readonly operator: '&&' | '||'; readonly pipeline: Pipeline }[]
  readonly isBackground: boolean
  readonly offset: number
}

export interface Script {
  readonly lists: readonly AndOrList[]
}

export interface ShellComment {
  /** Without the `#`. */
  readonly text: string
  readonly offset: number
}

/** What is not understood is said, with the place; it is never a proof of anything. */
export type ShellReading =
  | { readonly isParsed: true; readonly script: Script; readonly comments: readonly ShellComment[] }
  | { readonly isParsed: false; readonly reason: string; readonly offset: number }
