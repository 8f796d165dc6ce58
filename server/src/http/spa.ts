import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import fastifyStatic from '@fastify/static'
import { isPage } from '@entra-bff/shared'
import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../failure.ts'
import { pathOf } from './path.ts'
import { sendProblem } from './problems.ts'

export interface SpaOptions {
  /** The folder of the build. While this is missing, as in development, no file is served. */
  folder: string
  /** The Content-Security-Policy of the page. */
  policy: string
}

/**
 * Serves the built SPA. When no route answers a path, a browser gets the page and other clients get
 * problem details.
 */
export const spa = fp(registerSpa, { name: 'spa' })

const page = 'index.html'

async function registerSpa(app: FastifyInstance, { folder, policy }: SpaOptions): Promise<void> {
  const isBuilt = existsSync(join(folder, page))
  const methods = collectMethods(app)
  if (isBuilt) {
    await app.register(fastifyStatic, {
      root: folder,
      index: false,
      wildcard: false,
      cacheControl: false,
      acceptRanges: false,
      // The build makes compressed copies: `<file>.br`, `<file>.gz`.
      preCompressed: true,
      globIgnore: ['**/*.{br,gz}'],
      setHeaders: (reply, path) => {
        // Names of built assets hold a hash of their content.
        const pathInBuild = relative(folder, path)
        const isHashed = /^assets[\\/]/.test(pathInBuild)
        reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
        // `index.html.br` is the page too.
        if (pathInBuild.startsWith(page)) reply.header('content-security-policy', policy)
      },
    })
  }
  app.setNotFoundHandler((request, reply) => {
    if (!isBuilt || !getsPage(request))
      return sendProblem(noRoute(methods, request, reply), request, reply)
    if (isPage(pathOf(request.url))) return reply.sendFile(page)
    // The answer has no validators: a browser with a cached page would get 304 instead of 404.
    return reply.code(404).sendFile(page, { etag: false, lastModified: false })
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
