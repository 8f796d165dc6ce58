import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { isPage } from '@entra-bff/shared'
import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../failure.ts'
import { pathOf } from './path.ts'
import { sendProblem } from './problems.ts'

/**
 * The SPA's files. Each path that no route answers is the page's when a browser goes there, and a
 * problem for whoever else asks.
 * @param folder as the build left it; while it is missing, as in development, nothing is served
 */
export const spa = fp(registerSpa, { name: 'spa' })

const page = 'index.html'

async function registerSpa(app: FastifyInstance, { folder }: { folder: string }): Promise<void> {
  const isBuilt = existsSync(join(folder, page))
  const methods = collectMethods(app)
  if (isBuilt) {
    await app.register(fastifyStatic, {
      root: folder,
      index: false,
      wildcard: false,
      cacheControl: false,
      acceptRanges: false,
      // The build has compressed them: `<file>.br`, `<file>.gz`.
      preCompressed: true,
      globIgnore: ['**/*.{br,gz}'],
      setHeaders: (reply, path) => {
        // Names of built assets hold a hash of their content.
        const isHashed = path.includes('/assets/') || path.includes('\\assets\\')
        reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  }
  app.setNotFoundHandler((request, reply) => {
    if (!isBuilt || !wantsPage(request))
      return sendProblem(noRoute(methods, request, reply), request, reply)
    if (isPage(pathOf(request.url))) return reply.sendFile(page)
    // A 404 has a body, whatever the browser has kept.
    return reply.code(404).sendFile(page, { etag: false, lastModified: false })
  })
}

/** Which methods each path takes. Register this before the routes it is to know of. */
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
  const allowed = [...methods].find(([pattern]) => isOf(pattern, path))?.[1]
  if (!allowed) return new Failure('not_found', 'no such route')
  reply.header('allow', [...allowed].join(', '))
  return new Failure('method_not_allowed', `${request.method} is not allowed`)
}

/** Whether a path is of a route such as `/api/sessions/:id`. */
function isOf(pattern: string, path: string): boolean {
  const [parts, given] = [pattern.split('/'), path.split('/')]
  const fits = (part: string, index: number) =>
    part.startsWith(':') ? given[index] !== '' : part === given[index]
  return parts.length === given.length && parts.every(fits)
}

function wantsPage(request: FastifyRequest): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const isProgram = /^\/(api|auth|assets)(\/|$)/.test(request.url)
  return isRead && !isProgram && /text\/html|\*\/\*/.test(request.headers.accept ?? '*/*')
}
