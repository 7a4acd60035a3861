// Decides what one reader gets: sources are put together so that a disable wins, then the rule looks at tenant and targeting key.
import type { SwitchAnswer, SwitchContext, SwitchRule, SwitchState, SwitchWord } from './model.ts'
import { hashStably } from './stable-hash.ts'
import { SHARES_PER_PERCENT } from './switch-terms.ts'
import type { CheckedDefinition } from './switch-terms.ts'

const HASH_VALUES = 2 ** 32

/** What all sources together come to. */
export interface MergedSwitch {
  readonly state: SwitchState
  readonly rule: SwitchRule | undefined
  /** Source that decided the state, or `boot`. */
  readonly by: string
}

/**
 * Off if any source says off, on if any says on, else the boot default. The rule is that of the first source that has one whose
 * variants the code knows.
 */
export function mergeWords(
  definition: CheckedDefinition,
  words: readonly { readonly source: string; readonly word: SwitchWord }[],
): MergedSwitch {
  const rule = words.find(
    ({ word }) => word.rule !== undefined && unknownVariant(definition, word.rule) === undefined,
  )?.word.rule
  const deciding = words.find(({ word }) => word.state === 'off') ?? words[0]
  if (deciding === undefined) return { state: definition.boot, rule, by: 'boot' }
  return { state: deciding.word.state, rule, by: deciding.source }
}

/** A variant that the rule names and the definition does not have. */
export function unknownVariant(
  { variants, kind }: CheckedDefinition,
  { variant, tenants, rollout }: SwitchRule,
): string | undefined {
  if (kind === 'kill-switch') return 'any: a kill switch has no rule'
  const named = [
    ...(variant === undefined ? [] : [variant]),
    ...(tenants?.values() ?? []),
    ...(rollout ?? []).map((each) => each.variant),
  ]
  return named.find((each) => !Object.hasOwn(variants, each))
}

/** @param name salts the hash, so that two flags do not pick the same people */
export function evaluateSwitch(
  name: string,
  definition: CheckedDefinition,
  { state, rule, by }: MergedSwitch,
  context: SwitchContext = {},
): SwitchAnswer {
  const { onVariant, offVariant } = definition
  const answer = (variant: string, reason: SwitchAnswer['reason']): SwitchAnswer => ({
    value: definition.variants[variant]!,
    variant,
    reason,
  })
  if (state === 'off') return answer(offVariant, by === 'boot' ? 'DEFAULT' : 'DISABLED')
  if (rule === undefined) return answer(onVariant, by === 'boot' ? 'DEFAULT' : 'STATIC')
  const { tenant, targetingKey } = context
  const targeted = tenant === undefined ? undefined : rule.tenants?.get(tenant)
  if (targeted !== undefined) return answer(targeted, 'TARGETING_MATCH')
  const isPartial = rule.tenants !== undefined || rule.rollout !== undefined
  const rest = rule.variant ?? (isPartial ? offVariant : onVariant)
  if (rule.rollout === undefined) return answer(rest, isPartial ? 'DEFAULT' : 'STATIC')
  if (targetingKey === undefined || targetingKey === '')
    return { ...answer(rest, 'ERROR'), errorCode: 'TARGETING_KEY_MISSING' }
  return answer(pickShare(rule.rollout, `${name}${targetingKey}`) ?? rest, 'SPLIT')
}

/** Shares lie side by side from 0: whoever is among the first 5 % stays in when they become 25 %. */
function pickShare(rollout: NonNullable<SwitchRule['rollout']>, text: string): string | undefined {
  const place = Math.floor((hashStably(text) / HASH_VALUES) * 100 * SHARES_PER_PERCENT)
  let end = 0
  for (const { variant, percent } of rollout) {
    end += Math.round(percent * SHARES_PER_PERCENT)
    if (place < end) return variant
  }
  return undefined
}
