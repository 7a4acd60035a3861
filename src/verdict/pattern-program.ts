// Turns a parsed pattern into the steps that the matcher runs.

/** Most steps one pattern may become. */
export const PATTERN_PROGRAM_LIMIT = 2_000

export type PatternTest = (codePoint: number) => boolean

export type PatternNode =
  | { readonly kind: 'one'; readonly test: PatternTest }
  | { readonly kind: 'start' | 'end' | 'empty' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly PatternNode[] }
  | {
      readonly kind: 'repeat'
      readonly part: PatternNode
      readonly minimum: number
      readonly maximum: number
    }

type Step =
  | { readonly op: 'one'; readonly test: PatternTest }
  | { readonly op: 'start' | 'end' | 'accept' }
  | { readonly op: 'fork'; a: number; b: number }
  | { readonly op: 'jump'; to: number }

/** A pattern ready to be matched. */
export interface Pattern {
  readonly steps: readonly Step[]
}

/** The steps of a pattern; undefined when there would be more than PATTERN_PROGRAM_LIMIT. */
export function emitProgram(node: PatternNode): Pattern | undefined {
  const steps: Step[] = []
  emit(node, steps)
  if (steps.length > PATTERN_PROGRAM_LIMIT) return undefined
  steps.push({ op: 'accept' })
  return { steps }
}

// Past the limit nothing more is written, so a repeat of repeats costs no more than the limit.
function emit(node: PatternNode, steps: Step[]): void {
  if (steps.length > PATTERN_PROGRAM_LIMIT) return
  switch (node.kind) {
    case 'one':
      steps.push({ op: 'one', test: node.test })
      return
    case 'start':
    case 'end':
      steps.push({ op: node.kind })
      return
    case 'empty':
      return
    case 'sequence':
      for (const part of node.parts) emit(part, steps)
      return
    case 'choice':
      emitChoice(node.parts, steps)
      return
    case 'repeat':
      emitRepeat(node, steps)
  }
}

function emitChoice(parts: readonly PatternNode[], steps: Step[]): void {
  const ends: { op: 'jump'; to: number }[] = []
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1) {
      emit(part, steps)
      continue
    }
    const fork = { op: 'fork' as const, a: steps.length + 1, b: 0 }
    steps.push(fork)
    emit(part, steps)
    const end = { op: 'jump' as const, to: 0 }
    steps.push(end)
    ends.push(end)
    fork.b = steps.length
  }
  for (const end of ends) end.to = steps.length
}

function emitRepeat(node: Extract<PatternNode, { kind: 'repeat' }>, steps: Step[]): void {
  for (let i = 0; i < node.minimum; i++) emit(node.part, steps)
  if (node.maximum === Infinity) {
    const fork = { op: 'fork' as const, a: steps.length + 1, b: 0 }
    const back = steps.length
    steps.push(fork)
    emit(node.part, steps)
    steps.push({ op: 'jump', to: back })
    fork.b = steps.length
    return
  }
  const forks: { op: 'fork'; a: number; b: number }[] = []
  for (let i = node.minimum; i < node.maximum; i++) {
    const fork = { op: 'fork' as const, a: steps.length + 1, b: 0 }
    steps.push(fork)
    forks.push(fork)
    emit(node.part, steps)
  }
  for (const fork of forks) fork.b = steps.length
}
