import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isPage } from '@entra-bff/shared'
import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../failure.ts'
import { type BuiltFile, readBuild } from './built-files.ts'
import { pathOf } from './path.ts'
import { sendProblem } from './problems.ts'
import { sendFile } from './send-file.ts'

/**
 * Serves the built SPA. When no route answers a path, a browser gets the page and other clients get
 * problem details.
 * @param folder the folder of the build, which is read once; while this is missing, as in
 * development, no file is served
 */
export const spa = fp(registerSpa, { name: 'spa' })

const page = 'index.html'

async function registerSpa(app: FastifyInstance, { folder }: { folder: string }): Promise<void> {
  const files = existsSync(join(folder, page)) ? readBuild(folder) : new Map<string, BuiltFile>()
  const html = files.get(`/${page}`)
  const methods = collectMethods(app)
  for (const [path, file] of files) {
    app.get(path, (request, reply) => sendFile(file, request, reply))
  }
  app.setNotFoundHandler((request, reply) => {
    if (!html || !getsPage(request))
      return sendProblem(noRoute(methods, request, reply), request, reply)
    return sendFile(html, request, reply.code(isPage(pathOf(request.url)) ? 200 : 404))
  })
}

/** Collects the methods of each route. To be called before the routes are registered. */
function collectMethods(app: FastifyInstance): ReadonlyMap<string, Set<string>> {
  const methods = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set()
    for (const name of [method].flat()) known.add(name)
    methods.set(url, known)
  })
  return methods
}

function noRoute(
  methods: ReadonlyMap<string, Set<string>>,
  request: FastifyRequest,
  reply: FastifyReply,
): Failure {
  const path = pathOf(request.url)
  const allowed = [...methods].find(([pattern]) => matches(pattern, path))?.[1]
  if (!allowed) return new Failure('not_found', 'no such route')
  reply.header('allow', [...allowed].join(', '))
  return new Failure('method_not_allowed', `${request.method} is not allowed`)
}

/** Whether a path matches the pattern of a route, such as `/api/sessions/:id`. */
function matches(pattern: string, path: string): boolean {
  const [parts, segments] = [pattern.split('/'), path.split('/')]
  const fits = (part: string, index: number) =>
    part.startsWith(':') ? segments[index] !== '' : part === segments[index]
  return parts.length === segments.length && parts.every(fits)
}

function getsPage(request: FastifyRequest): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const isProgram = /^\/(api|auth|assets)(\/|$)/.test(request.url)
  return isRead && !isProgram && /text\/html|\*\/\*/.test(request.headers.accept ?? '*/*')
}
