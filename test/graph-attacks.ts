// Queries of attackers over the schema of the corpus, from pages in variables to a megabyte of comments.
import { nested, PAGE, times } from './graph-corpus.ts'
import type { CorpusQuery } from './graph-corpus.ts'

/** Fragments that spread the next one twice: 2^levels fields from a few lines. */
function doubling(levels: number, field: string): string {
  const step = (index: number): string =>
    `fragment F${index} on User { a: ${field} { ...F${index + 1} } b: ${field} { ...F${index + 1} } }`
  return `{ me { ...F0 } } ${times(levels, step)} fragment F${levels} on User { id }`
}

export const ATTACKS: readonly CorpusQuery[] = [
  {
    name: 'lists nested twenty deep, pages by default',
    query: `{ users { ${nested('friends', 19)} } }`,
    isValid: true,
  },
  { name: 'lists nested five deep', query: `{ users { ${nested('friends', 5)} } }`, isValid: true },
  { name: 'one page of a million', query: '{ users(first: 1000000) { id } }', isValid: true },
  {
    name: 'pages multiplied, in literals',
    query: '{ users(first: 100) { friends(first: 100) { friends(first: 100) { id } } } }',
    isValid: true,
  },
  { name: 'pages multiplied, in variables', query: PAGE, variables: { n: 100 }, isValid: true },
  {
    name: 'a variable whose default is large',
    query: 'query ($n: Int = 100000) { users(first: $n) { id } }',
    isValid: true,
  },
  {
    name: 'a negative page',
    query: `query ($n: Int) { users(first: $n) { friends(first: $n) { friends(first: $n) { friends { id } } } } }`,
    variables: { n: -500 },
    isValid: true,
  },
  {
    name: 'a page of null',
    query: `query ($n: Int) { users(first: $n) { friends(first: $n) { friends(first: $n) { friends(first: $n) { id } } } } }`,
    variables: { n: null },
    isValid: true,
  },
  {
    name: 'a page of nought',
    query: `{ users(first: 0) { friends(first: 0) { friends(first: 0) { friends(first: 0) { id } } } } }`,
    isValid: true,
  },
  {
    name: 'two slicing arguments, the small one first',
    query: '{ users(first: 1, last: 100000) { id } }',
    isValid: true,
  },
  {
    name: 'a page inside an input object',
    query: 'query ($p: Page) { paged(page: $p) { id } }',
    variables: { p: { size: 99999 } },
    isValid: true,
  },
  {
    name: 'a page inside a literal object',
    query: '{ paged(page: { size: 99999 }) { id } }',
    isValid: true,
  },
  {
    name: 'as many ids as fit',
    query: 'query ($ids: [ID!]!) { byIds(ids: $ids) { friends(first: 10) { id } } }',
    variables: { ids: Array(2_000).fill('1') },
    isValid: true,
  },
  { name: 'a million scalars', query: '{ numbers(first: 1000000) }', isValid: true },
  {
    name: 'a connection sized from above',
    query:
      '{ users(first: 50) { posts(first: 50) { edges { node { author { posts(first: 50) { nodes { id } } } } } } } }',
    isValid: true,
  },
  {
    name: 'sized lists behind a fragment',
    query:
      '{ users(first: 50) { posts(first: 50) { ...P } } } fragment P on PostConnection { nodes { comments(first: 50) { id } } }',
    isValid: true,
  },
  {
    name: 'sized lists behind an inline fragment',
    query:
      '{ users(first: 50) { posts(first: 50) { ... { nodes { comments(first: 50) { id } } } } } }',
    isValid: true,
  },
  {
    name: 'a hundred aliases',
    query: `{ ${times(100, (i) => `a${i}: me { id }`)} }`,
    isValid: true,
  },
  {
    name: 'aliases below the root',
    query: `{ me { ${times(100, (i) => `a${i}: best { id }`)} } }`,
    isValid: true,
  },
  {
    name: 'aliases of __typename',
    query: `{ ${times(200, (i) => `a${i}: __typename`)} }`,
    isValid: true,
  },
  {
    name: 'aliases in a fragment spread often',
    query: `{ ${times(12, (i) => `a${i}: me { ...A }`)} } fragment A on User { ${times(12, (i) => `b${i}: best { id }`)} }`,
    isValid: true,
  },
  {
    name: 'a password tried by aliases',
    query: `mutation { ${times(50, (i) => `a${i}: login(name: "a", secret: "${i}") { id }`)} }`,
    isValid: true,
  },
  {
    name: 'dear fields repeated',
    query: `{ ${times(15, (i) => `a${i}: report(deep: true) { rows { name } }`)} users(first: 9000) { id } }`,
    isValid: true,
  },
  { name: 'fragments doubling thirty times', query: doubling(30, 'best') },
  { name: 'fragments doubling ten times', query: doubling(10, 'best'), isValid: true },
  { name: 'lists below doubling fragments', query: doubling(6, 'friends'), isValid: true },
  {
    name: 'a fragment named __schema hides a list',
    query: `{ users(first: 100) { ...__schema } } fragment __schema on User { friends(first: 100) { friends(first: 10) { id } } }`,
    isValid: true,
  },
  {
    name: 'a fragment named __typename hides depth',
    query: `{ me { ...__typename } } fragment __typename on User { ${nested('best', 30)} }`,
    isValid: true,
  },
  {
    name: 'depth hidden in a chain of fragments',
    query: `{ me { ...F0 } } ${times(25, (i) => `fragment F${i} on User { best { ...F${i + 1} } }`)} fragment F25 on User { id }`,
    isValid: true,
  },
  {
    name: 'a circle of fragments',
    query:
      '{ me { ...A } } fragment A on User { best { ...B } } fragment B on User { best { ...A } }',
  },
  { name: 'a fragment that spreads itself', query: '{ me { ...A } } fragment A on User { ...A }' },
  {
    name: 'single objects nested fifty deep',
    query: `{ me { ${nested('best', 50)} } }`,
    isValid: true,
  },
  {
    name: 'inline fragments nested five thousand deep',
    query: `{ me { ${nested('... on User', 5_000)} } }`,
  },
  { name: 'braces without end', query: '{a'.repeat(40_000) },
  {
    name: 'lists of a literal nested without end',
    query: `{ byIds(ids: ${'['.repeat(20_000)}) { id } }`,
  },
  {
    name: 'inline fragments, fifty by fifty',
    query: `{ me { ${times(50, () => `... on User { ${times(50, () => '... on User { best { id } }')} }`)} } }`,
  },
  { name: 'ten thousand aliases', query: `{ ${times(10_000, (i) => `a${i}: me { id }`)} }` },
  { name: 'two thousand overlapping fields', query: `{ ${times(2_000, () => 'me { id }')} }` },
  {
    name: 'overlapping fields within the token limit',
    query: `{ me { ${times(200, () => 'best { id }')} } }`,
    isValid: true,
  },
  {
    name: 'a directive two thousand times',
    query: `{ me ${'@include(if: true) '.repeat(2_000)}{ id } }`,
  },
  { name: 'an unknown directive ninety times', query: `{ me ${'@a '.repeat(90)}{ id } }` },
  {
    name: 'directives spread by fragments',
    query: `{ ${times(10, (i) => `a${i}: me { ...D }`)} } fragment D on User { ${times(8, (i) => `d${i}: id @include(if: true)`)} }`,
    isValid: true,
  },
  {
    name: 'a list that a wrong @include seems to leave out',
    query: 'query ($no: Boolean) { users(first: 100000) @include(if: $no) { id } }',
    variables: { no: 'false' },
  },
  {
    name: 'a list that a true @include keeps',
    query: 'query ($yes: Boolean = false) { users(first: 100000) @include(if: $yes) { id } }',
    variables: { yes: true },
    isValid: true,
  },
  {
    name: 'a hundred operations',
    query: times(100, (i) => `query Q${i} { me { id } }`),
    operationName: 'Q0',
    isValid: true,
  },
  {
    name: 'types in types in types',
    query: `{ __schema { types { ${nested('fields { type', 5, 'name')} ${'} '.repeat(5)}} } }`,
  },
  {
    name: 'introspection by twenty aliases',
    query: `{ ${times(20, (i) => `a${i}: __schema { types { fields { args { type { ofType { ofType { name } } } } type { name } } } }`)} }`,
    isValid: true,
  },
  {
    name: 'introspection by doubling fragments',
    query: `{ __type(name: "User") { ...T0 } } ${times(20, (i) => `fragment T${i} on __Type { a: ofType { ...T${i + 1} } b: ofType { ...T${i + 1} } }`)} fragment T20 on __Type { name }`,
    isValid: true,
  },
  { name: 'a megabyte of comments', query: `#${'x'.repeat(1_000_000)}\n{ me { id } }` },
  { name: 'a megabyte in a string', query: `{ user(id: "${'x'.repeat(1_000_000)}") { id } }` },
]
