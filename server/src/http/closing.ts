import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    /** True from the first moment of `drain`. */
    draining: boolean
    /** Ends connections without losing a request. Call it before `close`. */
    drain: () => Promise<void>
  }
}

/** How long clients get to send one more request, which is answered with `connection: close`. */
const lastRequestMs = 1_000
/** A turn of the event loop this short accepts what arrived before it, and little arrives in it. */
const quietTurnMs = 1

/**
 * How connections end. `drain` asks clients to let go of them (RFC 9112 section 9.6). `close` lets
 * requests in flight finish and ends every other connection at once. Node alone would wait for
 * connections on which nothing was ever sent.
 */
export const closing = fp(registerClosing, { name: 'closing' })

function registerClosing(app: FastifyInstance, _options: object, done: () => void): void {
  const open = new Set<Socket>()
  /** The newest answer that is under way on a connection. */
  const busy = new Map<Socket, ServerResponse>()
  let arrivals = 0
  let closes = false
  app.decorate('draining', false)
  app.decorate('drain', drain)
  app.server.on('connection', (socket) => {
    arrivals += 1
    open.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      busy.delete(socket)
    })
  })
  app.addHook('onRequest', (request, reply, next) => {
    busy.set(request.raw.socket, reply.raw)
    if (app.draining) reply.header('connection', 'close')
    next()
  })
  app.addHook('onResponse', (request, reply, next) => {
    const { socket } = request.raw
    if (busy.get(socket) === reply.raw) busy.delete(socket)
    if (closes && !busy.has(socket)) socket.end()
    next()
  })
  app.addHook('preClose', (next) => {
    closes = true
    for (const socket of idle()) socket.destroy()
    next()
  })
  done()

  function idle(): Socket[] {
    return [...open].filter((socket) => !busy.has(socket))
  }

  async function drain(): Promise<void> {
    app.draining = true
    for (const answer of busy.values()) {
      if (!answer.headersSent) answer.setHeader('connection', 'close')
    }
    if (open.size > 0) await setTimeout(lastRequestMs)
    await untilNobodyArrives()
    // Node also ends the connections here that are kept alive and unused.
    app.server.close()
    // The others are new: their first request may be on its way.
    if (idle().length > 0) await setTimeout(lastRequestMs)
  }

  /** The kernel resets connections that wait to be accepted when listening ends. */
  async function untilNobodyArrives(): Promise<void> {
    const latest = performance.now() + lastRequestMs
    for (;;) {
      const before = arrivals
      const began = performance.now()
      await setImmediate()
      const now = performance.now()
      const isQuiet = arrivals === before && now - began <= quietTurnMs
      if (isQuiet || now > latest) return
    }
  }
}
