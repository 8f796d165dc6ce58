import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { views } from '@entra-bff/shared'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../failure.ts'
import { sendProblem } from './problems.ts'

/**
 * The SPA's files. Each path that no route answers is the page's when a browser goes there, and a
 * problem for whoever else asks.
 * @param folder as the build left it; while it is missing, as in development, nothing is served
 */
export async function spa(app: FastifyInstance, { folder }: { folder: string }): Promise<void> {
  const page = existsSync(folder) ? await readFile(join(folder, 'index.html')) : undefined
  if (page) {
    await app.register(fastifyStatic, {
      root: folder,
      index: false,
      wildcard: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        // Names of built assets hold a hash of their content.
        const isHashed = path.includes('/assets/') || path.includes('\\assets\\')
        reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  }
  app.setNotFoundHandler((request, reply) => {
    if (!page || !wantsPage(request))
      return sendProblem(noRoute(app, request, reply), request, reply)
    return reply
      .code(isView(request) ? 200 : 404)
      .headers({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
      .send(page)
  })
}

function noRoute(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): Failure {
  const url = pathOf(request)
  const allowed = ['GET', 'POST'].filter((method) => app.hasRoute({ method, url }))
  if (allowed.length === 0) return new Failure('not_found', 'no such route')
  reply.header('allow', allowed.join(', '))
  return new Failure('method_not_allowed', `${request.method} is not allowed`)
}

function wantsPage(request: FastifyRequest): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const isProgram = /^\/(api|auth|assets)(\/|$)/.test(request.url)
  return isRead && !isProgram && /text\/html|\*\/\*/.test(request.headers.accept ?? '*/*')
}

function isView(request: FastifyRequest): boolean {
  const path = pathOf(request)
  return Object.values(views).some(
    (view) => path === view || (view === views.result && path.startsWith(`${view}/`)),
  )
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? ''
}
