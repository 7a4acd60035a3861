// What the commands of a register share: whose register, who signs, and how names and dates are read.
import { describeMoment, isTimeZone, readMoment } from '../register/index.ts'
import type { Change } from '../register/index.ts'
import { everyRow } from '../client/index.ts'
import type { CommandContext, OptionValues } from '../client/index.ts'
import type { PresentedPrincipal } from '../identity/index.ts'
import { chooseRelease, requireOption } from './release-calls.ts'
import { releaseFault } from './errors.ts'
import type { RecordedChange } from './register.ts'
import type { PresentedRegister } from './register-answer.ts'
import { sealChange, sealWaiverRequest } from './signed-word.ts'
import type { WaiverWish } from './signed-word.ts'

/** A service's register as the commands see it. */
export interface OpenedRegister {
  readonly service: string
  readonly register: PresentedRegister
  /** The release time zone. */
  readonly zone: string
  /** The display name of a principal; the id itself when nobody of it is known. */
  nameOf(principal: string): string
  /** The person's id behind a name or id; the text itself when nobody is called so. */
  personOf(name: string): string
  describe(atMs: number): string
}

export async function openRegister(
  context: CommandContext,
  options: OptionValues,
): Promise<OpenedRegister> {
  const service =
    textOption(options, 'service') ?? (await chooseRelease(context, undefined)).service
  return openRegisterOf(context, service, options)
}

export async function openRegisterOf(
  context: CommandContext,
  service: string,
  options: OptionValues,
): Promise<OpenedRegister> {
  const register = await context.client.call<PresentedRegister>(
    'GET',
    `/v1/services/${encodeURIComponent(service)}/register`,
  )
  const people = await everyRow<PresentedPrincipal>(context.client, '/v1/principals')
  const zone = textOption(options, 'timezone') ?? register.policy.timezone ?? 'UTC'
  if (!isTimeZone(zone))
    throw releaseFault(
      'RELEASE_DATE_UNREADABLE',
      `expected an IANA time zone such as Europe/Berlin, got ${JSON.stringify(zone)}`,
    )
  return {
    service,
    register,
    zone,
    nameOf: (principal) => people.find((each) => each.id === principal)?.displayName ?? principal,
    personOf: (name) =>
      people.find(
        (each) => each.id === name || (each.kind === 'person' && each.displayName === name),
      )?.person ?? name,
    describe: (atMs) => describeMoment(atMs, zone),
  }
}

/** Signs the change as `--as` and sends it. */
export async function sendChange(
  context: CommandContext,
  service: string,
  options: OptionValues,
  change: Change,
): Promise<RecordedChange> {
  const { digest, clock } = context.ports
  const { signer } = await context.keys.open(requireOption(options, 'as'))
  const place = { service, audience: await audienceOf(context), atMs: clock.nowMs() }
  const sealed = await sealChange({ digest, signer }, place, change)
  return context.client.upload<RecordedChange>('POST', '/v1/changes', sealed.bytes)
}

/** Signs the request as `--as` and sends it. */
export async function sendRequest(
  context: CommandContext,
  options: OptionValues,
  request: WaiverWish,
): Promise<RecordedChange> {
  const { digest, clock } = context.ports
  const { signer } = await context.keys.open(requireOption(options, 'as'))
  const place = { audience: await audienceOf(context), atMs: clock.nowMs() }
  const sealed = await sealWaiverRequest({ digest, signer }, place, request)
  return context.client.upload<RecordedChange>('POST', '/v1/waivers', sealed.bytes)
}

/** Origin of the tenant's ledger, which what is signed is for. */
async function audienceOf(context: CommandContext): Promise<string> {
  const { origin } = await context.client.call<{ origin: string }>('GET', '/v1/ledger/identity')
  return origin
}

/** RFC 3339 UTC of the moment that an option names. @throws RELEASE_DATE_UNREADABLE, RELEASE_OPTION_MISSING */
export function momentOption(
  context: CommandContext,
  opened: OpenedRegister,
  options: OptionValues,
  name: string,
  edge: 'begin' | 'end' = 'end',
): string {
  const text = requireOption(options, name)
  const moment = readMoment(text, opened.zone, context.ports.clock.nowMs(), edge)
  if (moment.ok) return new Date(moment.value).toISOString()
  throw releaseFault('RELEASE_DATE_UNREADABLE', `--${name}: ${moment.reason}`)
}

export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** @throws RELEASE_OPTION_MISSING when the value is none of these */
export function choiceOption<const T extends string>(
  options: OptionValues,
  name: string,
  choices: readonly T[],
  fallback?: T,
): T {
  const text = textOption(options, name)
  if (text === undefined && fallback !== undefined) return fallback
  const found = choices.find((each) => each === text)
  if (found !== undefined) return found
  throw releaseFault(
    'RELEASE_OPTION_MISSING',
    `expected --${name} to be one of ${choices.join(', ')}, got ${text === undefined ? 'nothing' : JSON.stringify(text)}`,
  )
}

/** @throws RELEASE_ENTRY_MISSING */
export function findEntry<T extends { readonly id: string }>(
  entries: readonly T[],
  what: string,
  id: string | undefined,
): T {
  const found = entries.find((each) => each.id === id)
  if (found !== undefined) return found
  throw releaseFault(
    'RELEASE_ENTRY_MISSING',
    `expected one of the ${what}s ${entries.map((each) => each.id).join(', ') || '(none)'}, got ${JSON.stringify(id ?? '')}`,
  )
}

/** One line on what happened and what has to follow. */
export function describeRecorded(recorded: RecordedChange, id: string, done: string): string {
  return recorded.isPending
    ? `${done}: proposed. It takes effect when a second person agrees: seaworthy approve ${id} --as NAME`
    : done
}

/** `1 risk`, `2 risks`. */
export function countNoun(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
