import { Check, Errors } from 'typebox/value'
import {
  closedSchema,
  type Header,
  lookUp,
  type OpenApi,
  type Operation,
  type Response,
} from './openapi.ts'

export interface SeenAnswer {
  method: string
  /** Without a query or a fragment. */
  path: string
  status: number
  headers: Readonly<Record<string, number | string | string[] | undefined>>
  body: Buffer
}

/** Statuses of requests that reach no route. */
const statusesWithoutRoute = [400, 404, 405, 413, 415]

/** Headers that are not about one answer, or that the document tells elsewhere. */
const commonHeaders = new Set([
  ...['connection', 'content-encoding', 'content-length', 'content-type', 'date', 'keep-alive'],
  ...['transfer-encoding', 'vary', 'set-cookie', 'x-accel-buffering', 'cache-control'],
  ...['content-security-policy', 'cross-origin-opener-policy', 'cross-origin-resource-policy'],
  ...['permissions-policy', 'referrer-policy', 'strict-transport-security'],
  ...['x-content-type-options'],
])

/** Compares the answers of one server with its document. */
export class AnswerCheck {
  readonly #document: OpenApi
  readonly #paths: readonly { pattern: RegExp; path: string }[]
  readonly #closed = new Map<object, object>()

  constructor(document: OpenApi) {
    this.#document = document
    this.#paths = Object.keys(document.paths)
      .sort((a, b) => weightOf(a) - weightOf(b))
      .map((path) => ({ pattern: patternOf(path), path }))
  }

  /** @returns what the document does not say of this answer, as a sentence; undefined for a good answer */
  faultOf(answer: SeenAnswer): string | undefined {
    const { method, path, status } = answer
    const fault = this.#faultOf(answer)
    return fault && `${method} ${path} answered ${String(status)}: ${fault}.`
  }

  #faultOf(answer: SeenAnswer): string | undefined {
    const { method, path, status } = answer
    const found = this.#paths.find(({ pattern }) => pattern.test(path))
    const name = method === 'HEAD' ? 'get' : method.toLowerCase()
    const operation = found && this.#document.paths[found.path]?.[name]
    // HEAD is no method of some routes. A browser then gets the page, as for a path that nobody has.
    if (method === 'HEAD' && status === 404) return faultWithoutRoute(answer, undefined)
    if (!operation || status === 405) return faultWithoutRoute(answer, found?.path)
    const response = responseTo(operation, status)
    if (!response) {
      const known = Object.keys(operation.responses).join(', ')
      return `the document has no such status for ${found.path}, only ${known}`
    }
    return this.#headerFault(answer, response) ?? this.#bodyFault(answer, response)
  }

  #headerFault({ headers }: SeenAnswer, response: Response): string | undefined {
    const documented = Object.entries(response.headers ?? {})
    for (const [name, reference] of documented) {
      const { required, schema } = lookUp(this.#document, reference) as Header
      const value = headers[name.toLowerCase()]
      if (value === undefined && required) return `the document says that it has the header ${name}`
      const read = schema.type === 'integer' ? Number(value) : String(value)
      if (value !== undefined && !Check(schema, read)) {
        return `the header ${name} is ${String(value)}, which the document does not allow`
      }
    }
    const names = new Set(documented.map(([name]) => name.toLowerCase()))
    const unknown = Object.keys(headers).find(
      (name) => !names.has(name) && !commonHeaders.has(name),
    )
    return unknown && `the document does not name the header ${unknown}`
  }

  #bodyFault({ method, headers, body }: SeenAnswer, response: Response): string | undefined {
    const type = (String(headers['content-type'] ?? '').split(';')[0] ?? '').trim().toLowerCase()
    const { content } = response
    const isEmpty = method === 'HEAD' || body.length === 0
    if (isEmpty && !content) return undefined
    const media = content?.[type] ?? content?.[type.replace(/\/.*/, '/*')] ?? content?.['*/*']
    if (!media) {
      const known = Object.keys(content ?? {}).join(', ') || 'no body'
      return isEmpty && type === '' ? undefined : `it is "${type}", and the document has ${known}`
    }
    if (isEmpty || !media.schema) return undefined
    return this.#jsonFault(media.schema, body)
  }

  #jsonFault(schema: object, body: Buffer): string | undefined {
    const closed = this.#closed.get(schema) ?? closedSchema(this.#document, schema)
    this.#closed.set(schema, closed)
    const value = parse(body)
    if (Check(closed, value)) return undefined
    const [first] = Errors(closed, value)
    return `the body${first?.instancePath ?? ''} ${first?.message ?? ''}, says the document`
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}

function responseTo({ responses }: Operation, status: number): Response | undefined {
  return responses[String(status)] ?? responses[`${String(status).charAt(0)}XX`]
}

/** @param path of the document, for a method that it does not have there */
function faultWithoutRoute(answer: SeenAnswer, path: string | undefined): string | undefined {
  const { status, headers, path: asked } = answer
  // Other paths are files of the page.
  if (path === undefined && !/^\/(api|auth)(\/|$)/.test(asked)) return undefined
  if (!statusesWithoutRoute.includes(status)) {
    return path === undefined
      ? 'the document has no such path'
      : `the document has no such method for ${path}`
  }
  const isProblem = headers['content-type'] === 'application/problem+json'
  return isProblem ? undefined : 'a request that reaches no route is answered with a problem'
}

/** `/api/sessions/{id}` as a pattern. A parameter can be empty; `{anyPath}` has slashes too. */
function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('{anyPath}', '.*').replace(/\{\w+\}/g, '[^/]*')}$`)
}

/** Paths without parameters come first. */
function weightOf(path: string): number {
  return path.includes('{anyPath}') ? Infinity : path.split('{').length
}
