// Words of the cost table: what of a schema is read, and what is kept of it for the walk.
import type { SchemaElement } from './cost-directives.ts'

/** What is taken where a schema says nothing. */
export interface CostTerms {
  /** Length of a list that nothing is known of. Default 10. */
  readonly assumedListSize: number
  /** Arguments read as lengths where no `@listSize` stands. */
  readonly slicingNames: readonly string[]
  /** Lists of a connection that such an argument sizes. */
  readonly sizedNames: readonly string[]
  /** What the introspection query that tools send costs. */
  readonly introspectionCost: number
}

export interface FieldCost {
  /** Of one value. */
  readonly weight: number
  /** Levels of lists, 0 for none. */
  readonly listLevels: number
  readonly assumedSize: number
  readonly slicing: readonly SlicingArgument[]
  readonly requireOne: boolean
  /** The fields below that are as long as the slicing arguments say; absent = this field is. */
  readonly sizedFields: ReadonlySet<string> | undefined
  /** Arguments that cost something when given, by themselves or by what they hold. */
  readonly argumentCosts: ReadonlyMap<string, InputElement> | undefined
  readonly type: TypeCost | undefined
}

/** An argument, or a field of an input object. */
export interface InputElement {
  /** Once, when it is given. */
  readonly weight: number
  /** The input object that it holds, or a list of; undefined where nothing in it costs anything. */
  readonly below: InputCost | undefined
}

/** An input object's fields that can cost something. */
export interface InputCost {
  readonly fields: ReadonlyMap<string, InputElement>
}

export interface SlicingArgument {
  readonly path: readonly string[]
  /** What the schema gives where the query does not. */
  readonly byDefault: unknown
}

export interface TypeCost {
  readonly name: string
  readonly isObject: boolean
  readonly isIntrospection: boolean
  readonly isComposite: boolean
  readonly weight: number
  /** Filled after all types are known. */
  readonly fields: Map<string, FieldCost>
}

export interface CostTable {
  /** `__schema` and `__type`, which stand in no type. */
  readonly introspection: ReadonlyMap<string, FieldCost>
  readonly types: ReadonlyMap<string, TypeCost>
  rootOf(operation: unknown): TypeCost | undefined
}

export interface ArgumentLike extends SchemaElement {
  readonly name: string
  readonly type: unknown
  readonly defaultValue?: unknown
  /** Version 17. */
  readonly default?: { readonly value?: unknown } | null
}

export interface FieldLike extends SchemaElement {
  readonly type: unknown
  readonly args?: readonly ArgumentLike[]
}

export interface TypeLike extends SchemaElement {
  readonly name: string
  getFields?(): Readonly<Record<string, FieldLike>>
  getTypes?(): unknown
  getValues?(): unknown
}
