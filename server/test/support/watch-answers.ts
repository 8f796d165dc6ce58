import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Problem } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
// Its types give every server the method `openApi`.
import type {} from '../../src/openapi/plugin.ts'
import { AnswerCheck } from './answer-check.ts'
import type { OpenApi } from './openapi.ts'

const faults = new Set<string>()
const codes = new Set<string>()

/** @returns what was wrong with the answers since the last call */
export function takeFaults(): string[] {
  const found = [...faults]
  faults.clear()
  return found
}

/** @returns the problem codes that the answers since the last call had */
export function takeCodes(): string[] {
  const found = [...codes]
  codes.clear()
  return found
}

/** Compares each answer of a server with the server's own document, before the client gets the answer. */
export async function watchAnswers(app: FastifyInstance): Promise<void> {
  const check = new AnswerCheck(JSON.parse(await app.openApi()) as OpenApi)
  app.server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    watch(request, response, check)
  })
}

function watch(
  { method = '', url = '' }: IncomingMessage,
  response: ServerResponse,
  check: AnswerCheck,
): void {
  const chunks: Buffer[] = []
  /** Headers that Fastify gives together with the status: `getHeaders` does not know them. */
  const written: OutgoingHttpHeaders = {}
  const writeHead = response.writeHead.bind(response)
  const write = response.write.bind(response)
  const end = response.end.bind(response)
  response.writeHead = (...args: unknown[]) => {
    const headers = args.at(-1)
    if (typeof headers === 'object') Object.assign(written, headers)
    return Reflect.apply(writeHead, undefined, args) as ServerResponse
  }
  response.write = (...args: unknown[]) => {
    keep(args[0], chunks)
    return Reflect.apply(write, undefined, args) as boolean
  }
  response.end = (...args: unknown[]) => {
    keep(args[0], chunks)
    const headers = { ...response.getHeaders(), ...written }
    const body = Buffer.concat(chunks)
    const path = url.split(/[?#]/, 1)[0] ?? ''
    const fault = check.faultOf({ method, path, status: response.statusCode, headers, body })
    if (fault) faults.add(fault)
    // An answer to HEAD has no body.
    if (headers['content-type'] === 'application/problem+json' && body.length > 0) {
      codes.add((JSON.parse(body.toString()) as Problem).code)
    }
    return Reflect.apply(end, undefined, args) as ServerResponse
  }
}

function keep(chunk: unknown, chunks: Buffer[]): void {
  if (Buffer.isBuffer(chunk)) chunks.push(chunk)
  else if (typeof chunk === 'string') chunks.push(Buffer.from(chunk))
}
