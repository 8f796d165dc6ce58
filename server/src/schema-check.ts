import type { Static, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'

/** Checks values by a schema. The schema is compiled for the first value: a start needs no validator. */
export function schemaCheck<Schema extends TSchema>(
  schema: Schema,
): (value: unknown) => value is Static<Schema> {
  let validator: Validator | undefined
  return (value): value is Static<Schema> => (validator ??= Compile(schema)).Check(value)
}
