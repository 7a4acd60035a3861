// What of the switches is public.
export * from './bindings.ts'
export * from './evaluate.ts'
export type * from './model.ts'
export * from './propagation.ts'
export * from './steady-look.ts'
export * from './switch-terms.ts'
export * from './switches.ts'
