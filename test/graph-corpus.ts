// A schema and the queries of its ordinary clients; each server and each guard gets the same ones.
import { getIntrospectionQuery } from 'graphql'

/** Ordinary lists and connections, priced here and there; what `@cost` and `@listSize` leave out has to be guessed. */
export const CORPUS_SCHEMA = `
directive @cost(weight: String!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | OBJECT | SCALAR
directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
interface Node { id: ID! }
type Query {
  me: User
  user(id: ID!): User
  users(first: Int, last: Int): [User!]! @listSize(assumedSize: 20, slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
  strict(first: Int, last: Int): [User!]! @listSize(assumedSize: 20, slicingArguments: ["first", "last"])
  paged(page: Page): [User!]! @listSize(assumedSize: 20, slicingArguments: ["page.size"], requireOneSlicingArgument: false)
  byIds(ids: [ID!]!): [User!]! @listSize(assumedSize: 1, slicingArguments: ["ids"])
  search(text: String!, first: Int = 10): [Found!]!
  nodes(limit: Int): [Node!]!
  numbers(first: Int): [Int!]!
  report(deep: Boolean @cost(weight: "50")): Report @cost(weight: "100")
}
input Page { size: Int after: String }
type Mutation { login(name: String!, secret: String!): User post(text: String!): Post }
union Found = User | Post
type Report { total: Int rows: [Row!]! }
type Row { name: String value: Float }
type User implements Node {
  id: ID!
  name: String
  best: User
  friends(first: Int): [User!]!
  posts(first: Int, after: String): PostConnection! @listSize(assumedSize: 10, slicingArguments: ["first"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)
}
type PostConnection { edges: [PostEdge!]! nodes: [Post!]! total: Int }
type PostEdge { node: Post! cursor: String }
type Post implements Node { id: ID! title: String author: User comments(first: Int): [Comment!]! }
type Comment { id: ID! text: String author: User }
`

export interface CorpusQuery {
  readonly name: string
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly operationName?: string
  /** Valid and small enough for graphql's own limits, so that only a cost guard can refuse it. */
  readonly isValid?: boolean
}

/** `{ a { a { … leaf } } }` */
export function nested(field: string, levels: number, leaf = 'id'): string {
  return `${`${field} { `.repeat(levels)}${leaf}${' }'.repeat(levels)}`
}

export function times(count: number, make: (index: number) => string, glue = ' '): string {
  return Array.from({ length: count }, (_, index) => make(index)).join(glue)
}

export const PAGE =
  'query ($n: Int) { users(first: $n) { posts(first: $n) { nodes { comments(first: $n) { id } } } } }'

const RELAY = `query Feed($count: Int!, $cursor: String, $withComments: Boolean = false) {
  me { id ...Profile posts(first: $count, after: $cursor) { edges { node { ...Card } cursor } total } }
}
fragment Profile on User { name best { id name } }
fragment Card on Post { id title author { ...Profile } comments(first: 3) @include(if: $withComments) { id text author { id name } } }`

export const LEGITIMATE: readonly CorpusQuery[] = [
  { name: 'one object', query: '{ me { id name } }' },
  {
    name: 'one by id',
    query: 'query One($id: ID!) { user(id: $id) { id name best { id } } }',
    variables: { id: '7' },
  },
  { name: 'the largest page of a usual API', query: '{ users(first: 100) { id name } }' },
  {
    name: 'two levels of pages',
    query: '{ users(first: 50) { id friends(first: 50) { id name } } }',
  },
  { name: 'a page by a variable', query: PAGE, variables: { n: 15 } },
  { name: 'a page by default', query: '{ users { id posts { nodes { id title } } } }' },
  { name: 'a feed of fragments', query: RELAY, variables: { count: 20, withComments: true } },
  { name: 'a feed without its comments', query: RELAY, variables: { count: 50 } },
  {
    name: 'a branch left out by its variable',
    query:
      'query ($no: Boolean!) { users(first: 5000) @include(if: $no) { friends(first: 100) { id } } me { id } }',
    variables: { no: false },
  },
  {
    name: 'a branch skipped by its variable',
    query:
      'query ($no: Boolean = true) { users(first: 5000) @skip(if: $no) { friends(first: 100) { id } } me { id } }',
  },
  {
    name: 'a dashboard of aliases',
    query: `{ ${times(12, (i) => `u${i}: user(id: "${i}") { id name }`)} }`,
  },
  {
    name: 'fields under new names',
    query: `{ users(first: 20) { key: id label: name bestKey: best { key: id } } }`,
  },
  {
    name: 'a search over a union',
    query:
      '{ search(text: "a") { __typename ... on User { id name friends(first: 20) { id } } ... on Post { id title comments(first: 20) { id } } } }',
  },
  {
    name: 'a union whose parts are dear, each alone',
    query:
      '{ search(text: "a", first: 40) { ... on User { friends(first: 200) { id } } ... on Post { comments(first: 200) { id } } } }',
  },
  {
    name: 'any node',
    query: '{ nodes(limit: 50) { id __typename ... on User { name } ... on Post { title } } }',
  },
  {
    name: 'the second of two operations',
    query: 'query Big { users(first: 100000) { id } } query Small { me { id } }',
    operationName: 'Small',
  },
  {
    name: 'the strict list, sliced once',
    query: 'query ($n: Int!) { strict(first: $n) { id } }',
    variables: { n: 10 },
  },
  {
    name: 'the strict list, its other argument null',
    query: 'query ($n: Int, $m: Int) { strict(first: $n, last: $m) { id } }',
    variables: { n: 10, m: null },
  },
  {
    name: 'ids in a list',
    query: 'query ($ids: [ID!]!) { byIds(ids: $ids) { id name } }',
    variables: { ids: ['1', '2', '3'] },
  },
  { name: 'a page in an object', query: '{ paged(page: { size: 50, after: "x" }) { id name } }' },
  { name: 'a report', query: '{ report(deep: true) { total rows { name value } } }' },
  {
    name: 'a mutation',
    query: 'mutation Post($text: String!) { post(text: $text) { id author { id } } }',
    variables: { text: '{ { { [ [ ( ( "' },
  },
  {
    name: 'signs that look like structure, in strings and comments',
    query: `{ user(id: "${'{['.repeat(200)}") { id } } # ${'{'.repeat(500)}`,
  },
  {
    name: 'a block string',
    query: `mutation { post(text: """${'{ a { b [ '.repeat(100)} \\""" """) { id } }`,
  },
  { name: 'ten levels of single objects', query: `{ me { ${nested('best', 10)} } }` },
  { name: 'the introspection of GraphiQL', query: getIntrospectionQuery() },
  {
    name: 'the introspection of a code generator',
    query: getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      inputValueDeprecation: true,
      schemaDescription: true,
      directiveIsRepeatable: true,
    }),
  },
  {
    name: 'one type',
    query:
      '{ __type(name: "User") { name fields { name type { name kind ofType { name kind } } } } }',
  },
  {
    name: 'a fragment that is used three times',
    query: `{ a: user(id: 1) { ...U } b: user(id: 2) { ...U } me { ...U } } fragment U on User { id name posts(first: 10) { nodes { id title } } }`,
  },
  {
    name: 'a few directives',
    query:
      'query ($a: Boolean = true) { me @include(if: $a) { id @include(if: $a) name @skip(if: $a) best @include(if: $a) { id } } }',
  },
]
