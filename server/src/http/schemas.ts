import type { FastifyInstance, FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Check, Clean, Errors } from 'typebox/value'
import { Failure } from '../failure.ts'

/**
 * Checks requests and trims answers by the TypeBox schemas of the routes. Loading and running Fastify's
 * own compilers would take a quarter of the start.
 */
export function useTypeBox(app: FastifyInstance): void {
  app.setValidatorCompiler(validator)
  app.setSerializerCompiler(serializer)
}

const validator: FastifySchemaCompiler<TSchema> =
  ({ schema, httpPart = '' }) =>
  (value: unknown) => {
    if (Check(schema, value)) return { value }
    const [first] = Errors(schema, value)
    const fault = `${httpPart}${first?.instancePath ?? ''} ${first?.message ?? ''}`
    const publicDetail = `This does not fit: ${fault}.`
    return { error: new Failure('invalid_request', fault, { publicDetail }) }
  }

/** A member that the schema does not name is never sent. */
const serializer: FastifySerializerCompiler<TSchema> =
  ({ schema }) =>
  (answer: unknown) =>
    JSON.stringify(Clean(schema, structuredClone(answer)))

const notLoaded = (): never => {
  throw new Error('Fastify’s own compilers of schemas are not used')
}

/** For Fastify's options: keeps Fastify from loading its own compilers. */
export const noOwnCompilers = {
  compilersFactory: { buildValidator: notLoaded, buildSerializer: notLoaded },
}
