import { pathSegment } from '@entra-bff/shared'

/** What the API page reads of an OpenAPI document. */
export interface OpenApiDocument {
  tags: { name: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

interface Operation {
  operationId: string
  summary: string
  description?: string
  tags: string[]
  security: Record<string, string[]>[]
  parameters: Parameter[]
  requestBody?: Body
  responses: Record<string, Answer>
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  schema: Schema
}

interface Answer extends Partial<Body> {
  description: string
  headers?: Record<string, object>
}

interface Body {
  content: Record<string, { schema?: Schema }>
}

interface Schema {
  $ref?: string
  type?: string
  items?: Schema
  properties?: Record<string, Schema>
  anyOf?: Schema[]
  enum?: string[]
  const?: string
  minimum?: number
  examples?: unknown[]
}

/** One method of one path. */
export interface Endpoint extends Operation {
  /** In capital letters. */
  method: string
  path: string
}

export function groupsOf({ tags, paths }: OpenApiDocument) {
  const endpoints = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]): Endpoint => ({
      ...operation,
      method: method.toUpperCase(),
      path,
    })),
  )
  return tags.map(({ name }) => ({
    name,
    endpoints: endpoints.filter((endpoint) => endpoint.tags.includes(name)),
  }))
}

/** Whether no fetch can make the request: a browser must go there, or the answer never ends. */
export function isOnlyForBrowsers({ method, responses }: Endpoint) {
  const isNavigation = method === 'GET' && ('302' in responses || '303' in responses)
  return isNavigation || 'text/event-stream' in (responses['200']?.content ?? {})
}

/** An example of a body, as text: the first that its schema gives, else the members that the schema names. */
export function exampleIn({ components }: OpenApiDocument, body: Partial<Body> | undefined) {
  const [media] = Object.values(body?.content ?? {})
  return media?.schema && JSON.stringify(exampleOf(media.schema), null, 4)

  function exampleOf(schema: Schema): unknown {
    const name = schema.$ref?.split('/').at(-1)
    const named = name === undefined ? schema : (components.schemas[name] ?? schema)
    const given = named.examples?.[0] ?? named.const ?? named.enum?.[0]
    if (given !== undefined) return given
    const option = named.anyOf?.[0]
    if (option) return exampleOf(option)
    if (named.type === 'array') return named.items ? [exampleOf(named.items)] : []
    if (named.type === 'object') {
      const members = Object.entries(named.properties ?? {})
      return Object.fromEntries(members.map(([member, its]) => [member, exampleOf(its)]))
    }
    return named.minimum ?? emptyValues[named.type ?? ''] ?? null
  }
}

const emptyValues: Readonly<Partial<Record<string, unknown>>> = {
  string: '',
  boolean: false,
  integer: 0,
  number: 0,
}

/**
 * @param values what a person has filled in, by the name of the parameter
 * @throws {TypeError} for a value that would lead to another path: `..`
 */
export function requestOf({ path, parameters }: Endpoint, values: Record<string, string>) {
  const filled = (place: Parameter['in']) =>
    parameters
      .filter((parameter) => parameter.in === place && values[parameter.name])
      .map(({ name }): [string, string] => [name, values[name] ?? ''])
  const search = new URLSearchParams(filled('query')).toString()
  const address = path.replace(/\{(\w+)\}/g, (_match, name: string) =>
    pathSegment(name, values[name]),
  )
  return {
    path: search ? `${address}?${search}` : address,
    headers: Object.fromEntries(filled('header')),
  }
}
