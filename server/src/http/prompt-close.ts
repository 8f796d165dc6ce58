import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/**
 * At closing, requests in flight finish and every other connection ends at once. Node alone would
 * wait for a connection on which nothing was ever sent, and for those kept alive after an answer.
 */
export const promptClose = fp(registerPromptClose, { name: 'prompt-close' })

function registerPromptClose(app: FastifyInstance, _options: object, done: () => void): void {
  const open = new Set<Socket>()
  const busy = new Set<Socket>()
  let closing = false
  app.server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      busy.delete(socket)
    })
  })
  app.addHook('onRequest', (request, _reply, next) => {
    busy.add(request.raw.socket)
    next()
  })
  app.addHook('onResponse', (request, _reply, next) => {
    const { socket } = request.raw
    busy.delete(socket)
    if (closing) socket.end()
    next()
  })
  app.addHook('preClose', (next) => {
    closing = true
    for (const socket of open) if (!busy.has(socket)) socket.destroy()
    next()
  })
  done()
}
