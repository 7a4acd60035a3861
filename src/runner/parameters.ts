// Reads --param and --secret: values for the gates, the secret ones apart and masked in everything that is stored.
import { canonicalBytes, contentDigest, MASK } from '../kernel/index.ts'
import type { ContentDigest, Digest } from '../kernel/index.ts'
import type { CommandContext, OptionValues } from '../client/index.ts'
import { runnerFault } from './errors.ts'
import { isSecretParameter } from './masking.ts'

export interface RunParameters {
  /** As they are stored and shown. */
  readonly shown: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
  /** Over the real values: pins them in a confirm token. */
  readonly digest: ContentDigest
}

/** @throws RUNNER_OPTION_REFUSED for a malformed name, or a name without a value anywhere */
export function readParameters(
  context: CommandContext,
  digest: Digest,
  options: OptionValues,
): RunParameters {
  const values: Record<string, string> = {}
  const secretPairs = listOption(options, 'secret')
  const declared = new Set(secretPairs.map((pair) => splitPair(pair)[0]))
  for (const given of [...listOption(options, 'param'), ...secretPairs]) {
    const [name, value] = splitPair(given)
    if (Object.hasOwn(values, name) && value === undefined) continue
    const found = value ?? context.environmentValue(name)
    if (found === undefined) {
      throw runnerFault(
        'RUNNER_PARAMETER_REFUSED',
        `expected a value for ${name}: write ${name}=VALUE, or set ${name} in the environment`,
      )
    }
    values[name] = found
  }
  const isSecret = (name: string, value: string): boolean =>
    declared.has(name) || isSecretParameter(name, value)
  const entries = Object.entries(values)
  return {
    shown: Object.fromEntries(
      entries.map(([name, value]) => [name, isSecret(name, value) ? MASK : value]),
    ),
    secrets: Object.fromEntries(entries.filter(([name, value]) => isSecret(name, value))),
    digest: contentDigest(digest.sha256(canonicalBytes(values))),
  }
}

/** `name=value` or `name`. */
export function splitPair(text: string): readonly [string, string | undefined] {
  const at = text.indexOf('=')
  const name = at === -1 ? text : text.slice(0, at)
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw runnerFault(
      'RUNNER_PARAMETER_REFUSED',
      `expected NAME or NAME=VALUE, got ${JSON.stringify(name.slice(0, 100))}`,
    )
  }
  return [name, at === -1 ? undefined : text.slice(at + 1)]
}

export function listOption(options: OptionValues, name: string): readonly string[] {
  const value = options[name]
  return Array.isArray(value) ? (value as readonly string[]) : []
}
