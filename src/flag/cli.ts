// The commands of switches: list, set, kill, restore, history.
import { previewAction, rowsOf } from '../client/index.ts'
import { EXIT, harmlessText, SeaworthyError } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { flagFault } from './errors.ts'
import { HISTORY_LIMIT_COUNT } from './store.ts'
import type { PresentedChange, PresentedSwitch } from './http.ts'

type Changed = PresentedSwitch & { readonly isChanged: boolean }

export async function runSwitchList(context: CommandContext): Promise<CommandOutcome> {
  const all: PresentedSwitch[] = []
  for await (const each of rowsOf<PresentedSwitch>(context.client, '/v1/switches')) all.push(each)
  const lines = all.map(
    ({ name, definition, says, changedBy, changedAt, reason }) =>
      `${name.padEnd(24)} ${definition.kind.padEnd(11)} ${says}  (${changedBy}, ${changedAt}: ${reason})`,
  )
  return {
    exit: EXIT.ok,
    data: all,
    text:
      harmlessText(lines.join('\n')) || 'There is no switch yet: seaworthy guard switch set NAME',
  }
}

export async function runSwitchHistory(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const query = new URLSearchParams()
  for (const name of ['before', 'limit']) {
    const value = options[name]
    if (typeof value === 'string') query.set(name, value)
  }
  const path = `${pathOf(args[0])}/history?${query.toString()}`
  const changes = await context.client.call<readonly PresentedChange[]>('GET', path)
  const lines = changes.map(
    ({ version, changedAt, kind, says, changedBy, reason }) =>
      `${String(version).padStart(4)}  ${changedAt}  ${kind.padEnd(7)}  ${says}  by ${changedBy}: ${reason}`,
  )
  const isFull = changes.length >= Number(options['limit'] ?? HISTORY_LIMIT_COUNT)
  const last = isFull ? changes.at(-1) : undefined
  if (last !== undefined && last.version > 1)
    lines.push(`older: seaworthy guard switch history ${args[0] ?? ''} --before ${last.version}`)
  return { exit: EXIT.ok, data: changes, text: harmlessText(lines.join('\n')) }
}

export async function runSwitchKill(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  return flip(context, args[0], { state: 'off', ...untilOf(context, options) }, options)
}

export async function runSwitchRestore(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  return flip(context, args[0], { state: 'on', ...untilOf(context, options) }, options)
}

/** Makes the switch when `--kind` is given; then says its word when any option names one. */
export async function runSwitchSet(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const kind = textOf(options, 'kind')
  let made: CommandOutcome | undefined
  if (kind !== undefined) {
    const variants = textOf(options, 'variants')
    const definition = {
      kind,
      boot: textOf(options, 'boot') ?? (kind === 'kill-switch' ? 'on' : 'off'),
      confirms: textOf(options, 'confirms') ?? (kind === 'kill-switch' ? 'restore' : 'none'),
      ...(variants === undefined ? {} : { variants: parseVariants(variants) }),
      ...named(options, 'onVariant'),
      ...named(options, 'offVariant'),
    }
    const reason = textOf(options, 'reason') ?? 'made'
    const changed = await context.client.call<Changed>('PUT', pathOf(args[0]), {
      definition,
      reason,
    })
    made = outcomeOf(changed)
  }
  const rule = {
    ...named(options, 'variant'),
    ...pairsOf(options, 'for', (pairs) => ({ tenants: Object.fromEntries(pairs) })),
    ...pairsOf(options, 'percent', (pairs) => ({
      rollout: pairs.map(([variant, percent]) => ({ variant, percent: Number(percent) })),
    })),
  }
  const state = textOf(options, 'state') ?? (Object.keys(rule).length > 0 ? 'on' : undefined)
  if (state === undefined && made !== undefined) return made
  if (state === undefined)
    throw flagFault(
      'FLAG_REFUSED',
      'expected --kind to make it, or --state, --percent, --for or --variant to flip it',
    )
  return flip(context, args[0], { state, ...rule, ...untilOf(context, options) }, options)
}

async function flip(
  context: CommandContext,
  name: string | undefined,
  word: object,
  options: OptionValues,
): Promise<CommandOutcome> {
  const reason = textOf(options, 'reason')
  if (reason === undefined)
    throw flagFault('FLAG_REFUSED', 'expected --reason TEXT: it goes into the ledger')
  try {
    return outcomeOf(
      await context.client.call<Changed>('POST', `${pathOf(name)}/flips`, { word, reason }),
    )
  } catch (error) {
    if (!(error instanceof SeaworthyError) || error.code !== 'FLAG_CONFIRMATION_REQUIRED')
      throw error
  }
  return previewAction(context, 'flag.flip', { name, word, reason })
}

function outcomeOf(changed: Changed): CommandOutcome {
  const { name, says, version, isChanged } = changed
  const text = isChanged
    ? `${name}: ${says} (version ${version})`
    : `${name}: ${says} already, nothing changed`
  return { exit: EXIT.ok, data: changed, text: harmlessText(text) }
}

function pathOf(name: string | undefined): string {
  return `/v1/switches/${encodeURIComponent(name ?? '')}`
}

function textOf(options: OptionValues, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

function named(options: OptionValues, name: string): object {
  const value = textOf(options, name)
  return value === undefined ? {} : { [name]: value }
}

const SPAN = /^(\d{1,4})([mhd])$/
const SPAN_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `--until` as an instant, or a span such as 30m, 4h, 2d from now. */
function untilOf({ ports }: CommandContext, options: OptionValues): object {
  const text = textOf(options, 'until')
  if (text === undefined) return {}
  const [, count = '', unit = ''] = SPAN.exec(text) ?? []
  const spanMs = SPAN_MS[unit]
  if (spanMs === undefined) return { until: text }
  return { until: new Date(ports.clock.nowMs() + Number(count) * spanMs).toISOString() }
}

function pairsOf(
  options: OptionValues,
  name: string,
  build: (pairs: readonly (readonly [string, string])[]) => object,
): object {
  const given = options[name]
  if (!Array.isArray(given) || given.length === 0) return {}
  return build(
    (given as readonly string[]).map((text) => {
      const at = text.lastIndexOf('=')
      if (at < 1)
        throw flagFault(
          'FLAG_REFUSED',
          `expected --${name} NAME=VALUE, got ${JSON.stringify(text.slice(0, 100))}`,
        )
      return [text.slice(0, at), text.slice(at + 1)] as const
    }),
  )
}

function parseVariants(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw flagFault(
      'FLAG_REFUSED',
      'expected --variants as JSON, such as {"on": true, "off": false}',
      { cause: error },
    )
  }
}
