// The commands of guards: what limits would have done to recorded traffic, and what the guards of a running service hold.
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { EXIT, harmlessLine } from '../kernel/index.ts'
import { probeFault } from './errors.ts'
import { readGuardStatus, renderGuardStatus } from './guard-status.ts'
import type { GuardStatusAnswer } from './guard-status.ts'
import type { AbnormalReport } from './simulation/abnormal.ts'
import { readPolicyFile } from './simulation/policy-file.ts'
import { Simulation } from './simulation/simulation.ts'
import type { SimulationReport } from './simulation/simulation.ts'
import { linesOf, parseTrafficLine } from './simulation/traffic.ts'

const POLICY_LIMIT_BYTES = 1024 * 1024
const CALLER_LIMIT_COUNT = 1_000
const DEFAULT_CALLER_COUNT = 10
const KEY_VARIABLE = 'SEAWORTHY_GUARD_KEY'
/** What a header field may hold. */
const KEY = /^[\x21-\x7e]{1,4096}$/

/** `data` of the envelope. */
export interface SimulationAnswer extends SimulationReport {
  /** Lines that tell of no request, and the number of the first of them. */
  readonly unreadable: { readonly count: number; readonly firstLine: number | null }
}

/** @throws PROBE_POLICY_REFUSED, PROBE_TRAFFIC_REFUSED when no line tells of a request */
export async function runGuardSimulate(
  { files }: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome & { readonly data: SimulationAnswer }> {
  const policyPath = pathOption(options, 'policy')
  const trafficPath = pathOption(options, 'traffic')
  const callerCount = callersOption(options['callers'])
  const policy = readPolicyFile(
    await files.read(policyPath, POLICY_LIMIT_BYTES),
    files.baseName(policyPath),
  )
  const simulation = new Simulation(policy)
  let lineNumber = 0
  let unreadableCount = 0
  let firstLine: number | null = null
  for await (const line of linesOf(files.chunks(trafficPath))) {
    lineNumber++
    if (line?.trim() === '') continue
    const request = line === undefined ? undefined : parseTrafficLine(line)
    if (request !== undefined) await simulation.take(request)
    else {
      unreadableCount++
      firstLine ??= lineNumber
    }
  }
  const report = simulation.report(callerCount)
  if (report.requestCount === 0)
    throw probeFault(
      'PROBE_TRAFFIC_REFUSED',
      `${files.baseName(trafficPath)}: expected lines of an access log or JSON objects with a time and a path, got none${
        firstLine === null ? '' : `; the first other line is ${firstLine}`
      }`,
    )
  const data = { ...report, unreadable: { count: unreadableCount, firstLine } }
  return { exit: EXIT.ok, text: renderSimulation(data), data }
}

function pathOption(options: OptionValues, name: string): string {
  const path = options[name]
  if (typeof path === 'string' && path !== '') return path
  throw probeFault('PROBE_OPTION_MISSING', `expected --${name} FILE`)
}

function callersOption(value: OptionValues[string]): number {
  if (value === undefined) return DEFAULT_CALLER_COUNT
  const count = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN
  if (count <= CALLER_LIMIT_COUNT) return count
  throw probeFault(
    'PROBE_OPTION_MISSING',
    `expected --callers with a number up to ${CALLER_LIMIT_COUNT}`,
  )
}

function renderSimulation(answer: SimulationAnswer): string {
  const { requestCount, refusedCount, from, to, unreadable, rules, callers } = answer
  const lines = [
    `${requestCount} requests from ${from} to ${to}; ${refusedCount} would have been refused`,
    ...(answer.unmatchedCount > 0
      ? [`${answer.unmatchedCount} fit no rule and stay unlimited`]
      : []),
    ...(unreadable.count > 0
      ? [`${unreadable.count} lines tell of no request, the first is line ${unreadable.firstLine}`]
      : []),
    ...(answer.hasWholeSeconds
      ? ['times are whole seconds: what came within one second counts as one burst']
      : []),
    ...rules.flatMap((rule) => [
      '',
      `${rule.policy} on ${rule.path}: ${rule.refusedCount} of ${rule.requestCount} refused (${rule.refusedPercent} %)`,
      ...(rule.worstMinute === null
        ? []
        : [
            `  first ${rule.firstRefusedAt}, last ${rule.lastRefusedAt}, worst minute ${rule.worstMinute.at} with ${rule.worstMinute.refusedCount}`,
          ]),
      ...(rule.retryAfterS === null
        ? []
        : [
            `  Retry-After: ${rule.retryAfterS.p50 ?? '?'} s in the middle, ${rule.retryAfterS.max} s at most`,
          ]),
      ...(rule.neverCount > 0
        ? [`  ${rule.neverCount} cost more than the limit can ever admit`]
        : []),
    ]),
    ...(answer.anomaly === null ? [] : anomalyLines(answer.anomaly)),
    ...(callers.length === 0 ? [] : ['', 'Worst hit']),
    ...callers.map(
      (caller) =>
        `  ${caller.refusedCount} × ${caller.policy}, ${caller.key}: ${caller.firstRefusedAt} to ${caller.lastRefusedAt}, Retry-After up to ${
          caller.longestRetryAfterS ?? 'never'
        }${caller.longestRetryAfterS === null ? '' : ' s'}`,
    ),
    '',
    'Whoever is refused would have come again at another time; recorded traffic cannot.',
  ]
  return lines.map(harmlessLine).join('\n')
}

function anomalyLines(anomaly: AbnormalReport): readonly string[] {
  const { mode, throttles, throttleCount, refusedCount, unnamedCount, untrackedCount } = anomaly
  return [
    '',
    `abnormal rates${mode === 'learn' ? ' (learning)' : ''}: ${throttleCount} throttles, ${refusedCount} requests refused`,
    ...(unnamedCount > 0 ? [`  ${unnamedCount} requests name nobody whose rate is watched`] : []),
    ...(untrackedCount > 0 ? [`  ${untrackedCount} came when too many names were alive`] : []),
    ...throttles.map(
      (each) =>
        `  ${each.key}: ${each.beganAt} to ${each.endedAt ?? 'the end'} (${each.end ?? 'still on'}), ${each.ratePerS} a second where ${each.busyPerS} is busy, held to ${each.allowedPerS}, ${each.refusedCount} refused`,
    ),
  ]
}

/** @throws PROBE_STATUS_UNREACHABLE, _KEY_REFUSED, _UNREADABLE, _EXCEEDED; PROBE_OPTION_MISSING for a key that no header field can hold */
export async function runGuardStatus(
  context: CommandContext,
  [url = '']: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome & { readonly data: GuardStatusAnswer }> {
  const key = keyOption(options['key'] ?? context.environmentValue(KEY_VARIABLE))
  const data = await readGuardStatus(context, url, key)
  return { exit: EXIT.ok, data, text: renderGuardStatus(data) }
}

function keyOption(value: OptionValues[string]): string | undefined {
  if (value === undefined || (typeof value === 'string' && KEY.test(value))) return value
  throw probeFault(
    'PROBE_OPTION_MISSING',
    `expected --key or ${KEY_VARIABLE} with visible ASCII characters and no spaces`,
  )
}
