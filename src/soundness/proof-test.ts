// When `test`, `[` and `[[` can only look: plain grammar, operators written out, no arithmetic on expansions.
import type { Argument } from './proof-words.ts'

const UNARY = new Set([
  '-e',
  '-f',
  '-d',
  '-r',
  '-w',
  '-x',
  '-s',
  '-L',
  '-h',
  '-z',
  '-n',
  '-b',
  '-c',
  '-p',
  '-S',
  '-g',
  '-u',
  '-k',
  '-O',
  '-G',
])
const BINARY = new Set([
  '=',
  '==',
  '!=',
  '-eq',
  '-ne',
  '-lt',
  '-le',
  '-gt',
  '-ge',
  '-nt',
  '-ot',
  '-ef',
])
const PATTERN_BINARY = new Set(['=', '==', '!=', '=~', '-nt', '-ot', '-ef'])
const ARITHMETIC = new Set(['-eq', '-ne', '-lt', '-le', '-gt', '-ge'])

/** Arguments between `[` and `]`, or after `test`. `-v` would evaluate subscripts, `-a` and `-o` are ambiguous. */
export function proveTestArguments(args: readonly Argument[]): string | undefined {
  if (args.some((argument) => argument.hasGlob)) return 'a pattern that is not quoted'
  const rest = isWritten(args[0], '!') ? args.slice(1) : args
  if (rest.length === 1) return undefined
  if (rest.length === 2 && isOneOf(rest[0], UNARY)) return undefined
  if (rest.length === 3 && isOneOf(rest[1], BINARY)) return undefined
  return 'a test whose form is not plain'
}

/** Arguments between `[[` and `]]`. There, -eq and its kin evaluate both sides, which can run commands. */
export function proveConditionalArguments(args: readonly Argument[]): string | undefined {
  let piece: Argument[] = []
  for (const argument of [...args, undefined]) {
    if (argument !== undefined && !isWritten(argument, '&&') && !isWritten(argument, '||')) {
      piece.push(argument)
      continue
    }
    const refusal = provePiece(isWritten(piece[0], '!') ? piece.slice(1) : piece)
    if (refusal !== undefined) return refusal
    piece = []
  }
  return undefined
}

function provePiece(piece: readonly Argument[]): string | undefined {
  if (piece.some((argument) => '()<>'.includes(argument.text) && argument.text.length === 1))
    return 'a test whose form is not plain'
  if (piece.length === 1) return undefined
  if (piece.length === 2 && isOneOf(piece[0], UNARY)) return undefined
  if (piece.length !== 3) return 'a test whose form is not plain'
  const [left, operator, right] = piece
  if (isOneOf(operator, PATTERN_BINARY)) return undefined
  if (!isOneOf(operator, ARITHMETIC)) return 'a test whose form is not plain'
  return isNumber(left) && isNumber(right)
    ? undefined
    : '[[ evaluates both sides of an arithmetic comparison; use [ instead'
}

function isNumber(argument: Argument | undefined): boolean {
  return (
    argument !== undefined &&
    (/^[0-9]{1,18}$/.test(argument.text) ||
      (argument.lead === 'number' && argument.text.length === 1))
  )
}

function isWritten(argument: Argument | undefined, text: string): boolean {
  return argument?.isLiteral === true && argument.text === text
}

function isOneOf(argument: Argument | undefined, set: ReadonlySet<string>): boolean {
  return argument?.isLiteral === true && set.has(argument.text)
}
