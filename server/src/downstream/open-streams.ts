import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { FastifyReply } from 'fastify'
import type { Caller } from '../caller/caller.ts'
import type { StreamedAnswer } from '../outbound/streamed-exchange.ts'
import { callerLeft } from './client.ts'

/** How long a download may go on while the server closes. */
const closingMs = 15_000

/** The streams on their way from an API to a caller. */
export class OpenStreams {
  readonly #downloads = new Group()
  /** Streams that have no end of their own. */
  readonly #events = new Group()

  /**
   * Passes a stream on, until it ends, the caller leaves, or the caller's session ends.
   * @returns when the stream is over
   */
  async pass(
    { headers, body }: StreamedAnswer,
    caller: Caller,
    reply: FastifyReply,
  ): Promise<void> {
    const { socket } = reply.request.raw
    const isEvents = headers['content-type']?.startsWith('text/event-stream') ?? false
    const group = isEvents ? this.#events : this.#downloads
    const breakOff = (reason?: Error) => body.destroy(reason)
    const onClose = () => {
      // An answer without a head still ends in a failure.
      breakOff(reply.raw.headersSent ? undefined : callerLeft())
    }
    const stopWatching = caller.watch(breakOff)
    // A pipelined response never emits `close`. Of other responses, Fastify would break off the stream
    // first, and count it as a fault of this server.
    socket.prependOnceListener('close', onClose)
    // `request-log.ts` logs why a stream broke off.
    const over = finished(body).catch(() => undefined)
    if (isEvents) flushHeadOf(reply)
    group.add(body)
    try {
      // A proxy must not hold the stream back.
      reply.header('x-accel-buffering', 'no').send(body)
      await over
    } finally {
      group.delete(body)
      socket.off('close', onClose)
      stopWatching()
    }
  }

  /** To be called when the server begins to close. */
  endSoon(): void {
    this.#events.end()
    setTimeout(() => {
      this.#downloads.end()
    }, closingMs).unref()
  }
}

/** Fastify would send the head with the first byte of the body, and an event may come much later. */
function flushHeadOf({ raw }: FastifyReply): void {
  raw.once('pipe', () => {
    raw.flushHeaders()
  })
}

/** Streams that end together. One that begins later ends at once. */
class Group {
  readonly #bodies = new Set<Readable>()
  #isOver = false

  add(body: Readable): void {
    this.#bodies.add(body)
    if (this.#isOver) endForClosing(body)
  }

  delete(body: Readable): void {
    this.#bodies.delete(body)
  }

  end(): void {
    this.#isOver = true
    this.#bodies.forEach(endForClosing)
  }
}

function endForClosing(body: Readable): void {
  body.destroy(new Error('the server closes'))
}
