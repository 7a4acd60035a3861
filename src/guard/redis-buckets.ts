// Buckets that several processes share through Redis: one script per decision, on the server's own clock.
import { bucketRates, describeBucket, describeWindow } from './bucket.ts'
import { GuardFault } from './errors.ts'
import type {
  BucketPolicy,
  RateDecision,
  RatePolicy,
  SharedBuckets,
  WindowPolicy,
} from './model.ts'
import { checkCost, checkPolicy } from './policy.ts'

/** Runs a script by its text: EVALSHA with EVAL behind it is the binding's business. Works with any Redis client. */
export type RunRedisScript = (
  script: string,
  keys: readonly string[],
  args: readonly string[],
) => Promise<unknown>

/*
 * Numbers are doubles in Lua too, exact to 2^53 microseconds. TIME is the server's: clients' clocks do not matter.
 * A full bucket is no key at all: expiry and refill are the same moment. No bucket owes more than it holds: a server whose
 * clock was set back would otherwise refuse for as long.
 */
const TAKE_FROM_BUCKET = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local full_at = tonumber(redis.call('GET', KEYS[1]) or '0')
local taken = tonumber(ARGV[1])
local full = tonumber(ARGV[2])
if full_at < now then full_at = now end
if full_at > now + full then
  full_at = now + full
  redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', math.ceil(full / 1000) + 1)
end
local next_full_at = full_at + taken
if next_full_at - now > full then return {0, full_at - now} end
if taken > 0 then
  redis.call('SET', KEYS[1], string.format('%.0f', next_full_at), 'PX', math.ceil((next_full_at - now) / 1000) + 1)
end
return {1, next_full_at - now}
`

/** How long a window's key outlives its window, in milliseconds. */
const WINDOW_GRACE_MS = 10_000

// The key names the window, so the window is worked out from the server's clock before the key is touched; the key that
// is declared is the stem, and with it the slot of a cluster, because the stem stands in braces.
const TAKE_FROM_WINDOW = `
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local cost = tonumber(ARGV[1])
local limit = tonumber(ARGV[2])
local window_ms = tonumber(ARGV[3])
local key = KEYS[1] .. ':' .. string.format('%.0f', math.floor(now_ms / window_ms))
local used = tonumber(redis.call('GET', key) or '0')
if used + cost > limit then return {0, string.format('%.17g', used), now_ms} end
if cost > 0 then
  redis.call('SET', key, string.format('%.17g', used + cost), 'PX', window_ms + tonumber(ARGV[4]))
end
return {1, string.format('%.17g', used + cost), now_ms}
`

/**
 * @param prefix begins every key, so that one Redis can serve several applications
 * @throws GuardFault GUARD_POLICY_INVALID from `take`, once per policy, and GUARD_STORE_ANSWER_INVALID
 */
export function makeRedisBuckets(run: RunRedisScript, prefix = 'rl'): SharedBuckets {
  const checked = new WeakSet<RatePolicy>()
  return {
    async take(key, policy, cost) {
      checkCost(cost)
      if (!checked.has(policy)) checked.add(checkPolicy(policy))
      return policy.kind === 'bucket'
        ? takeBucket(run, `${prefix}:${policy.name}:${key}`, policy, cost)
        : takeWindow(run, `${prefix}:{${key}}`, policy, cost)
    },
  }
}

async function takeBucket(
  run: RunRedisScript,
  key: string,
  policy: BucketPolicy,
  cost: number,
): Promise<RateDecision> {
  const rates = bucketRates(policy)
  const args = [String(Math.ceil(cost * rates.tokenUs)), String(rates.fullUs)]
  const [allowed, owedUs] = numbersOf(await run(TAKE_FROM_BUCKET, [key], args), 2)
  return describeBucket(rates, owedUs!, 0, cost, allowed === 1)
}

/** The key of the reference checklists, `rl:{workspace}:{minute}`, for windows of a minute. */
async function takeWindow(
  run: RunRedisScript,
  stem: string,
  policy: WindowPolicy,
  cost: number,
): Promise<RateDecision> {
  const args = [cost, policy.limit, policy.windowMs, WINDOW_GRACE_MS].map(String)
  const [allowed, used, nowMs] = numbersOf(await run(TAKE_FROM_WINDOW, [stem], args), 3)
  return describeWindow(policy, used!, nowMs!, allowed === 1)
}

function numbersOf(answer: unknown, count: number): readonly number[] {
  const numbers = Array.isArray(answer) ? answer.map(Number) : []
  if (numbers.length !== count || !numbers.every((value) => Number.isFinite(value) && value >= 0))
    throw new GuardFault(
      'GUARD_STORE_ANSWER_INVALID',
      `expected ${count} numbers from the store, got ${JSON.stringify(answer)}`,
    )
  return numbers
}
