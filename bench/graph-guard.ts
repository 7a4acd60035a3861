// Scores a second and attacks missed, against graphql-armor and graphql-query-complexity in the same run.
import { cpus, loadavg } from 'node:os'
import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit'
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases'
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth'
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives'
import { buildSchema, parse, specifiedRules, validate } from 'graphql'
import type { DocumentNode, ValidationRule } from 'graphql'
import { getComplexity, simpleEstimator } from 'graphql-query-complexity'
import { makeGraphGuard } from '../src/guard/index.ts'
import { nodeGuardClock as clock } from '../src/guard/node.ts'
import { ATTACKS } from '../test/graph-attacks.ts'
import { CORPUS_SCHEMA, LEGITIMATE } from '../test/graph-corpus.ts'
import type { CorpusQuery } from '../test/graph-corpus.ts'

const ROUNDS = 5
const ROUND_MS = 300
const TOKEN_LIMIT = 1_000
const COST_LIMIT = 10_000

const schema = buildSchema(CORPUS_SCHEMA)
const guard = makeGraphGuard({ clock })

/** Its limits are its own defaults, or so wide that nothing ends early where speed is compared. */
const armorRules: readonly ValidationRule[] = [
  costLimitRule(),
  maxDepthRule(),
  maxAliasesRule(),
  maxDirectivesRule(),
]
const wideRules: readonly ValidationRule[] = [
  costLimitRule({ maxCost: 1e12 }),
  maxDepthRule({ n: 1_000 }),
  maxAliasesRule({ n: 1_000 }),
  maxDirectivesRule({ n: 1_000 }),
]
const estimators = [simpleEstimator({ defaultComplexity: 1 })]

interface Judge {
  readonly name: string
  /** Whether it refuses a query that parses; a parser's own token limit of 1,000 goes before for the peers. */
  refuses(call: CorpusQuery, document: DocumentNode): boolean
}

const JUDGES: readonly Judge[] = [
  {
    name: 'this guard',
    refuses: (call, document) =>
      !(guard.scan(call.query).allowed && guard.score({ schema, document, ...call }).allowed),
  },
  {
    name: 'graphql-armor (cost, depth, aliases, directives)',
    refuses: (_call, document) => validate(schema, document, armorRules).length > 0,
  },
  {
    name: 'graphql-query-complexity (simple estimator)',
    refuses: ({ variables = {}, operationName = '' }, query) =>
      getComplexity({
        estimators,
        schema,
        query,
        variables,
        ...(operationName === '' ? {} : { operationName }),
      }) > COST_LIMIT,
  },
]

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** Calls a second of processor time, so that a shared machine does not count. */
function rateOf(work: () => void): number {
  const began = process.cpuUsage()
  const endsAt = performance.now() + ROUND_MS
  let count = 0
  while (performance.now() < endsAt) {
    for (let index = 0; index < 20; index++) work()
    count += 20
  }
  const { user, system } = process.cpuUsage(began)
  return (count / (user + system)) * 1e6
}

function compareRates(what: string, call: CorpusQuery): void {
  const document = parse(call.query)
  const works = new Map<string, () => void>([
    ['this guard, document only', () => void guard.score({ schema, document, ...call })],
    ...[JUDGES[0]!, JUDGES[2]!].map(
      ({ name, refuses }) => [name, () => void refuses(call, document)] as const,
    ),
    ['graphql-armor, limits out of reach', () => void validate(schema, document, wideRules)],
    ['parse of graphql', () => void parse(call.query)],
    ['validate of graphql', () => void validate(schema, document)],
  ])
  const rates = new Map([...works.keys()].map((name) => [name, [] as number[]]))
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, work] of works) rates.get(name)!.push(rateOf(work))
  for (const [name, each] of rates)
    say(
      `| ${what}, ${call.query.length} characters: ${name} | ${(median(each) / 1_000).toFixed(1)} k/s |`,
    )
}

/** What a server without the guard would still refuse: its parser with a token limit, and validation. */
function stopsAtServer(call: CorpusQuery): boolean {
  try {
    return (
      validate(schema, parse(call.query, { maxTokens: TOKEN_LIMIT }), specifiedRules).length > 0
    )
  } catch {
    return true
  }
}

function verdictOf(judge: Judge, call: CorpusQuery): 'refused' | 'admitted' | 'crashed' {
  try {
    return judge.refuses(call, parse(call.query)) ? 'refused' : 'admitted'
  } catch (error) {
    // graphql-query-complexity throws past its own limit of nodes, which is a refusal as well.
    return error instanceof RangeError ? 'crashed' : 'refused'
  }
}

function compareVerdicts(): void {
  const attacks = ATTACKS.filter((call) => !stopsAtServer(call))
  for (const judge of JUDGES) {
    const missed = attacks.filter((call) => verdictOf(judge, call) !== 'refused')
    const blocked = LEGITIMATE.filter((call) => verdictOf(judge, call) !== 'admitted')
    say(
      `| ${judge.name}: attacks missed of ${attacks.length} that parse and validate / legitimate blocked of ${LEGITIMATE.length} | ${missed.length} / ${blocked.length} |`,
    )
    if (process.argv.includes('--names'))
      for (const { name } of [...missed, ...blocked]) say(`  ${name}`)
  }
}

say(
  `${cpus().length} × ${cpus()[0]?.model ?? '?'}, Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(1)}; node bench/graph-guard.ts`,
)
compareVerdicts()
compareRates('small query', {
  name: 'small',
  query: 'query ($n: Int) { users(first: $n) { id name best { id } } }',
  variables: { n: 10 },
})
const feed = LEGITIMATE.find(({ name }) => name === 'a feed of fragments')
if (feed !== undefined) compareRates('feed with fragments', feed)
