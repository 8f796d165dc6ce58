import { Server, type Socket } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import { logClientGone } from './request-log.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** True once `drain` was called. */
    draining: boolean
    /** Ends connections without losing a request. To be called before `close`. */
    drain: () => Promise<void>
  }
}

interface Connection {
  /** The newest answer under way. */
  answer: FastifyReply | undefined
}

/** In this time nothing changes but `/readyz`: whoever asks it sends no more requests. */
const noticeMs = 1_000
/** Clients may send one more request in this time; its answer has `connection: close`. */
const lastRequestMs = 1_000
/** After a turn of the event loop as short as this, no connection waits to be accepted. */
const quietTurnMs = 1

/**
 * Ends connections. `drain` asks clients to close them (RFC 9112 section 9.6). `close` lets
 * requests in flight finish and ends all other connections at once: Node alone would wait for
 * connections without any request.
 */
export const closing = fp(registerClosing, { name: 'closing' })

async function registerClosing(app: FastifyInstance): Promise<void> {
  /**
   * One entry for each connection, not for each request: a `Map` that changes with each request
   * leaves dead tables behind that keep finished requests alive until the next full collection.
   */
  const connections = new Map<Socket, Connection>()
  let arrivals = 0
  let isListening = true
  let isClosing = false
  app.decorate('draining', false)
  app.decorate('drain', drain)
  app.server.on('connection', (socket) => {
    arrivals += 1
    const connection: Connection = { answer: undefined }
    connections.set(socket, connection)
    socket.once('close', () => {
      connections.delete(socket)
      if (connection.answer) logClientGone(connection.answer)
    })
  })
  app.addHook('onRequest', (request, reply, next) => {
    const connection = connections.get(request.raw.socket)
    if (connection) connection.answer = reply
    if (!isListening) reply.header('connection', 'close')
    next()
  })
  app.addHook('onResponse', (request, reply, next) => {
    const { socket } = request.raw
    const connection = connections.get(socket)
    if (connection?.answer === reply) connection.answer = undefined
    if (isClosing && connection && !connection.answer) socket.end()
    next()
  })
  app.addHook('preClose', async () => {
    isClosing = true
    for (const socket of idle()) socket.destroy()
  })

  function idle(): Socket[] {
    return [...connections].filter(([, { answer }]) => !answer).map(([socket]) => socket)
  }

  async function drain(): Promise<void> {
    app.draining = true
    if (connections.size > 0) await setTimeout(noticeMs)
    await untilNoConnectionArrives()
    // Listening ends before clients are asked to close connections. They would open as many new
    // ones, and those that arrive at the moment when listening ends are reset.
    stopListening()
    for (const { answer } of connections.values()) {
      if (answer && !answer.raw.headersSent) answer.raw.setHeader('connection', 'close')
    }
    if (connections.size > 0) await setTimeout(lastRequestMs)
    app.server.closeIdleConnections()
  }

  /** The method of HTTP servers would also end connections that are kept alive without a request. */
  function stopListening(): void {
    isListening = false
    Server.prototype.close.call(app.server)
  }

  /** When listening ends, the kernel resets connections that wait to be accepted. */
  async function untilNoConnectionArrives(): Promise<void> {
    const giveUpAtMs = performance.now() + lastRequestMs
    for (;;) {
      const before = arrivals
      const began = performance.now()
      await setImmediate()
      const now = performance.now()
      const isQuiet = arrivals === before && now - began <= quietTurnMs
      if (isQuiet || now > giveUpAtMs) return
    }
  }
}
