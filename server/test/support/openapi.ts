/** What the tests read of an OpenAPI document. */
export interface OpenApi {
  paths: Record<string, Record<string, Operation | undefined>>
  components: Record<'schemas' | 'headers' | 'examples', Record<string, object>>
}

export interface Operation {
  operationId: string
  tags: string[]
  security: object[]
  responses: Record<string, Response | undefined>
}

export interface Response {
  headers?: Record<string, Reference>
  content?: Record<string, { schema?: object }>
}

export interface Header {
  required?: boolean
  schema: { type?: string }
}

interface Reference {
  $ref: string
}

/** The value that a reference such as `#/components/headers/ETag` names. */
export function lookUp(document: OpenApi, { $ref }: Reference): unknown {
  return $ref
    .split('/')
    .slice(1)
    .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], document)
}

/**
 * A schema of the document without references, which also refuses members that it does not name. The
 * document leaves objects open: a later version can have more members.
 */
export function closedSchema(document: OpenApi, schema: object): object {
  const members = Object.entries(schema).map(([name, value]) => [name, closeIn(document, value)])
  const { $ref, ...own } = Object.fromEntries(members) as { $ref?: string; type?: string }
  if ($ref !== undefined) {
    const target = closedSchema(document, lookUp(document, { $ref }) as object)
    return Object.keys(own).length > 0 ? { allOf: [target, own] } : target
  }
  const isOpenObject = own.type === 'object' && !('additionalProperties' in own)
  return isOpenObject ? { ...own, additionalProperties: false } : own
}

function closeIn(document: OpenApi, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => closeIn(document, item))
  return typeof value === 'object' && value !== null ? closedSchema(document, value) : value
}
