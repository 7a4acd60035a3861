// Queries that mean something in every schema: hostile ones, and ordinary ones in spellings that nobody can know beforehand.

/** Runs in every schema. */
export const PLAIN_QUERY = '{ __typename }'

export interface GraphBomb {
  readonly name: string
  readonly body: unknown
}

/** They ask for `__typename`, for the schema itself, or for nothing. */
export function graphBombs(): readonly GraphBomb[] {
  const times = (count: number, make: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => make(index)).join(' ')
  const nested = (count: number, open: string, inner: string): string =>
    open.repeat(count) + inner + '}'.repeat(count)
  const doubling = times(24, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)
  const queries: readonly (readonly [string, string])[] = [
    ['20,000 aliases', `{ ${times(20_000, (i) => `a${i}:__typename`)} }`],
    ['5,000 times the same field', `{ ${times(5_000, () => '__typename')} }`],
    ['5,000 directives on one field', `{ __typename ${times(5_000, () => '@skip(if:false)')} }`],
    [
      'deep introspection',
      `{ __schema { types { ${nested(30, 'fields { type { ', 'name').replace(/\}+$/, '}'.repeat(60))} } } }`,
    ],
    ['depth of 5,000', `{ ${nested(5_000, 'a{', 'b')} }`],
    ['20,000 open braces', '{'.repeat(20_000)],
    ['list value 20,000 deep', `{ a(b:${'['.repeat(20_000)}${']'.repeat(20_000)}) }`],
    ['fragments in a circle', '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }'],
    ['24 fragments that double', `{ ...f0 } ${doubling} fragment f24 on Query { __typename }`],
    ['3,000 inline fragments in each other', `{ ${nested(3_000, '... on Query{', '__typename')} }`],
    ['2,000 operations', times(2_000, (i) => `query q${i} { __typename }`)],
    [
      '2,000 fragments nobody uses',
      `{ __typename } ${times(2_000, (i) => `fragment u${i} on Query { __typename }`)}`,
    ],
  ]
  return [
    ...queries.map(([name, query]) => ({ name, body: { query } })),
    {
      name: 'a batch of 1,000',
      body: Array.from({ length: 1_000 }, () => ({ query: PLAIN_QUERY })),
    },
    { name: 'a megabyte of comment', body: { query: `{ __typename } #${'x'.repeat(1_000_000)}` } },
  ]
}

export interface OrdinaryQuery {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly operationName?: string
}

/** Small queries that every service has to answer which answers the plain one. @param tag letters and digits of this moment */
export function ordinaryQueries(tag: string): readonly OrdinaryQuery[] {
  return [
    { query: PLAIN_QUERY },
    { query: `query Of${tag} { __typename }` },
    { query: '{\n\t__typename,\n}\n' },
    { query: `{ is${tag}: __typename }` },
    { query: `{ __typename a${tag}: __typename } # ${tag}` },
    {
      query: `query Of${tag}($is${tag}: Boolean!) { __typename @include(if: $is${tag}) }`,
      variables: { [`is${tag}`]: true },
      operationName: `Of${tag}`,
    },
  ]
}
