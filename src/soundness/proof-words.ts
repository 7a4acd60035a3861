// Whether a word of a command can only become what it seems to be: the ground that every proof stands on.
import type { Script, Word, WordPart } from './shell-model.ts'

/** What a proof carries through a block. */
export interface ProofScope {
  /** Names the block assigns itself: their values are the author's. */
  readonly assigned: ReadonlySet<string>
  /**
   * Parameters that open a word. The proof holds only while their values are not empty and do not begin
   * with `-`, or they would turn into options; the runner must refuse such values.
   */
  readonly guarded: Set<string>
  /** Proves the script of a substitution; handed in so that words need no grammar of commands. */
  readonly proveNested: (script: Script, scope: ProofScope) => string | undefined
}

/** A word that is proven to become exactly one argument. */
export interface Argument {
  /** The text; each expansion stands as U+0000, which no shell text can hold. */
  readonly text: string
  readonly isLiteral: boolean
  /**
   * Where the first character comes from. Expansions may be empty, so a word that begins with several, or
   * with one before a `-`, has the worst of what could come first.
   */
  readonly lead: 'text' | 'number' | 'parameter' | 'author'
  /** Parameters that may supply the first character. */
  readonly leading: readonly string[]
  readonly parameters: readonly string[]
  readonly hasSubstitution: boolean
  readonly hasGlob: boolean
}

export type Proven<T> = { readonly value: T } | { readonly refusal: string }

/** Marks an expansion inside `Argument.text`. */
export const EXPANSION = '\0'

interface PartShape {
  readonly text: string
  readonly lead: Argument['lead']
  readonly hasGlob: boolean
}

/**
 * @param isSplit false where the shell neither splits nor globs: assignments, `[[ … ]]`, here-strings.
 */
export function proveWord(word: Word, scope: ProofScope, isSplit = true): Proven<Argument> {
  const shapes: PartShape[] = []
  for (const part of word.parts) {
    const shape = shapePart(part, scope, isSplit)
    if (typeof shape === 'string') return { refusal: shape }
    if (shape.text !== '') shapes.push(shape)
  }
  const hasGlob = isSplit && shapes.some((shape) => shape.hasGlob)
  const text = shapes.map((shape) => shape.text).join('')
  if (isSplit && word.raw.startsWith('~')) return { refusal: 'a tilde is expanded' }
  // A file may be named like an option, so a pattern needs honest text before it.
  if (hasGlob && !/^[A-Za-z0-9_./]/.test(text))
    return { refusal: `the pattern ${word.raw} could match a file named like an option` }
  const names = word.parts.flatMap((part) =>
    part.kind === 'parameter' && part.form === 'plain' ? [part.name] : [],
  )
  return {
    value: {
      text,
      isLiteral: !text.includes(EXPANSION) && !hasGlob,
      lead: leadOf(shapes),
      leading: names.slice(0, leadingCount(shapes)),
      parameters: names,
      hasSubstitution: word.parts.some((part) => part.kind === 'substitution'),
      hasGlob,
    },
  }
}

/** How many expansions stand before the first text that is surely there. */
function leadingCount(shapes: readonly PartShape[]): number {
  const first = shapes.findIndex((shape) => shape.lead === 'text' || shape.lead === 'number')
  return first === -1 ? shapes.length : first
}

function leadOf(shapes: readonly PartShape[]): Argument['lead'] {
  const count = leadingCount(shapes)
  const after = shapes[count]
  if (count === 0) return after?.lead ?? 'text'
  const run = shapes.slice(0, count)
  if (run.some((shape) => shape.lead === 'author')) return 'author'
  // An empty value would let the dash behind it open an option.
  return after?.text.startsWith('-') === true ? 'author' : 'parameter'
}

function shapePart(part: WordPart, scope: ProofScope, isSplit: boolean): PartShape | string {
  switch (part.kind) {
    case 'text':
      if (part.quoting === 'ansi') return "a $'…' string can hold anything"
      if (part.quoting === 'single' || part.quoting === 'double')
        return { text: part.text, lead: 'text', hasGlob: false }
      return shapeBareText(part.text, part.quoting === 'none', isSplit)
    case 'parameter':
      if (part.form === 'special') {
        if (part.name !== '?' && part.name !== '#')
          return `$${part.name} is not known before the run`
        return { text: EXPANSION, lead: 'number', hasGlob: false }
      }
      if (part.form === 'complex') return `the expansion of ${part.name} is more than its value`
      if (!part.quoted && isSplit)
        return `$${part.name} is not quoted, so its value can become several words`
      return {
        text: EXPANSION,
        lead: scope.assigned.has(part.name) ? 'author' : 'parameter',
        hasGlob: false,
      }
    case 'substitution': {
      if (part.form !== 'dollar') return 'backticks and process substitution are not followed'
      if (!part.quoted && isSplit)
        return 'a command substitution is not quoted, so its output can become several words'
      const refusal = scope.proveNested(part.script, scope)
      if (refusal !== undefined) return refusal
      return { text: EXPANSION, lead: 'author', hasGlob: false }
    }
    case 'arithmetic':
      return 'arithmetic can run commands through subscripts'
  }
}

function shapeBareText(text: string, isUnquoted: boolean, isSplit: boolean): PartShape | string {
  if (!/^[\x20-\x7e]*$/.test(text)) return 'a character outside quotes that is not plain ASCII'
  if (isUnquoted && isSplit && /[{}]/.test(text)) return 'braces are expanded'
  return { text, lead: 'text', hasGlob: isUnquoted && /[*?[]/.test(text) }
}

/** Accepts the argument as something that is no option, or says why it might be one. */
export function refuseAsOperand(argument: Argument, scope: ProofScope): string | undefined {
  if (argument.lead === 'author')
    return 'a word begins with something the block computes, which could be an option'
  if (argument.lead === 'parameter') for (const name of argument.leading) scope.guarded.add(name)
  return refusePath(argument, scope)
}

/**
 * Nothing outside the folder a gate runs in is read without anybody's word: keys, other people's files and /proc lie
 * there, and what was read can leave by the branch it decides.
 */
export function refusePath(argument: Argument, scope: ProofScope): string | undefined {
  const { text } = argument
  if (text === '/dev/null') return undefined
  if (text.startsWith('/')) return 'a path outside the folder it runs in'
  if (hasParentStep(text)) return 'a path that climbs out of the folder it runs in'
  // Where bash lets `.?` match `..`, a pattern climbs as well.
  if (argument.hasGlob && /(?:^|\/)\.[^/]*[*?[]/.test(text)) return 'a pattern that could match ..'
  const isComputed =
    argument.hasSubstitution || argument.parameters.some((name) => scope.assigned.has(name))
  return isComputed ? 'a word with something in it that the block computes' : undefined
}

/** Whether a path has a step `..` anywhere. */
export function hasParentStep(path: string): boolean {
  return /(?:^|\/)\.\.(?:\/|$)/.test(path)
}
