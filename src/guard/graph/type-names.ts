// What a type of a schema is called, below its lists and non-nulls, and which class of graphql's it is of.
import { isGiven } from './graph-shapes.ts'

/** All versions name their classes so for `Object.prototype.toString`, across realms and copies of the package. */
export function tagOf(type: unknown): string {
  return Object.prototype.toString.call(type).slice(8, -1)
}

interface Wrapped {
  readonly ofType?: unknown
  readonly name?: string
}

/** The type below lists and non-nulls; graphql knows no deeper wrapping than a document may nest. */
export function namedType(type: unknown): { readonly name: string; readonly listLevels: number } {
  let at = type as Wrapped
  let listLevels = 0
  while (isGiven(at.ofType)) {
    if (tagOf(at) === 'GraphQLList') listLevels++
    at = at.ofType
  }
  return { name: at.name ?? '', listLevels }
}
