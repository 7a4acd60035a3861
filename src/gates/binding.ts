// Decides which code belongs to which gate, and what a gate with that code checks.
import type { Fence, MarkdownDocument, Span, Task } from '../document/index.ts'
import type { Check, Effect } from '../verdict/index.ts'
import type { CodeBlock, Finding } from '../soundness/index.ts'
import { isHarmlessRequest, parametersIn, readHttpRequest } from './http-request.ts'
import type { GateBlock } from './imported.ts'
import { classifyBlock, examineBlock } from '../soundness/index.ts'

/** What a language means to us. Anything else, and no language at all, is a sample that never runs. */
type Family = 'shell' | 'http' | 'sql' | 'promql' | 'unsupported'

const FAMILIES: ReadonlyMap<string, Family> = new Map([
  ['bash', 'shell'],
  ['sh', 'shell'],
  ['shell', 'shell'],
  ['console', 'shell'],
  ['http', 'http'],
  ['sql', 'sql'],
  ['zsh', 'unsupported'],
  ['promql', 'promql'],
  ['powershell', 'unsupported'],
  ['pwsh', 'unsupported'],
  ['ps1', 'unsupported'],
])

export function isRunnableLanguage(language: string): boolean {
  return FAMILIES.has(language)
}

/** A fence as a block of the gate with this id. */
export function blockOfFence(fence: Fence, id: string, isShared: boolean): GateBlock {
  const isShell = FAMILIES.get(fence.language) === 'shell'
  const kept = isShell ? commandsOfTranscript(fence) : { source: fence.source, lines: fence.lines }
  const first = kept.lines[0] ?? { line: fence.line + 1, column: fence.column }
  return {
    id,
    language: fence.language,
    kind: FAMILIES.has(fence.language) ? 'runnable' : 'sample',
    source: kept.source,
    line: first.line,
    column: first.column,
    lines: kept.lines,
    inline: false,
    meta: fence.meta,
    isShared,
    outputLineCount:
      fence.source.split('\n').filter(isWritten).length -
      kept.source.split('\n').filter(isWritten).length,
  }
}

function isWritten(line: string): boolean {
  return line.trim() !== ''
}

/** In a transcript only the lines behind a `$ ` prompt, and their continuations, are commands; the rest is output. */
function commandsOfTranscript(fence: Fence): { source: string; lines: Fence['lines'] } {
  const texts = fence.source.split('\n')
  const opening = texts.find((text) => !/^\s*(?:#|$)/.test(text))
  if (opening === undefined || !/^\s*\$ /.test(opening))
    return { source: fence.source, lines: fence.lines }
  const kept: { text: string; place: Fence['lines'][number] }[] = []
  let continues = false
  for (const [index, text] of texts.entries()) {
    const prompt = /^\s*\$ /.exec(text)
    if (prompt === null && !continues) continue
    const skip = prompt?.[0].length ?? 0
    const place = fence.lines[index]!
    kept.push({ text: text.slice(skip), place: { line: place.line, column: place.column + skip } })
    continues = text.endsWith('\\')
  }
  return { source: kept.map((each) => each.text).join('\n'), lines: kept.map((each) => each.place) }
}

// English, German, French, Spanish, Dutch, Portuguese, Italian; Turkish puts the verb behind.
const COMMAND_VERB =
  /^\s*(?:run|execute|start|invoke|call|launch|führen?(?: sie)?|starten?(?: sie)?|ausführen|exécute[rz]?|lance[rz]?|ejecut(?:ar|a|e)|lanzar|lanza|voer|draai|execut(?:ar|e)|rodar|rode|esegui(?:re)?|lancia(?:re)?)(?![\p{L}\p{N}])[^`]*$/iu
const VERB_BEHIND = /^\s*(?:komutunu\s+)?(?:çalıştır|çalıştırın|koş|koşun)(?![\p{L}\p{N}])/iu

/**
 * The inline code that a gate runs: when the title consists of it, when the title starts with Run or a like verb, or
 * what plain items below it consist of. A lone word in backticks is a name, not a command.
 */
export function inlineCommands(
  document: MarkdownDocument,
  task: Pick<Task, 'titleSpans' | 'loneCode'>,
): GateBlock[] {
  const titled = titleCommand(document, task.titleSpans)
  if (titled !== undefined) return [titled]
  return task.loneCode.flatMap((code) => titleCommand(document, [code]) ?? [])
}

function titleCommand(
  document: MarkdownDocument,
  titleSpans: readonly Span[],
): GateBlock | undefined {
  const { text } = document.reading
  const visible = titleSpans.filter((span) => text.slice(span.start, span.end).trim() !== '')
  const index = visible.findIndex((span) => span.kind === 'code')
  const code = visible[index]
  if (code === undefined) return undefined
  const source = text.slice(code.start, code.end).trim()
  const before = visible[index - 1]
  const isVerbed =
    index === 1 && before !== undefined && COMMAND_VERB.test(text.slice(before.start, before.end))
  const behind = visible[1]
  const isVerbBehind =
    index === 0 && behind !== undefined && VERB_BEHIND.test(text.slice(behind.start, behind.end))
  const isWhole = visible.length === 1 && (/\s/.test(source) || source.startsWith('./'))
  if (
    !/^[\w./$~"'{[-]/.test(source) ||
    source.includes('____') ||
    !(isVerbed || isVerbBehind || isWhole)
  )
    return undefined
  return inlineBlock(document, code, '')
}

export function inlineBlock(document: MarkdownDocument, code: Span, id: string): GateBlock {
  const raw = document.reading.text.slice(code.start, code.end)
  const place = document.positionOf(code.start + (raw.length - raw.trimStart().length))
  return {
    id,
    language: 'bash',
    kind: 'runnable',
    source: raw.trim(),
    ...place,
    lines: [place],
    inline: true,
    meta: '',
    isShared: false,
    outputLineCount: 0,
  }
}

/** What a gate with these blocks checks, and what the check does. */
export interface Binding {
  /** Absent for a gate that a person answers. */
  readonly check?: Exclude<Check, { type: 'manual' }>
  readonly effect: Effect
  readonly provenRead: boolean
  readonly selfChecking: boolean
  readonly effectReason: string
  readonly parameters: readonly string[]
  readonly findings: readonly Finding[]
}

/** Binds blocks to a check: shell blocks are joined in order, of other languages the first block counts. */
export function bindBlocks(blocks: readonly GateBlock[], gate: string): Binding {
  const runnable = blocks.filter((block) => block.kind === 'runnable')
  const leading =
    runnable.find((block) => FAMILIES.get(block.language) !== 'unsupported') ?? runnable[0]
  if (leading === undefined) {
    return {
      effect: 'read',
      provenRead: false,
      selfChecking: false,
      effectReason: 'a person answers',
      parameters: [],
      findings: [],
    }
  }
  const family = FAMILIES.get(leading.language)!
  const run =
    family === 'shell'
      ? runnable.filter((block) => FAMILIES.get(block.language) === 'shell')
      : [leading]
  const leftOut = runnable
    .filter((block) => !run.includes(block))
    .map((block) => leftOutFinding(block, gate, leading.language))
  const bound =
    family === 'shell'
      ? bindShell(run, gate)
      : family === 'http'
        ? bindHttp(leading)
        : bindOther(leading, family)
  return { ...bound, findings: [...bound.findings, ...leftOut] }
}

function leftOutFinding(block: GateBlock, gate: string, language: string): Finding {
  return {
    rule: 'block-left-out',
    gate,
    line: block.line,
    column: block.column,
    level: 'warning',
    message: `This ${block.language} block is not run: the gate runs its ${language} code and a gate has one check.`,
    fix: 'Give the block an item of its own.',
  }
}

/** The blocks as one script, the way they will run. */
export function joinShellBlocks(blocks: readonly GateBlock[]): CodeBlock {
  const first = blocks[0]!
  const lines = blocks.flatMap((block) =>
    block.lines.length > 0 ? block.lines : [{ line: block.line, column: block.column }],
  )
  return { ...first, source: blocks.map((block) => block.source).join('\n'), lines }
}

function bindShell(blocks: readonly GateBlock[], gate: string): Binding {
  const joined = joinShellBlocks(blocks)
  const examined = examineBlock(joined)
  const { effect, provenRead, selfChecking, reason, parameters } = examined.class
  const findings = examined.findings.map((finding) => ({ ...finding, gate }))
  const language = blocks.every((block) => block.language === 'sh') ? 'sh' : 'bash'
  const check = { type: 'command', language, script: joined.source } as const
  return { check, effect, provenRead, selfChecking, effectReason: reason, parameters, findings }
}

function bindHttp(block: GateBlock): Binding {
  const request = readHttpRequest(block.source)
  if ('problem' in request) return unsupported('http', request.problem)
  const isHarmless = isHarmlessRequest(request)
  const texts = [request.url, ...Object.values(request.headers ?? {}), request.body ?? '']
  return {
    check: request,
    effect:
      request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS'
        ? 'read'
        : 'unknown',
    provenRead: isHarmless,
    selfChecking: false,
    effectReason: isHarmless
      ? `${request.method} only asks`
      : `${request.method} may change something or send a parameter away`,
    parameters: parametersIn(texts.join('\n')),
    findings: [],
  }
}

function bindOther(block: GateBlock, family: Family): Binding {
  if (family !== 'sql' && family !== 'promql')
    return unsupported(block.language, `${block.language} is recognised but not run`)
  const connection =
    /(?:^|\s|\{)connection=["']?([A-Za-z_][A-Za-z0-9_]{0,99})/.exec(block.meta)?.[1] ??
    DEFAULT_CONNECTION[family]
  const text = block.source.trim()
  if (text === '') return unsupported(family, 'the block is empty')
  if (family === 'promql') return bindPromql(text, connection)
  // The transaction is read-only and rolled back, but functions and COPY reach beyond it.
  const { effect, provenRead, reason } = classifyBlock({ ...block, source: text })
  return {
    check: { type: 'sql', connection, text },
    effect,
    provenRead,
    selfChecking: false,
    effectReason: reason,
    parameters: [connection],
    findings: [],
  }
}

const DEFAULT_CONNECTION = { sql: 'DATABASE_URL', promql: 'PROMETHEUS_URL' } as const

function bindPromql(query: string, connection: string): Binding {
  return {
    check: { type: 'promql', connection, query },
    effect: 'read',
    provenRead: true,
    selfChecking: false,
    effectReason: 'a PromQL query reads, and proves nothing by being answered',
    parameters: [connection, ...parametersIn(query)],
    findings: [],
  }
}

function unsupported(language: string, reason: string): Binding {
  return {
    check: { type: 'unsupported', language, reason },
    effect: 'unknown',
    provenRead: false,
    selfChecking: false,
    effectReason: reason,
    parameters: [],
    findings: [],
  }
}
